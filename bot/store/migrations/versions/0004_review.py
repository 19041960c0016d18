"""What the review pages need: earlier words of a post, people, their sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TIME = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")

#: What ended before there was a column for it.
ENDED = """
UPDATE posts SET ended_at = COALESCE(
    CASE WHEN state = 'published' THEN published_at END,
    (SELECT MAX(at) FROM transitions WHERE post_id = posts.id AND after = posts.state)
)
WHERE state IN ('published', 'rejected', 'expired', 'refused', 'deleted')
"""


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def time(name: str) -> sa.Column[object]:
    return sa.Column(name, TIME, nullable=False)


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("post_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("teaser", sa.JSON(), nullable=False),
        text("who"),
        time("at"),
        sa.PrimaryKeyConstraint("post_id", "version", name="pk_drafts"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_drafts_post_id"),
    )
    op.create_table(
        "users",
        text("name"),
        text("role"),
        text("password"),
        text("language"),
        time("created_at"),
        sa.PrimaryKeyConstraint("name", name="pk_users"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", ID, nullable=False),
        text("mark"),
        text("kind"),
        text("name"),
        time("at"),
        time("seen_at"),
        time("ends_at"),
        text("browser"),
        text("peer"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("mark", name="uq_sessions_mark"),
    )
    op.create_index("ix_sessions_name", "sessions", ["name"])
    op.create_table(
        "tries",
        sa.Column("id", ID, nullable=False),
        text("name"),
        text("peer"),
        time("at"),
        sa.PrimaryKeyConstraint("id", name="pk_tries"),
    )
    op.create_index("ix_tries_at", "tries", ["at"])
    op.add_column("posts", sa.Column("ended_at", TIME))
    op.execute(ENDED)
    history = ["ended_at", "id", "state", "site", "channel"]
    op.create_index("ix_posts_history", "posts", history)
    op.drop_index("ix_posts_site_channel_due_at", "posts")
    timetable = ["site", "channel", "due_at", "published_at", "state"]
    op.create_index("ix_posts_timetable", "posts", timetable)
    op.create_index("ix_transitions_who_post_id", "transitions", ["who", "post_id"])
