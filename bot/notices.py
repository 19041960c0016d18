"""What people are told without asking: one message for all that is new, and never a flood.

A *cause* is one thing that somebody should know: a post that needs a person, a channel
that cannot post, a credential that ends. A cause is told when it arises and once a day
while it lasts; one that comes and goes, once an hour at most; and between two messages
some minutes pass, so that whatever goes wrong at once is one message. What could not be
delivered is told again, each time after a longer wait.

A notice can start a clock, but never approves: a post under the rule “hold 15m” goes out
by itself only when its notice was delivered, the time has passed while nobody touched
the post, and its window is open (`release_held`).
"""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any, Final
from uuid import uuid4

from bot import health, queue, schedule
from bot._journal import HIDDEN, Masker
from bot.errors import UsageError
from bot.hours import shown_duration
from bot.model import Post, State, Verb
from bot.platforms import base as platforms
from bot.store import Store, Tx
from bot.store.accounts import Standing
from bot.store.told import Told

log = logging.getLogger("bot")

#: A cause that lasts is told again after a day; one that comes and goes, not within the hour.
AGAIN: Final = timedelta(days=1)
ONCE_IN: Final = timedelta(hours=1)

#: So much time lies between two messages; after a failed one twice as much each time, up to …
GAP: Final = timedelta(minutes=3)
LONGEST_WAIT: Final = timedelta(hours=1)

#: So long a message may take, to all addresses together.
DEADLINE: Final = timedelta(minutes=1)

#: What is not settled by then, the bot does not settle soon by itself.
DOUBTFUL_FOR: Final = timedelta(minutes=30)

#: A source that was read within the last hour may only have had a hiccup.
DEAD_AFTER: Final = timedelta(hours=1)

#: A credential is told of so long before its end, and again; a renewal gets its hour first.
WEEK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)
RENEWAL: Final = timedelta(hours=1)

#: More of one kind are counted, not listed.
MOST: Final = 15

