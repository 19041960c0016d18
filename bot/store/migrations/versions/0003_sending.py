"""What sending for real needs: claims by a steady clock, accounts, sealed credentials, extras.

What rehearsals kept in `resume` was never sealed and stands for nothing: it goes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TIME = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def text(name: str, *, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def number(name: str, *, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=default)


def claim() -> tuple[sa.Column[str], sa.Column[float]]:
    return text("clock_boot", default=""), sa.Column("clock_until", sa.Float(53))


def upgrade() -> None:
    _posts()
    _channels()
    _work()


def _posts() -> None:
    op.drop_column("posts", "lease_until")
    op.drop_column("posts", "resume")
    for column in (
        sa.Column("resume", sa.Text()),
        *claim(),
        number("looks", default="0"),
        number("cost", default="0"),
        sa.Column("notified_at", TIME),
    ):
        op.add_column("posts", column)


def _channels() -> None:
    op.create_table(
        "accounts",
        text("site"),
        text("channel"),
        text("remote_id"),
        text("name"),
        text("fingerprint"),
        sa.Column("verified_at", TIME),
        sa.Column("expires_at", TIME),
        text("hidden"),
        text("blocked"),
        sa.Column("blocked_at", TIME),
        number("failures"),
        sa.PrimaryKeyConstraint("site", "channel", name="pk_accounts"),
    )
    op.create_table(
        "credentials",
        text("site"),
        text("channel"),
        text("name"),
        text("value"),
        text("seed"),
        sa.Column("expires_at", TIME),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("site", "channel", "name", name="pk_credentials"),
    )
    op.create_table(
        "rests",
        text("scope"),
        sa.Column("until", TIME, nullable=False),
        text("reason"),
        sa.PrimaryKeyConstraint("scope", name="pk_rests"),
    )
    op.create_table(
        "meters",
        text("credential"),
        text("quota"),
        text("day"),
        number("used"),
        sa.PrimaryKeyConstraint("credential", "quota", "day", name="pk_meters"),
    )


def _work() -> None:
    op.create_table(
        "followups",
        sa.Column("id", ID, nullable=False),
        sa.Column("post_id", ID, nullable=False),
        text("name"),
        text("state"),
        number("tries"),
        sa.Column("not_before", TIME),
        text("reason"),
        text("who"),
        sa.Column("at", TIME, nullable=False),
        *claim(),
        sa.PrimaryKeyConstraint("id", name="pk_followups"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_followups_post_id"),
    )
    op.create_index("ix_followups_post_id", "followups", ["post_id"])
    op.create_index("ix_followups_state", "followups", ["state"])
    op.create_table(
        "notices",
        text("cause"),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("sent_at", TIME),
        sa.PrimaryKeyConstraint("cause", name="pk_notices"),
    )
    op.create_table(
        "leases",
        text("name"),
        text("holder"),
        *claim(),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "instance",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        text("uuid"),
        text("place"),
        text("started"),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("witnessed", sa.Boolean(), nullable=False),
        sa.Column("seen_at", TIME),
        sa.Column("doubt_since", TIME),
        sa.Column("doubt_until", TIME),
        sa.Column("doubt_mark", sa.BigInteger(), nullable=False),
        text("doubt"),
        sa.PrimaryKeyConstraint("id", name="pk_instance"),
    )
    op.create_table(
        "logins",
        text("state"),
        sa.Column("at", TIME, nullable=False),
        text("answer"),
        sa.PrimaryKeyConstraint("state", name="pk_logins"),
    )
