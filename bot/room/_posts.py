"""The page of one post, and those that ask before something is done to it."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from bot.errors import UsageError
from bot.model import Post, State
from bot.room import _post, _slots
from bot.room.base import Answer, Ask, Away, Page, Sheet, is_ours

#: So many free moments are offered to a post that is moved.
OFFERED: Final = 6


def _found(ask: Ask) -> Post | None:
    try:
        return ask.app.post(ask.given["post_id"])
    except UsageError:
        return None


def _missing(ask: Ask) -> Sheet:
    message = ask.words.t("There is no such post. Perhaps the address was cut short.")
    return Sheet("sorry.html", {"message": message, "back": "/queue"}, 404)


def post(ask: Ask) -> Answer:
    """Show a post whole: how it looks, what happened to it, and all that its state allows."""
    found = _found(ask)
    if found is None:
        return _missing(ask)
    with ask.room.store.read() as tx:
        facts = {
            "log": tx.posts.log(found.id),
            "drafts": tx.drafts.of(found.id),
            "attempts": tx.outbox.attempts(found.id),
            "follows": tx.followups.of(found.id),
            "others": [
                each for each in tx.posts.list(article_id=found.article_id) if each.id != found.id
            ],
        }
    return Sheet("post.html", {"each": _post.shown(ask, found), "label": _post.label, **facts})


def rejecting(ask: Ask) -> Answer:
    """Ask why a post shall not go out."""
    found = _found(ask)
    if found is None:
        return _missing(ask)
    t = ask.words.t
    reasons = (
        t("Not for this channel"),
        t("Wrong or misleading"),
        t("Too late"),
        t("Said already"),
        t("Picture does not fit"),
    )
    facts = {"each": _post.shown(ask, found), "back": _back(ask), "reasons": reasons}
    return Sheet("reject.html", facts)


def moving(ask: Ask) -> Answer:
    """Offer other times for a post."""
    found = _found(ask)
    return _missing(ask) if found is None else move_form(ask, found, _back(ask))


def move_form(ask: Ask, post: Post, back: str, trouble: str = "", typed: str = "") -> Sheet:
    """Ask for another time; once more, with what was typed, where that was none."""
    with ask.room.store.read() as tx:
        slots = _slots.Free(ask, tx).next(post, OFFERED)
    facts = {"each": _post.shown(ask, post), "back": back, "slots": slots}
    facts |= {"trouble": trouble, "typed": typed}
    return Sheet("move.html", facts, 422 if trouble else 200)


def deleting(ask: Ask) -> Answer:
    """Ask whether a published post shall really be taken down."""
    found = _found(ask)
    if found is None:
        return _missing(ask)
    return Sheet("delete.html", {"each": _post.shown(ask, found), "back": _back(ask)})


def delete(ask: Ask) -> Answer:
    """Take a published post down, and say what came of it."""
    found = _found(ask)
    if found is None:
        return _missing(ask)
    if found.state is not State.PUBLISHED:
        return _post.refused(ask, found.id, UsageError(ask.words.t("It is not published.")))
    with ask.room.alone:
        words, gone = ask.editor.delete(found.id)
    if gone:
        return Away(f"/posts/{found.id}?said={quote(f'deleted:{found.id}')}")
    return Sheet("deleted.html", {"each": _post.shown(ask, found), "told_by": words})


def _back(ask: Ask) -> str:
    """Give the page that led here."""
    wanted = ask.query.get("back", "")
    return wanted if is_ours(wanted) else f"/posts/{ask.given['post_id']}"


def article(ask: Ask) -> Answer:
    """Show what an article says, as it is kept."""
    try:
        with ask.room.store.read() as tx:
            kept = tx.articles.get(ask.given["article_id"])
    except (UsageError, OverflowError):
        kept = None
    if kept is None or kept.content is None:
        message = ask.words.t("There is no such article. Perhaps the address was cut short.")
        return Sheet("sorry.html", {"message": message, "back": "/queue"}, 404)
    return Sheet("article.html", {"article": kept.content, "zone": ask.app.zone(kept.site)})


PAGES: Final = (
    Page("/posts/{post_id:int}", post),
    Page("/posts/{post_id:int}/reject", rejecting),
    Page("/posts/{post_id:int}/move", moving),
    Page("/posts/{post_id:int}/delete", deleting),
    Page("/posts/{post_id:int}/delete", delete, "POST", slow=True),
    Page("/articles/{article_id:int}", article),
)
