"""What needs a person: what happened, in plain words, and what settles it, in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urlencode

from bot import followups, standing
from bot.errors import UsageError
from bot.model import Post, Retry, State
from bot.room import _matters, _post
from bot.room._matters import count
from bot.room.base import Answer, Ask, Away, Page, Sheet

__all__ = ["PAGES", "count"]

#: So many are shown; the most urgent stand first, and the others follow as these are settled.
SHOWN: Final = 100


def needs(ask: Ask) -> Answer:
    """Show what needs a person."""
    found = _matters.find(ask)
    facts = {
        "matters": found[:SHOWN],
        "more": len(found) - SHOWN,
        "zone": ask.app.zone,
        "label": _post.label,
        "outcome": _outcome(ask),
        "shown": lambda post: _post.shown(ask, post),
        "look_for": look_for,
        "file": lambda site: ask.app.folder / "sites" / f"{site}.toml",
        "site_name": lambda site: getattr(ask.app.config.sites.get(site), "name", site),
    }
    return Sheet("needs.html", facts)


def look_for(post: Post) -> str:
    """Give the address where an account shows what it posts; "" where that is not known."""
    account = quote(post.account.lstrip("@"), safe="")
    return {
        "twitter": f"https://x.com/{account}",
        "facebook": f"https://www.facebook.com/{account}",
        "instagram": f"https://www.instagram.com/{account}/",
        "youtube": f"https://www.youtube.com/@{account}",
    }.get(post.platform, "")


# -------------------------------------------------------------------- what is done

#: What each button did, as the page says it afterwards; and whether it went well.
_SAID: Final[dict[str, Callable[[Ask], tuple[str, bool]]]] = {
    "given-up": lambda ask: (ask.words.t("Given up: it is not sent."), True),
    "connected": lambda ask: (
        ask.words.t("The channel is well again: what waits goes out at its time."),
        True,
    ),
    "still-blocked": lambda ask: (
        ask.words.t("The platform still refuses: what it says stands below."),
        False,
    ),
    "no-answer": lambda ask: (
        ask.words.t("The platform did not answer. Try again in some minutes."),
        False,
    ),
    "asked": lambda ask: (
        ask.words.t("It is looked at with the next poll, within a minute while the bot runs."),
        True,
    ),
    "left-out": lambda ask: (ask.words.t("Left out: no post is made of the article."), True),
    "step-done": lambda ask: (ask.words.t("Noted as done by hand."), True),
    "step-again": lambda ask: (
        ask.words.t("It is tried again, within a minute while the bot runs."),
        True,
    ),
    "taken": lambda ask: (_some(ask, "%(num)s post approved.", "%(num)s posts approved."), True),
    "not-taken": lambda ask: (
        _some(
            ask,
            "%(num)s post could not be approved: it waits in the queue, with what is wrong.",
            "%(num)s posts could not be approved: they wait in the queue, with what is wrong.",
        ),
        False,
    ),
    "dropped": lambda ask: (_some(ask, "%(num)s post rejected.", "%(num)s posts rejected."), True),
}


def _some(ask: Ask, one: str, many: str) -> str:
    number = ask.query.get("number", "")
    return ask.words.n(one, many, int(number) if number.isdecimal() and len(number) < 6 else 0)


def _outcome(ask: Ask) -> tuple[str, bool] | None:
    say = _SAID.get(ask.query.get("did", ""))
    return say(ask) if say else None


def _done(ask: Ask, did: str, **facts: object) -> Away:
    _matters.forget(ask)
    return Away(f"/needs?{urlencode({'did': did, **facts})}")


def give_up(ask: Ask) -> Answer:
    """Let go of a post that its platform refused: it is brought back, and rejected."""
    post_id, version = ask.given["post_id"], ask.number("version")
    post = ask.app.post(post_id)
    if post.state is State.REFUSED:
        version = ask.editor.reopen(post_id, version=version).version
    ask.editor.reject(post_id, (ask.text("reason") or "").strip()[:500], version=version)
    return _done(ask, "given-up")


def look_at_channel(ask: Ask) -> Answer:
    """Ask the platform whether a channel may post again; where it may, its block is over."""
    site, channel = ask.given["site"], ask.given["channel"]
    with ask.room.alone:
        press = ask.app.press()
        _, why = standing.check(press, press.bound(site, channel), ask.now, begins=False)
    if why is None:
        return _done(ask, "connected")
    return _done(ask, "no-answer" if isinstance(why, Retry) else "still-blocked")


def look_at_source(ask: Ask) -> Answer:
    """Let a source be asked with the next poll, whatever it said before."""
    with ask.room.store.write() as tx:
        tx.sources.ask_now(ask.text("site") or "", ask.text("url") or "", ask.now)
    return _done(ask, "asked")


def look_at_article(ask: Ask) -> Answer:
    """Let the page of an article be read with the next poll."""
    with ask.room.store.write() as tx:
        tx.waiting.try_now(ask.given["article_id"], ask.now)
    return _done(ask, "asked")


def leave_article(ask: Ask) -> Answer:
    """Make no post of an article whose page cannot be read."""
    with ask.room.store.write() as tx:
        tx.waiting.give_up(ask.given["article_id"], f"left out by {ask.visitor.name}")
    return _done(ask, "left-out")


def settle_step(ask: Ask) -> Answer:
    """Write down that a step was done by hand, or let it be tried again."""
    done = ask.text("again") is None
    who, store = ask.visitor.name, ask.room.store
    followups.settle(store, ask.given["step_id"], done=done, who=who, now=ask.now)
    return _done(ask, "step-done" if done else "step-again")


def take_flood(ask: Ask) -> Answer:
    """Approve the posts of a flood that were seen; what cannot be approved waits in the queue."""
    failed = 0
    seen = _seen(ask)
    for post_id, version in seen:
        try:
            ask.editor.approve(post_id, version=version)
        except UsageError:
            failed += 1
    if failed:
        return _done(ask, "not-taken", number=failed)
    return _done(ask, "taken", number=len(seen))


def drop_flood(ask: Ask) -> Answer:
    """Reject the posts of a flood that were seen."""
    number = 0
    for post_id, version in _seen(ask):
        try:
            ask.editor.reject(post_id, "came in a flood", version=version)
        except UsageError:
            continue  # somebody settled it meanwhile
        number += 1
    return _done(ask, "dropped", number=number)


def _seen(ask: Ask) -> list[tuple[int, int]]:
    """Read which posts stood on the page, each with its version: “12:1 13:1”."""
    parts = [each.partition(":") for each in (ask.text("posts") or "").split()]
    if not all(a.isdecimal() and b.isdecimal() and len(a + b) < 30 for a, _, b in parts):
        raise UsageError(ask.words.t("The form was cut short: look at the page again."))
    return [(int(post_id), int(version)) for post_id, _, version in parts]


PAGES: Final = (
    Page("/needs", needs),
    Page("/needs/posts/{post_id:int}/give-up", give_up, "POST"),
    Page("/needs/channels/{site}/{channel}/look", look_at_channel, "POST", slow=True),
    Page("/needs/sources/look", look_at_source, "POST"),
    Page("/needs/articles/{article_id:int}/look", look_at_article, "POST"),
    Page("/needs/articles/{article_id:int}/leave", leave_article, "POST"),
    Page("/needs/steps/{step_id:int}", settle_step, "POST"),
    Page("/needs/flood/take", take_flood, "POST"),
    Page("/needs/flood/drop", drop_flood, "POST"),
)
