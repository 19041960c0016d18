"""Where a post changes its state: here, and nowhere else.

Every change is one UPDATE that names the version, the state and the fencing token
it expects, and one row in the log, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from bot.errors import TransitionError, UsageError
from bot.model import TRANSITIONS, Post, Problem, State, Verb
from bot.store._schema import articles, posts, transitions

#: What a change of state may set beside the state itself.
CHANGEABLE = frozenset(
    {
        "teaser",
        "problems",
        "due_at",
        "not_before",
        "expires_at",
        "approved_at",
        "approved_by",
        "frozen_hash",
        "token",
        "lease_until",
        "resume",
        "check_at",
        "published_at",
        "remote_id",
        "remote_url",
    }
)

_FROM_ARTICLE = {
    "article_url": articles.c.url.label("article_url"),
    "article_title": articles.c.title.label("article_title"),
}


def query() -> Select[Any]:
    """Select posts whole, as `read` takes them."""
    names = [field.name for field in fields(Post)]
    columns = [_FROM_ARTICLE[name] if name in _FROM_ARTICLE else posts.c[name] for name in names]
    return select(*columns).join_from(posts, articles)


def read(db: Connection, statement: Select[Any]) -> tuple[Post, ...]:
    """Run a `query` and make its rows posts."""
    return tuple(Post(**row) for row in db.execute(statement).mappings())


def get(db: Connection, post_id: int) -> Post:
    """Read one post; UsageError where there is none of this number."""
    found = read(db, query().where(posts.c.id == post_id)) if post_id < 2**63 else ()
    if not found:
        raise UsageError(f"there is no post {post_id}: `bot queue --all` lists them all.")
    return found[0]


def change(
    db: Connection,
    post: Post,
    verb: Verb,
    to: State,
    *,
    who: str,
    reason: str = "",
    now: datetime,
    **columns: Any,
) -> Post:
    """Move a post along one arrow of TRANSITIONS and log it; return it as it is now.

    Raises TransitionError where no such arrow leads on, where a problem blocks the
    approval, and where the post was changed since `post` was read: then nothing is
    written.
    """
    if strange := columns.keys() - CHANGEABLE:
        raise TypeError(f"a change cannot set {', '.join(sorted(strange))}")
    if to not in TRANSITIONS.get((post.state, verb), frozenset()):
        raise TransitionError(_no_arrow(post, verb, to))
    if verb is Verb.APPROVE:
        refuse_blocked(f"post {post.id}", columns.get("problems", post.problems))
    if to is State.HELD:  # an approval that is taken back leaves no trace on the post
        columns = {"approved_at": None, "approved_by": "", "frozen_hash": ""} | columns
    if to is State.PUBLISHED:
        columns = {"published_at": now} | columns
    write(db, post, {**columns, "state": to, "reason": reason})
    log(db, post.id, verb, post.state, to, who=who, reason=reason, now=now)
    return get(db, post.id)


def write(db: Connection, post: Post, columns: dict[str, Any]) -> None:
    """Update a post that nobody changed since it was read, else raise TransitionError."""
    done = db.execute(
        update(posts)
        .where(
            posts.c.id == post.id,
            posts.c.version == post.version,
            posts.c.state == post.state,
            posts.c.token == post.token,
        )
        .values(**columns, version=post.version + 1)
    )
    if done.rowcount != 1:
        state = get(db, post.id).state
        raise TransitionError(
            f"post {post.id} was changed by somebody else meanwhile and is now {_word(state)}:"
            " look at it again."
        )


def log(
    db: Connection,
    post_id: int,
    verb: Verb,
    before: State | None,
    after: State,
    *,
    who: str,
    reason: str,
    now: datetime,
) -> None:
    """Append a row to the log."""
    row = {"post_id": post_id, "at": now, "who": who, "verb": verb, "reason": reason}
    db.execute(insert(transitions).values(**row, before=before, after=after))


def refuse_blocked(what: str, problems: Sequence[Problem]) -> None:
    """Raise TransitionError where a problem says that the post cannot go out."""
    blocking = [problem.message for problem in problems if problem.blocking]
    if blocking:
        raise TransitionError(f"{what} cannot be approved: {' '.join(blocking)}")


def _no_arrow(post: Post, verb: Verb, to: State) -> str:
    ways = sorted({verb.value for state, verb in TRANSITIONS if state is post.state})
    on = f"from there it can only: {', '.join(ways)}" if ways else "nothing leads on from there"
    return (
        f"post {post.id} is {_word(post.state)}, so “{verb}” to {_word(to)} is not possible; {on}."
    )


def _word(state: State) -> str:
    return state.value.replace("_", " ")
