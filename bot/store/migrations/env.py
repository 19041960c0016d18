"""Run by Alembic: every step inside the one transaction that it is given."""

from alembic import context

from bot.store._schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
