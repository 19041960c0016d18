"""What is done to posts at the press of a button: one, an article's, or a selection."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from bot.errors import BotError, TransitionError, UsageError
from bot.model import Post, State
from bot.room import _post, _posts, _said
from bot.room.base import Answer, Ask, Page

#: So many posts can be judged at once.
MOST: Final = 500

Step = Callable[[Ask, int, int | None], object]


def _page(name: str, said: str, step: Step) -> Page:
    """Declare a button: the step is done in the visitor's name, or the post shown as it is now."""

    def answer(ask: Ask) -> Answer:
        post_id = ask.given["post_id"]
        ask.app.post(post_id)  # none of this number: there is nothing to show
        try:
            step(ask, post_id, ask.number("version"))
        except (TransitionError, UsageError) as error:
            return _post.refused(ask, post_id, error)
        return _post.changed(ask, said, [post_id])

    return Page(f"/posts/{{post_id:int}}/{name}", answer, "POST")


def _reject(ask: Ask, post_id: int, version: int | None) -> Post:
    return ask.editor.reject(post_id, reason(ask), version=version)


def reason(ask: Ask) -> str:
    """Give why something was rejected: in own words, else the usual ones that were chosen."""
    return (ask.text("own") or ask.text("reason") or "").strip()[:500]


def move(ask: Ask) -> Answer:
    """Give a post another time, and approve it for then where that was asked for."""
    post_id, version = ask.given["post_id"], ask.number("version")
    post = ask.app.post(post_id)
    try:
        wanted = (ask.text("typed") or "").strip() or (ask.text("slot") or "").strip()
        if not wanted:
            raise UsageError(ask.words.t("Choose one of the times, or write one."))
        at = ask.app.local_time(wanted, post.site).at
        if ask.text("approve"):
            ask.editor.approve(post_id, at=at, version=version)
            return _post.changed(ask, "approved", [post_id])
        ask.editor.move(post_id, at, version=version)
    except TransitionError as error:
        return _post.refused(ask, post_id, error)
    except UsageError as error:
        if version not in (None, post.version):
            return _post.refused(ask, post_id, error)
        back = ask.back(f"/posts/{post_id}")
        return _posts.move_form(ask, post, back, str(error), ask.text("typed") or "")
    return _post.changed(ask, "moved", [post_id], before=_said.times(post))


def approve_chosen(ask: Ask) -> Answer:
    """Approve the posts that were chosen, each by itself; those that cannot be say why."""

    def approve(post_id: int, version: int) -> object:
        if ask.app.post(post_id).state is State.APPROVED:  # so it was wanted
            return None
        return ask.editor.approve(post_id, version=version)

    return _each(ask, "approved", approve)


def reject_chosen(ask: Ask) -> Answer:
    """Reject the posts that were chosen."""
    why = reason(ask)
    return _each(ask, "rejected", lambda *one: ask.editor.reject(one[0], why, version=one[1]))


def _each(ask: Ask, said: str, step: Callable[[int, int], object]) -> Answer:
    chosen = [each for each in ask.form.getlist("chosen") if isinstance(each, str)]
    done, failed = _one_by_one(_pairs(chosen), step)
    if not done and not failed:
        raise UsageError(ask.words.t("No post was chosen: tick those that you mean."))
    return _post.changed(ask, said, done, failed=failed)


def undo(ask: Ask) -> Answer:
    """Take back what was done to posts, where nobody has done anything to them since."""
    said = ask.text("said") or ""
    if said not in UNDO:
        raise UsageError(ask.words.t("This cannot be undone here."))
    back = UNDO[said]
    pairs = _pairs((ask.text("posts") or "").split("."))
    done, failed = _one_by_one(pairs, lambda *one: back(ask, *one))
    return _post.changed(ask, "undone", done, failed=failed)


def _one_by_one(
    pairs: Iterable[tuple[int, int]], step: Callable[[int, int], object]
) -> tuple[list[int], dict[int, BotError]]:
    done: list[int] = []
    failed: dict[int, BotError] = {}
    for post_id, version in pairs:
        try:
            step(post_id, version)
            done.append(post_id)
        except (TransitionError, UsageError) as error:
            failed[post_id] = error
    return done, failed


def _pairs(words: Iterable[str]) -> list[tuple[int, int]]:
    """Read “12:4”: a post, and the version that was seen."""
    found = []
    for word in words:
        number, _, version = word.partition(":")
        if not (f"{number}{version}".isascii() and number.isdigit() and version.isdigit()):
            raise UsageError("This is no choice of posts: load the page anew.")
        found.append((int(number[:18]), int(version[:9])))
    return found[:MOST]


def _undo_words(ask: Ask, post_id: int, version: int) -> object:
    with ask.room.store.read() as tx:
        kept = tx.drafts.of(post_id)
    if not kept:
        raise UsageError(ask.words.t("Its words were not changed: there is nothing to undo."))
    return ask.editor.restore(post_id, kept[-1].version, version=version)


def _undo_move(ask: Ask, post_id: int, version: int) -> object:
    due_at, expires_at = _said.read_times(ask.text("before") or "")
    return ask.editor.move_back(post_id, due_at, expires_at, version=version)


def _restore(ask: Ask, post_id: int, version: int | None) -> object:
    draft = ask.number("draft")
    if draft is None:
        raise UsageError(ask.words.t("Choose which words shall come back."))
    return ask.editor.restore(post_id, draft, version=version)


def _settle(ask: Ask, post_id: int, version: int | None) -> object:
    found = (ask.text("url") or "").strip()
    if ask.text("absent"):
        return ask.editor.settle(post_id, published_at=None, version=version)
    if not found:
        raise UsageError(ask.words.t("Paste the address of the live post."))
    return ask.editor.settle(post_id, published_at=found, version=version)


UNDO: Final[dict[str, Callable[[Ask, int, int], object]]] = {
    "approved": lambda ask, number, seen: ask.editor.unapprove(number, version=seen),
    "sent": lambda ask, number, seen: ask.editor.unapprove(number, version=seen),
    "unapproved": lambda ask, number, seen: ask.editor.approve(number, version=seen),
    "rejected": lambda ask, number, seen: ask.editor.reopen(number, version=seen),
    "reopened": lambda ask, number, seen: ask.editor.reject(number, version=seen),
    "moved": _undo_move,
    "edited": _undo_words,
    "rewritten": _undo_words,
    "restored": _undo_words,
}

PAGES: Final = (
    _page("approve", "approved", lambda ask, n, seen: ask.editor.approve(n, version=seen)),
    _page("send-now", "sent", lambda ask, n, seen: ask.editor.send_now(n, version=seen)),
    _page("unapprove", "unapproved", lambda ask, n, seen: ask.editor.unapprove(n, version=seen)),
    _page("reject", "rejected", _reject),
    _page("reopen", "reopened", lambda ask, n, seen: ask.editor.reopen(n, version=seen)),
    _page("rewrite", "rewritten", lambda ask, n, seen: ask.editor.rewrite(n, version=seen)),
    _page("restore", "restored", _restore),
    _page("settle", "settled", _settle),
    Page("/posts/{post_id:int}/move", move, "POST"),
    Page("/queue/approve", approve_chosen, "POST"),
    Page("/queue/reject", reject_chosen, "POST"),
    Page("/undo", undo, "POST"),
)