#: The kinds of causes in the order in which they are told: what one is called, what several.
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "person": ("post needs a person", "posts need a person"),
    "hold": ("post goes out by itself", "posts go out by themselves"),
    "channel": ("channel cannot post", "channels cannot post"),
    "token": ("login ends", "logins end"),
    "source": ("source fails", "sources fail"),
    "other": ("other matter", "other matters"),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that somebody should know."""

    key: str  # the same as long as it is the same thing: "post 12 refused"
    kind: str  # one of KINDS
    site: str  # "" where it concerns all
    sentence: str
    post_id: int = 0  # whose page tells more; 0: none


@dataclass(frozen=True, slots=True)
class Delivery:
    """To how many addresses a message went, and what was wrong with the others."""

    reached: int
    faults: tuple[str, ...] = ()


#: Sends subject and text.
Send = Callable[[str, str], Delivery]


@dataclass
class Bell:
    """What is to be watched, and how to tell of it. Keep one as long as the process lives."""

    store: Store
    send: Send | None  # see `deliver`; None: nobody is to be told
    page: str  # where the pages are: "https://bot.harbour.example"
    names: Mapping[str, str]  # of the sites: {"harbour": "Harbour Post"}
    automatic: Mapping[str, timedelta]  # channels that nobody reviews, and their “hold”, or zero
    renews: Mapping[str, timedelta | None]  # of each channel: when its credential is renewed
    rules_of: Callable[[Post], queue.Rules]
    hands: Callable[[], Collection[str]] = tuple
    sources: Callable[[], Iterable[tuple[str, str]]] = tuple
    others: Callable[[], Mapping[str, str]] = dict  # what else is to be told, by its key
    faults: tuple[str, ...] = ()  # of the last message
    _failures: int = 0
    _known: dict[str, datetime] = field(default_factory=dict)  # when each was last looked after


def run_once(bell: Bell, now: datetime) -> tuple[Cause, ...]:
    """Tell what is new, in one message; return what was told and delivered.

    Nothing is written while nothing is new. A message that no address takes is
    told again later; `bell.faults` says what was wrong.
    """
    if bell.send is None:
        return ()
    causes = {cause.key: cause for cause in find(bell, now)}
    new = [key for key in causes if _is_stale(bell._known.get(key), now)]
    over = [key for key, at in bell._known.items() if key not in causes and _is_stale(at, now)]
    if not new and not over:
        return ()
    holder = f"notices {uuid4()}"  # each message its own, or the gap would not keep us
    with bell.store.write("notices") as tx:
        if new and not tx.leases.take("notices", holder, GAP):
            return ()
        fresh = _claim(tx, [causes[key] for key in new], now)
        if over:
            tx.notices.forget(causes)
        if not fresh:
            tx.leases.release("notices", holder)
    for key in over:
        del bell._known[key]
    bell._known.update(dict.fromkeys(new, now))
    return _tell(bell, bell.send, fresh, holder, now) if fresh else ()


def _is_stale(at: datetime | None, now: datetime) -> bool:
    return at is None or abs(now - at) >= ONCE_IN


def _claim(tx: Tx, new: Sequence[Cause], now: datetime) -> list[Cause]:
    """Take what this process is to tell: of a post that waits for its notice, every hour."""
    mine: set[str] = set()
    for every, held in ((ONCE_IN, True), (AGAIN, False)):
        asked = {cause.key: cause.sentence for cause in new if (cause.kind == "hold") is held}
        if asked:
            mine.update(tx.notices.claim(asked, now, every))
    return [cause for cause in new if cause.key in mine]


def _tell(
    bell: Bell, send: Send, causes: Sequence[Cause], holder: str, now: datetime
) -> tuple[Cause, ...]:
    """Send one message, and write down what became of it."""
    found = send(subject(causes, bell.names), text(causes, bell.names, bell.page))
    bell.faults = found.faults
    for fault in found.faults:
        log.error("notices: %s", fault)
    with bell.store.write("notices told") as tx:
        if found.reached:
            bell._failures = 0
            held = [cause.post_id for cause in causes if cause.kind == "hold"]
            if held:
                Told(tx).note(held, now)
            return tuple(causes)
        bell._failures += 1
        tx.notices.failed([cause.key for cause in causes])
        wait = min(GAP * 2 ** min(bell._failures, 10), LONGEST_WAIT)
        tx.leases.take("notices", holder, wait)
    for cause in causes:
        bell._known.pop(cause.key, None)
    return ()


# ---------------------------------------------------------------------- causes


def find(bell: Bell, now: datetime) -> tuple[Cause, ...]:
    """Find everything that somebody should know now, told or not."""
    # Asked beforehand: they may read the store themselves, and a read inside a read
    # would wait for a writer that waits for us.
    hands, sources, others = bell.hands(), tuple(bell.sources()), bell.others()
    with bell.store.read() as tx:
        causes = [
            *_stuck(tx, now),
            *_held(tx, bell, now),
            *_by_hand(tx, hands, now),
            *_followups(tx),
            *_channels(tx, bell, now),
            *_sources(tx, sources, now),
            *_database(tx, now),
        ]
    causes += [Cause(key, "other", "", sentence) for key, sentence in others.items()]
    return tuple(causes)


def _stuck(tx: Tx, now: datetime) -> Iterator[Cause]:
    for post in tx.posts.list(states=(State.NEEDS_PERSON, State.REFUSED, State.UNKNOWN)):
        if post.state is State.UNKNOWN:
            since = tx.posts.log(post.id, limit=1)[-1].at
            if abs(now - since) < DOUBTFUL_FOR:
                continue
            what = f"for {health.in_words(abs(now - since))} nobody could tell whether it is live"
        else:
            what = post.state.value.replace("_", " ")
        yield _of_post(post, f"post {post.id} {post.state}", f"{what}: {post.reason}")


def _held(tx: Tx, bell: Bell, now: datetime) -> Iterator[Cause]:
    """Find what is held where nobody reviews: it waits for a person, or for its notice."""
    paused = tx.pauses.active(now)
    for key, hold in bell.automatic.items():
        site, _, channel = key.partition("/")
        held = tx.posts.list(states=(State.HELD,), site=site, channel=channel)
        told = Told(tx).at([post.id for post in held]) if held and hold else {}
        for post in held:
            if not (hold and goes_by_itself(post)):
                why = "; ".join(problem.message for problem in post.problems) or post.reason
                yield _of_post(post, f"post {post.id} held", f"it waits for you: {why}")
            elif post.id in told or queue.covers(paused, site, channel):
                continue
            elif is_open(bell.rules_of(post), now):
                words = f"it goes out in {shown_duration(hold)}, unless somebody objects"
                yield _of_post(post, f"post {post.id} hold", words, kind="hold")


def _by_hand(tx: Tx, hands: Collection[str], now: datetime) -> Iterator[Cause]:
    if not hands:
        return
    for post in tx.outbox.due(now, limit=200):
        if f"{post.site}/{post.channel}" in hands:
            yield _of_post(post, f"post {post.id} by hand", "it is time to post it by hand")


def _of_post(post: Post, key: str, words: str, *, kind: str = "person") -> Cause:
    try:
        label = platforms.load(post.platform).label
    except UsageError:
        label = post.platform
    return Cause(key, kind, post.site, f"{label}, “{_short(post.article_title)}”: {words}", post.id)


def _followups(tx: Tx) -> Iterator[Cause]:
    for step in tx.followups.open():
        if step.state in ("failed", "unknown"):
            post = tx.posts.get(step.post_id)
            words = f"its {step.name} {'failed' if step.state == 'failed' else 'is in doubt'}"
            yield _of_post(post, f"followup {step.id} {step.state}", f"{words}: {step.reason}")


def _sources(tx: Tx, known: Iterable[tuple[str, str]], now: datetime) -> Iterator[Cause]:
    for source in health.sources(tx, known, now):
        dead = source.ok_at is None or now - source.ok_at >= DEAD_AFTER
        if source.failing and dead:
            key = f"source {source.site} {source.url}"
            yield Cause(key, "source", source.site, source.sentence)


def _database(tx: Tx, now: datetime) -> Iterator[Cause]:
    doubt = tx.instance.doubt()
    if doubt is not None and abs(now - doubt.until) < AGAIN:
        yield Cause(f"database {doubt.until:%Y-%m-%d %H:%M}", "other", "", doubt.reason)


def _channels(tx: Tx, bell: Bell, now: datetime) -> Iterator[Cause]:
    for standing in tx.accounts.all():
        if f"{standing.site}/{standing.channel}" in bell.renews:
            yield from _of_channel(standing, bell, now)


def _of_channel(standing: Standing, bell: Bell, now: datetime) -> Iterator[Cause]:
    key = f"{standing.site}/{standing.channel}"
    if standing.blocked:
        sentence = f"{key} cannot post: {standing.blocked}"
        yield Cause(f"channel {key} blocked", "channel", standing.site, sentence)
        return
    if standing.expires_at is None:
        return
    left, renews = standing.expires_at - now, bell.renews[key]
    if left >= WEEK or (renews is not None and left > renews - RENEWAL):
        return
    stage = "dead" if left <= timedelta(0) else "day" if left <= DAY else "week"
    ends = "has ended" if stage == "dead" else f"ends in {health.in_words(left)}"
    yield Cause(
        f"token {key} {stage} {standing.expires_at:%Y-%m-%d}",
        "token",
        standing.site,
        f"the login of {key} {ends}: connect it again with “bot login {key}”.",
    )


# --------------------------------------------------------------------- hold 15m


def goes_by_itself(post: Post) -> bool:
    """Tell whether a held post is as the rule left it: untouched, and nothing asks for a person."""
    blocked = any(problem.blocking for problem in post.problems)
    return post.state is State.HELD and post.version == 1 and not post.reason and not blocked


def is_open(rules: queue.Rules, now: datetime) -> bool:
    """Tell whether the channel's window is open."""
    return now == schedule.next_slot(
        now,
        windows=rules.windows,
        zone=rules.zone,
        spacing=timedelta(0),
        daily_limit=None,
        taken=(),
    )


