"""What must hold once nothing moves: the platforms' own logs against the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from bot.model import TRANSITIONS, Post, State
from bot.store import Store, Tx

Effect = Mapping[str, Any]


def judge(store: Store, effects: Iterable[Effect]) -> list[str]:
    """Name everything that is wrong; nothing, where each post went out once or waits in sight."""
    effects = list(effects)
    live = [effect for effect in effects if effect["kind"] == "post"]
    taken = {effect["id"] for effect in effects if effect["kind"] == "delete"}
    comments: dict[str, int] = defaultdict(int)
    for effect in effects:
        if effect["kind"] == "comment":
            comments[effect["post"]] += 1
    faults = [f"the database: {fault}" for fault in store.integrity()]
    with store.read() as tx:
        posts = tx.posts.list()
        for post in posts:
            own = [effect for effect in live if _is_of(effect, post)]
            faults += [f"post {post.id} ({post.channel}): {fault}" for fault in _counted(post, own)]
            faults += [f"post {post.id} ({post.channel}): {fault}" for fault in _history(tx, post)]
            if post.state is State.DELETED and post.remote_id not in taken:
                faults.append(f"post {post.id}: it is still there, and counts as deleted")
    for effect in live:
        if not any(_is_of(effect, post) for post in posts):
            faults.append(f"no post of ours: {effect['text']!r} on {effect['platform']}")
    faults += [f"{n} first comments on {post}" for post, n in comments.items() if n > 1]
    return faults


def asked(store: Store) -> list[Post]:
    """List the posts that stand before a person."""
    with store.read() as tx:
        return list(tx.posts.list({State.NEEDS_PERSON}))


def _is_of(effect: Effect, post: Post) -> bool:
    same = effect["platform"] == post.platform and effect["account"] == post.account
    words = effect["text"] == post.teaser.text and effect["link"] in ("", post.teaser.link)
    return same and words


def _counted(post: Post, own: list[Effect]) -> list[str]:
    """Hold the state of a post against its effects."""
    ids = [effect["id"] for effect in own]
    if len(own) > 1:
        return [f"it went out {len(own)} times: {', '.join(ids)}"]
    match post.state:
        case State.PUBLISHED | State.DELETED:
            if not own:
                return ["it counts as published, and is nowhere"]
            if post.remote_id and post.remote_id not in ids:
                return [f"it is {ids[0]}, and taken for {post.remote_id}"]
            return []
        case State.NEEDS_PERSON:
            return [] if post.reason else ["it needs a person and does not say why"]
        case State.HELD | State.REJECTED:
            return ["it was never approved, and went out"] if own else []
    went = "and went out" if own else "and is not out"
    return [f"it is left {post.state}, {went}: {post.reason}"]


def _history(tx: Tx, post: Post) -> list[str]:
    """Check that every step of a post's life is one of the table, and follows the one before."""
    faults, state = [], None
    for row in tx.posts.log(post.id):
        if row.before != state:
            faults.append(f"its log jumps from {state} to {row.before}")
        if row.after not in TRANSITIONS.get((row.before, row.verb), ()):
            faults.append(f"there is no way “{row.verb}” from {row.before} to {row.after}")
        state = row.after
    if state != post.state:
        faults.append(f"its log ends with {state}, and it is {post.state}")
    tokens = [attempt.token for attempt in tx.outbox.attempts(post.id)]
    if tokens != list(range(1, len(tokens) + 1)) or post.token != len(tokens):
        faults.append(f"its attempts are {tokens}, and its token is {post.token}")
    return faults
