"""The first tables."""

import sqlalchemy as sa
from alembic import op

from bot.store._connect import forbid_changes

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    _sources()
    _articles()
    _posts()
    _history()
    op.create_table(
        "pauses",
        text("scope"),
        sa.Column("until", TIME),
        text("who"),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_pauses"),
    )


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("id", ID, nullable=False),
        text("site"),
        text("url"),
        text("kind"),
        text("etag"),
        text("last_modified"),
        sa.Column("baseline_at", TIME),
        sa.Column("checked_at", TIME),
        sa.Column("ok_at", TIME),
        sa.Column("failures", sa.Integer(), nullable=False),
        text("error"),
        sa.Column("next_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("site", "url", name="uq_sources_site_url"),
    )


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", ID, nullable=False),
        text("site"),
        text("url"),
        text("title"),
        text("title_key"),
        sa.Column("content", sa.JSON()),
        text("state"),
        text("note"),
        sa.Column("first_seen_at", TIME, nullable=False),
        text("source_url"),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
    )
    op.create_index(
        "ix_articles_site_title_key_first_seen_at",
        "articles",
        ["site", "title_key", "first_seen_at"],
    )
    op.create_table(
        "article_keys",
        text("site"),
        text("value"),
        text("kind"),
        sa.Column("article_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("site", "value", "kind", name="pk_article_keys"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_article_keys_article_id"),
    )
    op.create_index("ix_article_keys_article_id", "article_keys", ["article_id"])


def _posts() -> None:
    op.create_table(
        "posts",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        text("site"),
        text("channel"),
        text("platform"),
        text("account"),
        text("occasion"),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("teaser", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        text("key"),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("not_before", TIME),
        sa.Column("expires_at", TIME),
        sa.Column("approved_at", TIME),
        text("approved_by"),
        text("frozen_hash"),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("lease_until", TIME),
        sa.Column("resume", sa.JSON()),
        sa.Column("check_at", TIME),
        sa.Column("published_at", TIME),
        text("remote_id"),
        text("remote_url"),
        text("reason"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_posts_article_id"),
        sa.UniqueConstraint("key", name="uq_posts_key"),
        sa.UniqueConstraint(
            "article_id", "channel", "occasion", name="uq_posts_article_id_channel_occasion"
        ),
    )
    op.create_index("ix_posts_state_due_at", "posts", ["state", "due_at"])
    op.create_index("ix_posts_site_channel_due_at", "posts", ["site", "channel", "due_at"])


def _history() -> None:
    op.create_table(
        "transitions",
        sa.Column("id", ID, nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        text("who"),
        sa.Column("verb", sa.String(32), nullable=False),
        sa.Column("before", sa.String(32)),
        sa.Column("after", sa.String(32), nullable=False),
        text("reason"),
        sa.PrimaryKeyConstraint("id", name="pk_transitions"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_transitions_post_id"),
    )
    op.create_index("ix_transitions_post_id", "transitions", ["post_id"])
    op.create_table(
        "attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        text("step"),
        sa.Column("at", TIME, nullable=False),
        text("outcome"),
        text("detail"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_attempts_post_id"),
        sa.UniqueConstraint("post_id", "token", "step", name="uq_attempts_post_id_token_step"),
    )
    for table in ("transitions", "attempts"):
        forbid_changes(op.get_bind(), table)
