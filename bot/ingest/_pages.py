"""The second step: the pages of waiting articles are read, and they get their posts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot import desk as desks
from bot import http, identity, pace, queue, selection
from bot.errors import FetchError, NotAnArticle, NotYet, Unreachable
from bot.ingest._base import BUDGET, CLOCK_SLACK, Tally, Which, is_early, shown
from bot.model import Article, SourceKind
from bot.store import Tx
from bot.store.waiting import Waiting

if TYPE_CHECKING:
    from bot.ingest import Poll

#: Two articles of one headline within this time are looked at by a person.
SAME_TITLE: Final = timedelta(days=7)
#: By so much the day of a date may be off, for want of its hour or zone.
A_DAY: Final = timedelta(days=1)
#: So often an article waits for a picture that its site does not give just now.
PATIENT: Final = 2
#: A week in which the bot did not run, or a clock that leapt over it, gives nothing up.
TRIES_AT_LEAST: Final = 5


def is_due(poll: Poll, waiting: Waiting) -> bool:
    """Tell whether this poll tries the page; one of tomorrow is never tried today."""
    if is_early(waiting.entry, poll.now):
        return False
    # Nobody asks for more than a day: what says so was noted by a clock that was wrong.
    due = waiting.next_try_at <= poll.now or waiting.next_try_at > poll.now + A_DAY + CLOCK_SLACK
    return due or poll.which is Which.NOW


def read_all(poll: Poll, tallies: dict[str, Tally]) -> list[Exception]:
    """Read the pages that are due, those never tried first, as far as the time goes.

    Gives the faults that nobody foresaw: an article that leads to one is tried again
    later like any other, and keeps none behind it.
    """
    faults: list[Exception] = []
    with poll.store.read() as tx:
        due = [each for each in tx.waiting.all(poll.desk.site) if is_due(poll, each)]
    until = http.clock() + BUDGET.total_seconds()
    resting: dict[str, datetime] = {}  # hosts that asked to be left alone
    for each in due:
        host = identity.bare_host(each.entry.url)
        if poll.stopped() or http.clock() > until:
            break
        if host in resting:
            with poll.store.write() as tx:
                tx.waiting.leave([each.id], resting[host])
            continue
        tally = tallies.setdefault(each.source_url, Tally(poll.desk.site, each.source_url))
        try:
            asked = _read(poll, each, tally)
        except Unreachable:  # the database, or a studio that is closing: nothing is lost
            raise
        except Exception as fault:  # noqa: BLE001 - raised when the others are done
            words = f"{each.entry.url} leads to an unforeseen fault ({type(fault).__name__})."
            _put_off(poll, each, words, None, tally.late, tally)
            faults.append(fault)
            continue
        if asked is not None:
            resting[host] = poll.now + asked
    return faults


def _read(poll: Poll, waiting: Waiting, tally: Tally) -> timedelta | None:
    """Try one page; give how long its host asks to be left alone, where it does."""
    entry = waiting.entry
    try:
        if not poll.robots.allows(entry.url):
            raise NotYet(_forbidden(poll, entry.url))
        article = poll.desk.read(poll.session, entry.url, entry)
        _refuse_early(article, waiting, poll.now)
        _refuse_old(poll, article, waiting)
        _take(poll, waiting, article, tally)
    except _Early as reason:
        with poll.store.write() as tx:
            tx.waiting.refresh(waiting.id, replace(entry, published_at=reason.at), reason.at)
        tally.notes.append(str(reason))
    except FetchError as failure:
        if failure.status == 410:
            _give_up(poll, waiting, f"{failure} It is gone for good and gets no post.", tally)
            return None
        asked = None if failure.retry_after is None else timedelta(seconds=failure.retry_after)
        if failure.status == 429:
            asked = asked or pace.TOO_MANY
        # Not there yet, or taken back: nothing is down.
        told = tally.notes if failure.status == 404 else tally.late
        _put_off(poll, waiting, str(failure), asked, told, tally)
        return asked
    except NotYet as reason:
        _put_off(poll, waiting, str(reason), None, tally.notes, tally)
    except NotAnArticle as reason:
        _give_up(poll, waiting, f"{reason} It gets no post.", tally)
    return None


class _Early(Exception):
    """The page itself says that the article is one of a time to come."""

    def __init__(self, url: str, at: datetime) -> None:
        self.at = at
        super().__init__(f"{url} is dated in the future: it waits until {shown(at)}.")


def _refuse_early(article: Article, waiting: Waiting, now: datetime) -> None:
    """Believe a page's date to come only where the source gave none."""
    at = article.published_at
    if waiting.entry.published_at is None and at is not None and at > now + selection.EARLY:
        raise _Early(article.url, at)