def release_held(
    store: Store,
    automatic: Mapping[str, timedelta],
    rules_of: Callable[[Post], queue.Rules],
    now: datetime,
    *,
    judge_of: Callable[[Post], queue.Judge] | None = None,
) -> tuple[Post, ...]:
    """Approve what was held for an objection that never came; return what was approved.

    Only what `goes_by_itself` and was told of, its channel's hold ago; inside its windows;
    never while paused. Where its slot makes a problem of its words (“today”, tomorrow),
    it stays held, with that problem, for a person.
    """
    ready: list[Post] = []
    with store.read() as tx:
        paused = tx.pauses.active(now)
        for key, hold in automatic.items():
            site, _, channel = key.partition("/")
            if not hold or queue.covers(paused, site, channel):
                continue
            held = tx.posts.list(states=(State.HELD,), site=site, channel=channel)
            own = {post.id: post for post in held if goes_by_itself(post)}
            told = Told(tx).at(own) if own else {}
            ready += [own[post_id] for post_id, at in told.items() if abs(now - at) >= hold]
    done = (
        _release(store, post, rules_of(post), judge_of and judge_of(post), now)
        for post in ready
        if is_open(rules_of(post), now)
    )
    return tuple(post for post in done if post is not None)


def _release(
    store: Store, post: Post, rules: queue.Rules, judge: queue.Judge | None, now: datetime
) -> Post | None:
    reason = "nobody objected"
    try:
        with store.write("release") as tx:
            approved = queue.approve(tx, post, rules, who="rule", now=now, judge=judge)
            if approved.problems == post.problems:
                return approved
            reason = approved.problems[-1].code
            tx.posts.change(
                approved,
                Verb.RECALL,
                State.HELD,
                who="rule",
                reason=reason,
                now=now,
                due_at=None,
            )
    except UsageError as error:  # somebody was quicker, or no slot is free: it stays as it is
        log.info("post %s was not released: %s", post.id, error, extra={"post": post.id})
    return None


# --------------------------------------------------------------------- messages


