"""Sites and channels: how each does, what it may still do today, and stop and go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from bot import agenda, queue
from bot.errors import BotError, UsageError
from bot.health import SourceState
from bot.room import _account
from bot.room._account import Account
from bot.room.base import Answer, Ask, Away, Page, Sheet
from bot.settings import Site
from bot.store.pauses import Pause

#: So long a page waits for another that fetches; then it says so.
PATIENCE: Final = 20.0


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site with its sources and channels."""

    site: Site
    sources: tuple[SourceState, ...]
    accounts: tuple[Account, ...]
    pause: Pause | None


def show(ask: Ask) -> Answer:
    """Show every site with its sources and channels."""
    return _sheet(ask, ask.query.get("done", ""))


def poll(ask: Ask) -> Answer:
    """Ask the sources of a site now, and read what is new."""
    site = ask.app.config.site(ask.text("site") or "")
    if not ask.room.alone.acquire(timeout=PATIENCE):
        words = ask.words.t("The bot reads other pages just now: try again in a minute.")
        return _refused(ask, UsageError(words))
    try:
        told = list(ask.app.poll(site.id))
    except BotError as error:
        return _refused(ask, error)
    finally:
        ask.room.alone.release()
    counts = (
        len({url for each in told for url in each.articles}),
        sum(len(each.posts) for each in told),
        sum(bool(each.error or each.alarms) for each in told),
    )
    return _done(ask, f"polled:{site.id}:{':'.join(map(str, counts))}")


def pause(ask: Ask) -> Answer:
    """Stop a site or a channel, for good or until a time."""
    try:
        scope, until = _scope(ask), (ask.text("until") or "").strip()
        at = ask.app.local_time(until, scope.split("/")[0]).at if until else None
        if at is not None and at <= ask.now:
            raise UsageError(ask.words.t("That time is past: give one that is still to come."))
        ask.editor.pause(scope, at)
    except BotError as error:
        return _refused(ask, error)
    return _done(ask, f"paused:{scope}")


def resume(ask: Ask) -> Answer:
    """Let a site or a channel go on; what fell due meanwhile waits for a look."""
    try:
        scope = _scope(ask)
        back = ask.editor.resume(scope)
    except BotError as error:
        return _refused(ask, error)
    return _done(ask, f"resumed:{scope}:{len(back)}")


def _done(ask: Ask, done: str) -> Answer:
    return _sheet(ask, done) if ask.swaps else Away(f"/channels?done={quote(done, safe=':')}")


def _refused(ask: Ask, error: BotError) -> Answer:
    if not ask.swaps:
        raise error
    return _sheet(ask, failed=str(error))


def _scope(ask: Ask) -> str:
    scope = ask.text("scope") or ""
    with ask.room.store.read() as tx:  # one that left the configuration can still be paused
        known = {*ask.app.scopes(), *tx.pauses.active(ask.now)}
    if scope not in known:
        raise UsageError(ask.words.t("There is no such site or channel here."))
    return scope


# ---------------------------------------------------------------------------- the page


def _sheet(ask: Ask, done: str = "", failed: str = "") -> Sheet:
    status, app = ask.app.status(), ask.app
    with ask.room.store.read() as tx:
        pauses = tx.pauses.active(ask.now)
        standings = {f"{each.site}/{each.channel}": each for each in tx.accounts.all()}
        rests = tx.rests.active(ask.now)
    states = {f"{each.site}/{each.channel}": each for each in status.channels}
    views = []
    for site in app.config.sites.values():
        day = agenda.Day.of(ask.now.astimezone(site.timezone).date(), site.timezone)
        accounts = tuple(
            _account.account(
                ask,
                each,
                states[each.key],
                day,
                standings.get(each.key),
                rests.get(each.key),
                _covering(pauses, each.site, each.name),
            )
            for each in site.channels.values()
        )
        sources = tuple(each for each in status.sources if each.site == site.id)
        views.append(SiteView(site, sources, accounts, pauses.get(site.id)))
    gone = [each for scope, each in pauses.items() if scope != "*" and scope not in app.scopes()]
    facts = {"sites": views, "gone": gone, "done": _told(ask, done), "failed": failed}
    name = "_channels.html" if ask.swaps else "channels.html"
    return Sheet(name, facts, 422 if failed else 200)


def _covering(pauses: dict[str, Pause], site: str, channel: str) -> tuple[Pause, ...]:
    return tuple(each for scope, each in pauses.items() if queue.covers((scope,), site, channel))


def _told(ask: Ask, done: str) -> str:
    """Say what was done; "" for what cannot be read, for it stands in an address."""
    what, _, rest = done.partition(":")
    scope, *numbers = rest.split(":")
    if scope not in ask.app.scopes() or not all(n.isdecimal() and len(n) < 7 for n in numbers):
        return ""
    name, counts = _named(ask, scope), [int(n) for n in numbers]
    t, n = ask.words.t, ask.words.n
    if what == "paused":
        return t("%(name)s is paused. What falls due meanwhile waits for a look.", name=name)
    if what == "resumed" and len(counts) == 1:
        if not counts[0]:
            return t("%(name)s goes on.", name=name)
        one = "%(name)s goes on. %(num)s post fell due meanwhile and waits in the queue for a look."
        many = (
            "%(name)s goes on. %(num)s posts fell due meanwhile and wait in the queue for a look."
        )
        return n(one, many, counts[0], name=name)
    if what == "polled" and len(counts) == 3:
        return _polled(ask, name, *counts)
    return ""


def _polled(ask: Ask, name: str, articles: int, posts: int, failed: int) -> str:
    t, n = ask.words.t, ask.words.n
    said = [t("%(name)s: nothing new.", name=name)]
    if articles:
        said = [
            n(
                "%(name)s: %(num)s new article.",
                "%(name)s: %(num)s new articles.",
                articles,
                name=name,
            ),
            n("%(num)s post was made for it.", "%(num)s posts were made.", posts),
        ]
    if failed:
        said.append(n("%(num)s source needs a look.", "%(num)s sources need a look.", failed))
    return " ".join(said)


def _named(ask: Ask, scope: str) -> str:
    site, _, channel = scope.partition("/")
    known = ask.app.config.site(site)
    if not channel:
        return known.name
    label = ask.app.platform(known.channels[channel].platform).label
    return ask.words.t("%(channel)s of %(site)s", channel=label, site=known.name)


PAGES: Final = (
    Page("/channels", show),
    Page("/channels/poll", poll, "POST", slow=True),
    Page("/channels/pause", pause, "POST"),
    Page("/channels/resume", resume, "POST"),
)
