"""The first step: a source is asked, and what it tells of is kept."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from bot import identity, pace, selection
from bot import source as sources
from bot.errors import FetchError
from bot.identity import Key
from bot.ingest._base import Tally, gone, is_early, shown
from bot.model import Entry, Listing
from bot.selection import Choice
from bot.source import Answer
from bot.store import Tx
from bot.store.sources import Source
from bot.store.waiting import Waiting

if TYPE_CHECKING:
    from bot.ingest import Poll

#: So often in a row a source must say that it has moved before it is asked there.
MOVED_AFTER: Final = 3


class MovedAway(FetchError):
    """A source leads to another site for good; nothing is read there."""

    def __init__(self, url: str, to: str) -> None:
        self.to = to
        super().__init__(
            f"{url} has moved for good to another site, {to}: nothing is read there. Put that "
            "address into the site's file if it is right."
        )


def ask(poll: Poll, known: Source, tally: Tally) -> None:
    """Ask one source and keep what it says; a failure is kept too, and told in `tally`."""
    tally.asked = True
    moved = known.moved_to if known.moved_polls >= MOVED_AFTER else ""
    ahead = known.full_at is not None and known.full_at > poll.now  # by a clock that was wrong
    whole = ahead or pace.full_look(known.full_at, poll.now)
    try:
        answer = sources.ask(
            poll.session,
            poll.kinds[known.url],
            known.url,
            etag="" if whole else known.etag,
            last_modified="" if whole else known.last_modified,
            now=poll.now,
            address=moved,
            aliases=tuple(poll.desk.aliases),
            partly=known.baseline_at is not None,
        )
        _refuse_other_site(poll, known, answer)
    except FetchError as error:
        _keep_failure(poll, known, error, bool(moved), tally)
        return
    with poll.store.write() as tx:
        if answer.listing is None:
            tally.unchanged = True
        else:
            known = tx.sources.get_or_add(poll.desk.site, known.url, poll.kinds[known.url])
            keep = _remember if known.baseline_at is None else _take
            keep(poll, tx, known, answer.listing, tally)
        _keep_success(poll, tx, known, answer, bool(moved))


def keep_fault(poll: Poll, known: Source, fault: Exception, tally: Tally) -> None:
    """Count a fault of ours as a failure of the source: it shows, and rests as after any other."""
    words = f"{known.url} leads to an unforeseen fault ({type(fault).__name__})."
    _keep_failure(poll, known, FetchError(words), False, tally)


def _refuse_other_site(poll: Poll, known: Source, answer: Answer) -> None:
    to = answer.moved_to
    if not to or identity.same_site(to, known.url):
        return
    if not identity.same_site(to, poll.desk.home, tuple(poll.desk.aliases)):
        raise MovedAway(known.url, to)


# --------------------------------------------------------------- what it told of


def _remember(poll: Poll, tx: Tx, known: Source, listing: Listing, tally: Tally) -> None:
    choice, _ = _choice(poll, tx, known, listing)
    there = (*choice.new, *choice.early, *choice.repeats, *choice.known)
    tx.articles.remember(poll.desk.site, _keyed(choice, there), now=poll.now, source=known.url)
    tx.sources.set_baseline(known.id, poll.now)
    _refresh(poll, tx, known, choice)
    tally.remembered = len({choice.keys[entry] for entry in there})
    tally.notes += listing.skipped


def _take(poll: Poll, tx: Tx, known: Source, listing: Listing, tally: Tally) -> None:
    """Keep what is new as articles that wait for their pages."""
    site = poll.desk.site
    choice, too_soon = _choice(poll, tx, known, listing)
    flood = len(choice.new) if choice.flood else 0
    new = _keyed(choice, (*choice.new, *choice.early))
    for entry, keys in new if too_soon else ():
        for each in too_soon & set(tx.articles.owners(site, keys).values()):
            tx.waiting.take_up(each, entry, now=poll.now, source=known.url, flood=flood)
    tx.articles.wait(site, new, now=poll.now, source=known.url, flood=flood)
    if choice.known:  # under keys that are new to us: kept, so that either finds it
        tx.articles.remember(site, _keyed(choice, choice.known), now=poll.now, source=known.url)
        _refresh(poll, tx, known, choice)
    tally.notes += listing.skipped
    tally.notes += [
        f"{entry.url} is dated in the future: it waits until {shown(entry.published_at)}."
        for entry in choice.early
        if entry.published_at is not None
    ]


def _choice(poll: Poll, tx: Tx, known: Source, listing: Listing) -> tuple[Choice, set[int]]:
    """Sort what a source tells of; give too what another has remembered too soon.

    What was published since the first poll of this source, but stood in the first poll of
    another, could not be known there for new; here it is, by its date.
    """
    entries = identity.trusted(listing.entries)
    keys_of = cache(lambda entry: identity.keys_of(entry, poll.desk.aliases))
    owners = tx.articles.owners(poll.desk.site, {key for each in entries for key in keys_of(each)})
    since, fresh, too_soon = known.baseline_at, set[Key](), set[int]()
    if since is not None:
        dated = [each for each in entries if each.published_at and each.published_at > since]
        fresh = {key for each in dated for key in keys_of(each)}
    if since is not None and not fresh.isdisjoint(owners):
        ids = set(owners.values())
        too_soon = tx.articles.of_a_first_poll(ids, since=since, but_of=known.url)

    def is_known(keys: frozenset[Key]) -> bool:
        found = {owners[key] for key in keys if key in owners}
        return bool(found) and (not found <= too_soon or fresh.isdisjoint(keys))

    choice = selection.choose(
        entries,
        is_known=is_known,
        now=poll.now,
        flood_limit=poll.desk.flood_limit,
        keys_of=keys_of,
    )
    return choice, too_soon


def _keyed(choice: Choice, entries: tuple[Entry, ...]) -> list[tuple[Entry, frozenset[Any]]]:
    return [(entry, choice.keys[entry]) for entry in entries]


def _refresh(poll: Poll, tx: Tx, known: Source, choice: Choice) -> None:
    """Let waiting articles follow what their own source says of them now.

    Where that is not asked any more, another one stands in for it.
    """
    waiting = {
        w.id: w
        for w in tx.waiting.all(poll.desk.site)
        if w.source_url == known.url or w.source_url not in poll.kinds
    }
    if not waiting:
        return
    keys = {key for entry in choice.known for key in choice.keys[entry]}
    owners = tx.articles.owners(poll.desk.site, keys)
    for entry in choice.known:
        article_id = min((owners[key] for key in choice.keys[entry] if key in owners), default=0)
        old = waiting.pop(article_id, None)  # the first entry stands for its repeats
        if old is not None and old.entry != entry:
            tx.waiting.refresh(old.id, entry, _next_try_at(poll, old, entry), known.url)


def _next_try_at(poll: Poll, old: Waiting, entry: Entry) -> Any:
    if is_early(entry, poll.now):
        return entry.published_at
    elsewhere = identity.url_key(entry.url) != identity.url_key(old.entry.url)
    if elsewhere or is_early(old.entry, poll.now):
        return poll.now  # its date or address was put right
    return old.next_try_at


# ------------------------------------------------------------- how the asking went


def habit(poll: Poll, tx: Tx, known: Source) -> pace.Habit:
    """Look how often the source has told of something new lately."""
    if poll.every is not None or known.baseline_at is None:
        return pace.Habit(every=poll.every)
    since = max(known.baseline_at, poll.now - pace.SIGHT)
    count, _ = tx.articles.arrivals(poll.desk.site, known.url, since)
    return pace.Habit(count, poll.now - since)


def _keep_success(poll: Poll, tx: Tx, known: Source, answer: Answer, at_new: bool) -> None:
    whole = answer.listing is not None
    wait = answer.wait if whole else max(answer.wait, known.wait)
    moved_to, moved_polls = known.moved_to, known.moved_polls
    if answer.moved_to or not at_new:
        again = answer.moved_to == known.moved_to
        moved_to = answer.moved_to
        moved_polls = (known.moved_polls + 1 if again else 1) if moved_to else 0
    tx.sources.note_success(
        known.id,
        answer.etag,
        answer.last_modified,
        poll.now,
        poll.now + habit(poll, tx, known).after_success(wait, poll.jitter()),
        full_at=poll.now if whole else known.full_at,
        wait=wait,
        moved_to=moved_to,
        moved_polls=moved_polls,
    )


def _keep_failure(poll: Poll, known: Source, error: FetchError, at_new: bool, tally: Tally) -> None:
    asked = None if error.retry_after is None else timedelta(seconds=error.retry_after)
    leave_alone = bool(asked) or error.status == 429
    is_gone = error.status == 410 and not at_new
    with poll.store.write() as tx:
        span = habit(poll, tx, known).after_failure(
            known.failures + 1, error.status, asked, poll.jitter()
        )
        again_at = poll.now + span
        more: dict[str, Any] = {"retry_at": again_at if leave_alone else None}
        if is_gone:
            more["gone_at"] = poll.now
        if isinstance(error, MovedAway):
            more |= {"moved_to": error.to, "moved_polls": 0}
        elif at_new:  # perhaps its old address is right again
            more |= {"moved_to": "", "moved_polls": 0}
        tx.sources.note_failure(known.id, str(error), poll.now, again_at, **more)
    if is_gone:
        tally.alarms.append(gone(str(error)))
    elif isinstance(error, MovedAway):
        tally.alarms.append(str(error))
    else:
        tally.errors.append(str(error))