def subject(causes: Iterable[Cause], names: Mapping[str, str]) -> str:
    """Say in one line how much of what there is, and on which sites."""
    counts: dict[str, int] = {}
    sites: dict[str, None] = {}
    for cause in causes:
        counts[cause.kind] = counts.get(cause.kind, 0) + 1
        if cause.site:
            sites[names.get(cause.site, cause.site)] = None
    told = [f"{counts[kind]} {_words(kind, counts[kind])}" for kind in KINDS if kind in counts]
    where = ", ".join(sites) if len(sites) <= 3 else f"{len(sites)} sites"
    return f"{where}: {', '.join(told)}" if where else ", ".join(told)


def text(causes: Sequence[Cause], names: Mapping[str, str], page: str) -> str:
    """Tell each cause on a line of plain text, and below it where to read more."""
    lines: list[str] = []
    for kind in KINDS:
        own = [cause for cause in causes if cause.kind == kind]
        if not own:
            continue
        lines += [f"{len(own)} {_words(kind, len(own))}:", ""]
        for cause in own[:MOST]:
            site = f"{names.get(cause.site, cause.site)}: " if cause.site else ""
            lines.append(f"- {site}{_clean(cause.sentence)}")
            if cause.post_id:
                lines.append(f"  {page.rstrip('/')}/posts/{cause.post_id}")
        if len(own) > MOST:
            lines.append(f"- and {len(own) - MOST} more; “bot status” lists them all.")
        lines.append("")
    return "\n".join(lines).rstrip()


def _words(kind: str, count: int) -> str:
    return KINDS[kind][count != 1]


def _short(title: str) -> str:
    return title if len(title) <= 80 else f"{title[:79].rstrip()}…"


def _clean(words: str) -> str:
    """Keep a cause on its line, whatever a page or a platform put into it."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


# --------------------------------------------------------------------- delivery


def deliver(urls: Sequence[str], masker: Masker, product: str) -> Send | None:
    """Give what sends a message to every Apprise address; None where there is none.

    An address that fails keeps no other from being tried, and none is ever named in a
    log. Nothing but subject and text, under the name of `product`, goes out.
    """
    if not urls:
        return None
    masker.add(*(secret for url in urls for secret in _secrets(url)))

    def send(subject: str, text: str) -> Delivery:
        letter = {"urls": list(urls), "subject": masker.mask(subject), "text": masker.mask(text)}
        faults = []
        for number, (url, fault) in enumerate(_hand_over({**letter, "product": product}), 1):
            if fault:
                scheme = url.partition("://")[0]
                faults.append(f"address {number} of notify ({scheme}://{HIDDEN}) {fault}")
        return Delivery(len(urls) - len(faults), tuple(faults))

    return send


def _hand_over(letter: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Let a process of its own send the letter; give each address with its fault, or "".

    Apprise loads a hundred services into 25 MB that a daemon would carry ever after, logs
    addresses, and has no deadline as a whole: all of it ends with that process.
    """
    command = [sys.executable, "-m", __name__]
    late = "was not reached in time; it is tried again later."
    try:
        done = subprocess.run(
            command,
            input=json.dumps(letter).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it may name an address
            timeout=DEADLINE.total_seconds(),
            check=False,
        )
        said = done.stdout
    except subprocess.TimeoutExpired as error:
        said = error.stdout or b""
    except OSError as error:
        said, late = b"", f"was not asked: no process can be started ({error.strerror})."
    faults = said.decode().splitlines()
    yield from zip_longest(letter["urls"], faults[: len(letter["urls"])], fillvalue=late)


def _main() -> None:
    """Send the letter on standard input; write what is wrong with each address on a line."""
    letter = json.load(sys.stdin)
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever a service prints is no answer
    warnings.simplefilter("ignore")
    for url in letter.pop("urls"):
        print(_send(url, **letter), file=answers, flush=True)


def _send(url: str, subject: str, text: str, product: str) -> str:
    """Send to one address; "" where it was taken, else what was wrong."""
    import apprise

    asset = apprise.AppriseAsset(app_id=product, app_desc=product, app_url="", plugin_paths=[])
    one = apprise.Apprise(asset=asset)
    if not one.add(url):
        return "is none that can be told: see Apprise's list of addresses."
    try:
        taken = one.notify(body=text, title=subject, body_format=apprise.NotifyFormat.TEXT)
    except Exception as error:  # noqa: BLE001 - of a hundred services, any
        return f"failed ({type(error).__name__}); it is tried again later."
    return "" if taken else "did not take the notice; it is tried again later."


def _secrets(url: str) -> Iterator[str]:
    """Give the parts of an Apprise address that may be secret: it is full of tokens."""
    _, _, rest = url.partition("://")
    yield rest
    user, _, _ = rest.rpartition("@")
    if ":" in user:
        yield user.partition(":")[2]
    for part in re.split(r"[/:@?&=#]", rest):
        if len(part) >= 8 and "." not in part:
            yield part


if __name__ == "__main__":
    _main()