def _refuse_old(poll: Poll, article: Article, waiting: Waiting) -> None:
    """Refuse what a list of links names anew though it was there before its first poll.

    A sitemap or page does so whenever an old piece is edited or linked again; in a feed
    an old date is odd, and a person looks at it.
    """
    if poll.kinds.get(waiting.source_url) not in (SourceKind.SITEMAP, SourceKind.PAGE):
        return
    with poll.store.read() as tx:
        source = next(s for s in tx.sources.all(poll.desk.site) if s.url == waiting.source_url)
    at, since = article.published_at, source.baseline_at
    if since is None or since > poll.now + CLOCK_SLACK:  # by a clock that was wrong
        return
    if at is not None and at < since - A_DAY:
        raise NotAnArticle(f"{article.url} was published before its source was first polled.")


def _forbidden(poll: Poll, url: str) -> str:
    agent = poll.robots.agent
    return (
        f"The robots.txt of {identity.bare_host(url)} does not let programs read {url}: allow "
        f"“{agent}” there, or post the article by hand with “bot post”."
    )


# ------------------------------------------------------------------- what came of it


def _take(poll: Poll, waiting: Waiting, article: Article, tally: Tally) -> None:
    """Keep the article with its posts in one commit, unless it is known by now.

    It is known by the keys of its page and by those under which the source offers it.
    """
    desk, now = poll.desk, poll.now
    keys = identity.keys_of(article, desk.aliases) | identity.keys_of(waiting.entry, desk.aliases)
    made = [(each, each.make(article, now)) for each in desk.wanting(article)]
    made = desks.illustrate(
        made, poll.session, poll.studio, article, now, patient=waiting.tries < PATIENT
    )
    title = identity.normal_title(article.headline)
    with poll.store.write() as tx:
        if tx.waiting.get(waiting.id) is None:
            return  # another poll was quicker
        if _is_another(tx, poll, waiting, keys, tally):
            return
        twin = tx.articles.by_title(desk.site, title, now - SAME_TITLE)
        tx.articles.add_keys(waiting.id, keys)
        tx.articles.update(waiting.id, article)
        reasons = selection.reasons_to_wait(
            article,
            now=now,
            flood=waiting.flood,
            same_title=twin is not None,
            home=desk.home,
            aliases=tuple(desk.aliases),
        )
        posts = [
            queue.hold(
                tx,
                article_id=waiting.id,
                channel=outlet.channel,
                made=replace(piece, reasons=(*reasons, *piece.reasons)),
                rules=outlet.rules,
                published_at=article.published_at,
                now=now,
                who="poll",
                judge=outlet.judging(article, now),
            )
            for outlet, piece in made
        ]
    tally.articles.append(article.url)
    tally.posts += [post.id for post in posts if post is not None]


def _is_another(
    tx: Tx, poll: Poll, waiting: Waiting, keys: Collection[tuple[str, str]], tally: Tally
) -> bool:
    """Bring together what the page shows to be one article; True where that was known."""
    others = set(tx.articles.owners(poll.desk.site, keys).values()) - {waiting.id}
    still = {each for each in others if tx.waiting.get(each) is not None}
    if known := others - still:
        first = tx.articles.get(min(known))
        note = f"{waiting.entry.url} is the same article as {first.url}: it gets no second post."
        tx.waiting.merge(waiting.id, first.id, note)
        tally.notes.append(note)
        return True
    for each in still:
        tx.waiting.merge(each, waiting.id, f"the same article as {waiting.entry.url}")
    return False


def _put_off(
    poll: Poll,
    waiting: Waiting,
    reason: str,
    asked: timedelta | None,
    told: list[str],
    tally: Tally,
) -> None:
    begun = max(waiting.first_seen_at, waiting.entry.published_at or waiting.first_seen_at)
    if poll.now - begun >= pace.GIVE_UP_AFTER and waiting.tries >= TRIES_AT_LEAST:
        days = pace.GIVE_UP_AFTER.days
        words = f"It was tried for {days} days and is given up: post it with “bot post” if need be."
        _give_up(poll, waiting, f"{reason} {words}", tally, alarm=True)
        return
    span = pace.page_again(waiting.tries + 1, asked)
    with poll.store.write() as tx:
        tx.waiting.put_off(waiting.id, reason, poll.now + span)
    when = f"at {shown(poll.now + span)}" if span else "at the next poll"
    told.append(f"{reason} It is looked for again {when}.")


def _give_up(poll: Poll, waiting: Waiting, note: str, tally: Tally, *, alarm: bool = False) -> None:
    with poll.store.write() as tx:
        tx.waiting.give_up(waiting.id, note)
    (tally.alarms if alarm else tally.notes).append(note)
