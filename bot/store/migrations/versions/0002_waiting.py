"""Articles that wait for their pages, and what a source asks of those who poll it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TIME = sa.DateTime(timezone=True)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def upgrade() -> None:
    for column in (
        sa.Column("failing_since", TIME),
        sa.Column("retry_at", TIME),
        sa.Column("full_at", TIME),
        sa.Column("gone_at", TIME),
        number("wait"),
        sa.Column("moved_to", sa.Text(), nullable=False, server_default=""),
        number("moved_polls"),
    ):
        op.add_column("sources", column)
    for article_column in (
        sa.Column("entry", sa.JSON()),
        number("flood"),
        number("tries"),
        sa.Column("next_try_at", TIME),
    ):
        op.add_column("articles", article_column)
    op.create_index(
        "ix_articles_site_source_url_first_seen_at",
        "articles",
        ["site", "source_url", "first_seen_at"],
    )
    op.create_index("ix_articles_state_site", "articles", ["state", "site"])
