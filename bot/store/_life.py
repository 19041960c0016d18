"""Where a post changes its state: here, and nowhere else.

Every change is one UPDATE that names the state and the fencing token it expects (and
the version, unless the token alone makes the post the caller's own), and one row in
the log, in the same transaction. It ends whatever claim there was on the post.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from bot.errors import TransitionError, UsageError
from bot.model import OPEN, TRANSITIONS, Post, Problem, State, Verb
from bot.store import _clock
from bot.store._schema import articles, drafts, posts, transitions

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
        "clock_boot",
        "clock_until",
        "resume",
        "check_at",
        "looks",
        "cost",
        "published_at",
        "remote_id",
        "remote_url",
    }
)

#: A post that is held has no trace of an approval, nor of what was made of its old words.
_TAKEN_BACK: Final = MappingProxyType(
    {
        "approved_at": None,
        "approved_by": "",
        "frozen_hash": "",
        "not_before": None,
        "resume": None,
    }
)

_FROM_ARTICLE = {
    "article_url": articles.c.url.label("article_url"),
    "article_title": articles.c.title.label("article_title"),
}
_COLUMNS = {**posts.c, **_FROM_ARTICLE}
_QUERY = select(*(_COLUMNS[field.name] for field in fields(Post))).join_from(posts, articles)

# Built once, as those of `sources` are: every step of every post asks these.
_ONE = _QUERY.where(posts.c.id == bindparam("post_id"))
#: An update of a post by whoever holds it; what it sets is added where it is used.
HELD = update(posts).where(
    posts.c.id == bindparam("post_id"),
    posts.c.state == bindparam("was"),
    posts.c.token == bindparam("held_by"),
)
#: One by whoever read it last, so that nobody has changed it since.
UNCHANGED = HELD.where(posts.c.version == bindparam("seen"))
_NEXT = {"version": posts.c.version + 1}
_CHANGE_HELD, _CHANGE_UNCHANGED = HELD.values(_NEXT), UNCHANGED.values(_NEXT)
_LOG = insert(transitions)


def query() -> Select[Any]:
    """Select posts whole, as `read` takes them."""
    return _QUERY


def read(
    db: Connection, statement: Select[Any], asked: Mapping[str, Any] | None = None
) -> tuple[Post, ...]:
    """Run a `query` and make its rows posts."""
    return tuple(Post(**row) for row in db.execute(statement, asked).mappings())


def get(db: Connection, post_id: int) -> Post:
    """Read one post; UsageError where there is none of this number."""
    rows = db.execute(_ONE, {"post_id": post_id}).mappings() if post_id < 2**63 else ()
    found = [Post(**row) for row in rows]
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
    by_token: bool = False,
    **columns: Any,
) -> Post:
    """Move a post along one arrow of TRANSITIONS and log it; return it as it is now.

    `by_token`: the post is the caller's own by its token. Raises TransitionError where no
    such arrow leads on, where a problem blocks the approval, and where the post is not
    how `post` says any more: then nothing is written.
    """
    if strange := columns.keys() - CHANGEABLE:
        raise TypeError(f"a change cannot set {', '.join(sorted(strange))}")
    if to not in TRANSITIONS.get((post.state, verb), frozenset()):
        raise TransitionError(_no_arrow(post, verb, to))
    if verb is Verb.APPROVE:
        refuse_blocked(f"post {post.id}", columns.get("problems", post.problems))
    if to is State.HELD:
        columns = _TAKEN_BACK | columns
    if to is State.PUBLISHED:
        columns = {"published_at": now} | columns
    ended_at = None if to in OPEN else columns.get("published_at") or now
    moved = {"state": to, "reason": reason, "ended_at": ended_at}
    write(db, post, {**columns, **moved}, by_token=by_token)
    if columns.get("teaser", post.teaser) != post.teaser:
        _keep(db, post, who=who, now=now)
    log(db, post.id, verb, post.state, to, who=who, reason=reason, now=now)
    return get(db, post.id)


def _keep(db: Connection, post: Post, *, who: str, now: datetime) -> None:
    """Keep the words that `who` has just replaced."""
    row = {"post_id": post.id, "version": post.version, "teaser": post.teaser}
    db.execute(insert(drafts).values(**row, who=who, at=now))


def write(db: Connection, post: Post, columns: dict[str, Any], *, by_token: bool = False) -> None:
    """Update a post that is still how it was read, else raise TransitionError."""
    statement = _CHANGE_HELD if by_token else _CHANGE_UNCHANGED
    expected = held(post) if by_token else unchanged(post)
    if db.execute(statement, {**_clock.FREED, **columns, **expected}).rowcount != 1:
        raise too_late(db, post)


def held(post: Post) -> dict[str, Any]:
    """Give what `HELD` asks of a post."""
    return {"post_id": post.id, "was": post.state, "held_by": post.token}


def unchanged(post: Post) -> dict[str, Any]:
    """Give what `UNCHANGED` asks of a post."""
    return {**held(post), "seen": post.version}


def too_late(db: Connection, post: Post) -> TransitionError:
    """Tell that somebody else was quicker."""
    state = _word(get(db, post.id).state)
    return TransitionError(
        f"post {post.id} was changed by somebody else meanwhile and is now {state}:"
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
    db.execute(_LOG, {**row, "before": before, "after": after})


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
