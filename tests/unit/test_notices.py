"""What is told: all that is new in one message, no flood; and “hold 15m” only after delivery."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from world import Site

from bot import notices, queue, review
from bot._journal import Masker
from bot.hours import Windows
from bot.model import Account, Outcome, Post, Problem, Published, Refused, Retry, State, Unknown
from bot.notices import AGAIN, GAP, Bell, Cause, Delivery
from bot.store import Store, open_store

Hold = Callable[..., Post]
HARBOUR = "harbour/twitter"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
HOLD = timedelta(minutes=15)
NAMES = {"harbour": "Harbour Post"}


class Ticking:
    """The clock that claims are measured by, set ahead by a test."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> tuple[str, float]:
        return "boot", self.seconds


@dataclass
class Inbox:
    """Who is told: keeps what comes, or takes nothing."""

    takes: bool = True
    got: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, subject: str, text: str) -> Delivery:
        if not self.takes:
            return Delivery(0, ("address 1 of notify (json://•••) did not take the notice.",))
        self.got.append((subject, text))
        return Delivery(1)


@pytest.fixture
def machine() -> Ticking:
    return Ticking()


@pytest.fixture
def store(tmp_path: Any, empty_database: Any, machine: Ticking) -> Iterator[Store]:
    import shutil

    shutil.copy(empty_database, tmp_path / "bot.db")
    with open_store(f"sqlite:///{tmp_path}/bot.db", machine_clock=machine) as store:
        yield store


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def bell(store: Store, inbox: Inbox, rules: Any) -> Bell:
    return Bell(
        store=store,
        send=inbox,
        page="http://127.0.0.1:8700",
        names=NAMES,
        automatic={HARBOUR: HOLD},
        renews={HARBOUR: None},
        rules_of=lambda post: rules(review="hold"),
    )


@pytest.fixture
def held(hold: Hold, rules: Any) -> Callable[..., Post]:
    """Hold a post under the rule “hold 15m”."""
    return lambda **how: hold(**({"rules": rules(review="hold")} | how))


@pytest.fixture
def sent(store: Store, hold: Hold, rules: Any, now: datetime) -> Callable[..., Post]:
    """A post that was sent, with this outcome."""

    def send(outcome: Outcome) -> Post:
        post = review.approve(store, hold().id, rules(), who="mia", now=now)
        with store.write() as tx:
            taken = tx.outbox.take(now, MINUTE)
            assert taken is not None
            leased = tx.outbox.lease(taken, now, MINUTE)
            assert leased is not None
            assert leased.id == post.id
            return tx.outbox.settle(leased, outcome, now, quarantine=MINUTE)

    return send


def ring(bell: Bell, now: datetime, machine: Ticking | None = None) -> list[str]:
    """Let a round of notices pass, all gaps behind it; the keys of what was told."""
    if machine is not None:
        machine.seconds += notices.LONGEST_WAIT.total_seconds()
    return [cause.key for cause in notices.run_once(bell, now)]


def found(bell: Bell, now: datetime) -> dict[str, Cause]:
    return {cause.key: cause for cause in notices.find(bell, now)}


# ------------------------------------------------------------------------- causes


def test_what_is_tried_for_an_hour_is_a_cause(bell: Bell, sent: Any, now: datetime) -> None:
    sent(Retry("Instagram could not fetch the picture."))
    assert notices.find(bell, now + 59 * MINUTE) == ()
    (cause,) = notices.find(bell, now + 61 * MINUTE)
    assert "could not be sent: Instagram could not fetch the picture." in cause.sentence


def test_what_needs_a_person_is_a_cause(
    bell: Bell, store: Store, sent: Any, held: Any, hold: Hold, made: Any, now: datetime
) -> None:
    refused, doubtful = sent(Refused("too long")), sent(Unknown("reset"))
    blocked = replace(made, problems=(Problem("no-alt", "the picture has no alt text.", True),))
    stuck = held(made=blocked)
    extra = sent(Published("9", extras=("comment",)))
    with store.write() as tx:
        step = tx.followups.take(now, MINUTE)
        assert step is not None
        tx.followups.settle(step, "failed", "no right to comment", now)
    told = found(bell, now)
    assert set(told) == {
        f"post {refused.id} refused",
        f"post {stuck.id} held",
        f"followup {step.id} failed",
    }
    assert "too long" in told[f"post {refused.id} refused"].sentence
    assert "alt text" in told[f"post {stuck.id} held"].sentence
    assert told[f"followup {step.id} failed"].post_id == extra.id
    late = found(bell, now + notices._causes.DOUBTFUL_FOR)
    assert f"post {doubtful.id} unknown" in late


def test_what_people_review_is_held_in_the_ordinary_way(
    bell: Bell, hold: Hold, now: datetime
) -> None:
    hold()
    bell.automatic = {}
    assert found(bell, now) == {}


def test_a_channel_that_cannot_post_and_one_that_is_not_ours(
    bell: Bell, store: Store, now: datetime
) -> None:
    with store.write() as tx:
        tx.accounts.block("harbour", "twitter", "the token was revoked.", now)
        tx.accounts.block("quay", "twitter", "left the configuration", now)
    (cause,) = found(bell, now).values()
    assert (cause.kind, cause.site) == ("channel", "harbour")
    assert cause.sentence == (
        f"{HARBOUR} cannot post, and its posts wait: the token was revoked."
        f" “bot login {HARBOUR}” connects it again."
    )


@pytest.mark.parametrize(
    ("left", "renews", "stage"),
    [
        (timedelta(days=8), None, None),
        (timedelta(days=6), None, "week"),
        (timedelta(hours=20), None, "day"),
        (timedelta(hours=-1), None, "dead"),
        (timedelta(hours=2), timedelta(minutes=10), None),  # renewed in time, every two hours
        (timedelta(minutes=5), timedelta(minutes=10), None),  # it is being renewed just now
        (timedelta(hours=-2), timedelta(minutes=10), "dead"),  # and that failed
        (timedelta(days=6), timedelta(days=10), "week"),  # renewing has failed for days
    ],
)
def test_a_login_is_told_of_before_it_ends_unless_it_is_renewed(
    bell: Bell,
    store: Store,
    now: datetime,
    left: timedelta,
    renews: timedelta | None,
    stage: str | None,
) -> None:
    bell.renews = {HARBOUR: renews}
    with store.write() as tx:
        tx.accounts.prove("harbour", "twitter", Account("7", "h", (), now + left), "f", now)
    keys = [key.split() for key in found(bell, now)]
    assert [key[2] for key in keys] == ([stage] if stage else [])


def test_a_source_is_told_of_when_it_is_dead_and_not_when_it_coughs(
    bell: Bell, store: Store, now: datetime
) -> None:
    url = "https://harbour.example/feed/"
    bell.sources = lambda: [("harbour", url)]
    with store.write() as tx:
        source = tx.sources.get_or_add("harbour", url, "feed")
        tx.sources.note_success(source.id, "", "", now)
        for _ in range(3):
            tx.sources.note_failure(source.id, "503", now)
    assert found(bell, now + 59 * MINUTE) == {}
    (cause,) = found(bell, now + HOUR).values()
    assert (cause.kind, cause.key) == ("source", f"source harbour {url}")


def test_what_is_to_be_posted_by_hand_is_told_when_it_is_due(
    bell: Bell, store: Store, hold: Hold, rules: Any, now: datetime
) -> None:
    bell.hands = lambda: {HARBOUR}
    post = hold()
    review.approve(store, post.id, rules(), who="mia", now=now, at=now + HOUR)
    assert found(bell, now) == {}
    assert set(found(bell, now + HOUR)) == {f"post {post.id} by hand"}


def test_whatever_it_asks_the_bot_may_use_the_database_itself(
    bell: Bell, store: Store, now: datetime
) -> None:
    def busy() -> Any:
        with store.write() as tx:  # inside of a read it would wait for that very read
            tx.leases.take("busy", "test", MINUTE)
        return ()

    bell.hands, bell.sources, bell.others = busy, busy, lambda: dict(busy())
    assert found(bell, now) == {}


# ------------------------------------------------------------------------- rhythm


def test_all_that_is_new_is_one_message_told_once(
    bell: Bell, inbox: Inbox, sent: Any, machine: Ticking, now: datetime
) -> None:
    posts = [sent(Refused("too long")) for _ in range(3)]
    assert ring(bell, now) == [f"post {post.id} refused" for post in posts]
    assert ring(bell, now + HOUR - MINUTE, machine) == []
    assert ring(bell, now + HOUR, machine) == []
    assert len(inbox.got) == 1
    assert len(ring(bell, now + AGAIN, machine)) == 3, "what lasts is told again the next day"
    assert len(inbox.got) == 2


def test_some_minutes_pass_between_two_messages(
    bell: Bell, inbox: Inbox, sent: Any, machine: Ticking, now: datetime
) -> None:
    sent(Refused("one"))
    assert len(ring(bell, now)) == 1
    more = [sent(Refused("two")), sent(Refused("three"))]
    machine.seconds += GAP.total_seconds() - 1
    assert notices.run_once(bell, now) == ()
    machine.seconds += 1
    assert [cause.post_id for cause in notices.run_once(bell, now)] == [post.id for post in more]
    assert len(inbox.got) == 2


def test_what_comes_and_goes_is_told_once_in_an_hour(
    bell: Bell, store: Store, machine: Ticking, now: datetime
) -> None:
    def flap(at: datetime) -> list[str]:
        with store.write() as tx:
            tx.accounts.block("harbour", "twitter", "the token was revoked", at)
        told = ring(bell, at, machine)
        with store.write() as tx:
            tx.accounts.prove("harbour", "twitter", Account("7", "h"), "f", at)
        assert ring(bell, at, machine) == []
        return told

    key = f"channel {HARBOUR} blocked"
    told = [flap(now + minutes * MINUTE) for minutes in (0, 10, 30)]
    assert told == [[key], [], []]
    assert ring(bell, now + 2 * HOUR, machine) == []
    assert flap(now + 2 * HOUR) == [key], "an hour after it was over it is new"


def test_nothing_is_written_while_nothing_is_new(
    bell: Bell, store: Store, sent: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(Refused("too long"))
    ring(bell, now)

    def write(what: str = "") -> Any:
        raise AssertionError(f"it wrote {what}")

    monkeypatch.setattr(store, "write", write)
    for minutes in range(1, 50, 7):
        ring(bell, now + minutes * MINUTE)


def test_two_daemons_tell_it_once(bell: Bell, inbox: Inbox, sent: Any, now: datetime) -> None:
    sent(Refused("too long"))
    other = replace(bell, _known={})
    assert len(ring(bell, now)) == 1
    assert ring(other, now) == []
    assert len(inbox.got) == 1


def test_a_daemon_that_starts_anew_tells_nothing_again(
    bell: Bell, inbox: Inbox, sent: Any, machine: Ticking, now: datetime
) -> None:
    sent(Refused("too long"))
    ring(bell, now)
    assert ring(replace(bell, _known={}), now + MINUTE, machine) == []


def test_what_is_not_delivered_is_told_again_each_time_later(
    bell: Bell,
    inbox: Inbox,
    sent: Any,
    machine: Ticking,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    post = sent(Refused("too long"))
    inbox.takes = False
    with caplog.at_level(logging.ERROR, logger="bot"):
        assert notices.run_once(bell, now) == ()
    assert "json://••• did not take" in caplog.text.replace(")", "")
    assert bell.faults
    waits = []
    for _ in range(6):
        before, tried = machine.seconds, len(caplog.records)
        while len(caplog.records) == tried:
            machine.seconds += 30
            notices.run_once(bell, now)
        waits.append(machine.seconds - before)
    assert waits == sorted(waits)
    assert waits[0] == 2 * GAP.total_seconds()
    assert waits[-1] == notices.LONGEST_WAIT.total_seconds()
    inbox.takes = True
    assert ring(bell, now, machine) == [f"post {post.id} refused"]
    assert bell.faults == ()


def test_nobody_is_told_where_nobody_is_named(
    bell: Bell, store: Store, held: Any, now: datetime
) -> None:
    post = held()
    bell.send = notices.deliver((), Masker(), "bot")
    assert ring(bell, now) == []
    assert release(bell, now + 2 * HOUR) == []
    assert read(store, post).state is State.HELD


# ----------------------------------------------------------------------- hold 15m


def release(bell: Bell, now: datetime, **how: Any) -> list[int]:
    done = notices.release_held(bell.store, bell.automatic, bell.rules_of, now, **how)
    return [post.id for post in done]


def read(store: Store, post: Post) -> Post:
    with store.read() as tx:
        return tx.posts.get(post.id)


def test_what_nobody_objects_to_goes_out_after_its_notice(
    bell: Bell, store: Store, inbox: Inbox, held: Any, machine: Ticking, now: datetime
) -> None:
    post = held()
    assert release(bell, now + HOUR) == [], "nobody was told yet"
    assert ring(bell, now) == [f"post {post.id} hold"]
    assert "goes out in 15m, unless somebody objects" in inbox.got[0][1]
    assert read(store, post) == post, "a notice changes nothing of a post"
    assert release(bell, now + HOLD - MINUTE) == []
    assert release(bell, now + HOLD) == [post.id]
    done = read(store, post)
    assert (done.state, done.approved_by) == (State.APPROVED, queue.RULE)
    assert done.due_at == now + HOLD
    assert done.frozen_hash == queue.seal(done.teaser)
    assert release(bell, now + HOLD) == []
    assert ring(bell, now + AGAIN, machine) == []


def test_what_was_not_delivered_waits_for_a_person(
    bell: Bell, store: Store, inbox: Inbox, held: Any, machine: Ticking, now: datetime
) -> None:
    post, inbox.takes = held(), False
    ring(bell, now)
    assert release(bell, now + 2 * HOUR) == []
    inbox.takes = True
    assert ring(bell, now + 2 * HOUR, machine) == [f"post {post.id} hold"]
    assert release(bell, now + 2 * HOUR + HOLD - MINUTE) == [], "it runs from the delivery"
    assert release(bell, now + 2 * HOUR + HOLD) == [post.id]


@pytest.mark.parametrize(
    "touch", ["edit", "reject", "move", "approve and back", "edit before the notice"]
)
def test_what_somebody_touched_is_theirs(
    bell: Bell,
    store: Store,
    held: Any,
    rules: Any,
    machine: Ticking,
    now: datetime,
    touch: str,
) -> None:
    post = held()
    if not touch.endswith("notice"):
        ring(bell, now)
    if touch.startswith("edit"):
        review.edit(store, post.id, lambda teaser, at: (), who="mia", now=now, text="New words")
    elif touch == "move":
        review.move(store, post.id, now + HOUR, who="mia", now=now)
    elif touch == "reject":
        review.reject(store, post.id, "no", who="mia", now=now)
    else:
        review.approve(store, post.id, rules(), who="mia", now=now)
        review.unapprove(store, post.id, who="mia", now=now)
    touched = read(store, post)
    told = ring(bell, now, machine)
    assert told == ([] if touch == "reject" else [f"post {post.id} held"])
    assert release(bell, now + HOLD) == []
    assert read(store, post) == touched


def test_somebody_who_touches_it_in_the_very_moment_wins(
    bell: Bell, store: Store, held: Any, now: datetime, rules: Any
) -> None:
    post = held()
    ring(bell, now)

    def rules_of(each: Post) -> queue.Rules:
        if read(store, post).version == 1:
            review.reject(store, post.id, "no", who="mia", now=now)
        made: queue.Rules = rules(review="hold")
        return made

    bell.rules_of = rules_of
    assert release(bell, now + HOLD) == []
    assert read(store, post).state is State.REJECTED


def test_it_is_told_and_released_only_while_its_window_is_open(
    bell: Bell, store: Store, held: Any, rules: Any, machine: Ticking, now: datetime
) -> None:
    windows = Windows.parse(["07:30-09:10"])
    bell.rules_of = lambda post: rules(review="hold", windows=windows, max_age=timedelta(days=3))
    first = held()
    assert ring(bell, now) == [f"post {first.id} hold"]
    assert release(bell, now + HOLD) == [], "09:15: it closed five minutes before"
    second = held()
    assert ring(bell, now + HOLD, machine) == [], "nobody is told of what cannot go out now"
    opens = now + timedelta(hours=22, minutes=30)
    assert release(bell, opens) == [first.id]
    assert ring(bell, opens, machine) == [f"post {second.id} hold"]
    assert release(bell, opens + HOLD) == [second.id]


def test_what_is_sensitive_never_goes_out_by_itself(
    bell: Bell, store: Store, inbox: Inbox, held: Any, made: Any, machine: Ticking, now: datetime
) -> None:
    why = Problem("sensitive", "a death: a person must look.")
    post = held(made=replace(made, reasons=(why,)))
    blocked = held(made=replace(made, problems=(Problem("no-alt", "no alt text.", True),)))
    assert ring(bell, now) == [f"post {post.id} held", f"post {blocked.id} held"]
    assert "goes out" not in inbox.got[0][1]
    with store.write() as tx:  # even if somebody had been told of it
        tx.notices.note([post.id, blocked.id], now)
    assert release(bell, now + HOLD) == []


def test_nothing_is_released_in_a_pause_or_where_the_rule_is_another(
    bell: Bell, store: Store, held: Any, machine: Ticking, now: datetime
) -> None:
    post = held()
    ring(bell, now)
    bell.automatic = {HARBOUR: timedelta(0), "quay/twitter": HOLD}
    assert release(bell, now + HOLD) == []
    bell.automatic = {HARBOUR: HOLD}
    with store.write() as tx:
        tx.pauses.pause("harbour", who="mia", now=now)
    assert release(bell, now + HOLD) == []
    other = held()
    assert ring(bell, now, machine) == []
    with store.write() as tx:
        tx.pauses.resume("harbour")
    assert release(bell, now + HOLD) == [post.id]
    assert ring(bell, now, machine) == [f"post {other.id} hold"]


def test_words_that_do_not_fit_the_slot_want_a_person(
    bell: Bell, store: Store, held: Any, machine: Ticking, now: datetime
) -> None:
    post = held()
    ring(bell, now)
    found = Problem("today", "it says “today”, and goes out tomorrow.")
    assert (
        release(bell, now + HOLD, judge_of=lambda post: lambda teaser, at: (found,) if at else ())
        == []
    )
    back = read(store, post)
    assert (back.state, back.problems, back.due_at) == (State.HELD, (found,), None)
    assert ring(bell, now + HOLD, machine) == [f"post {post.id} held"]
    assert release(bell, now + HOUR) == []


def test_a_clock_that_is_set_back_holds_nothing_for_long(
    bell: Bell, held: Any, now: datetime
) -> None:
    post = held()
    ring(bell, now + timedelta(days=300))
    assert release(bell, now + HOLD) == [post.id]


# ----------------------------------------------------------------------- messages


def test_the_message_counts_names_and_links() -> None:
    causes = [
        Cause("a", "person", "harbour", "X, “Dock\ners\x1b[31m\u202e”: refused", 12),
        Cause("b", "person", "quay", "X, “Mayor”: refused", 13),
        Cause("c", "hold", "harbour", "X, “Port”: goes out in 15m", 14),
        Cause("d", "other", "", "the database was restored."),
    ]
    subject = notices.subject(causes, NAMES)
    assert subject == (
        "Harbour Post, quay: 2 posts need a person, 1 post goes out by itself, 1 other matter"
    )
    assert notices.text(causes, NAMES, "https://bot.harbour.example/") == (
        "2 posts need a person:\n\n"
        "- Harbour Post: X, “Dock ers [31m ”: refused\n"
        "  https://bot.harbour.example/posts/12\n"
        "- quay: X, “Mayor”: refused\n"
        "  https://bot.harbour.example/posts/13\n\n"
        "1 post goes out by itself:\n\n"
        "- Harbour Post: X, “Port”: goes out in 15m\n"
        "  https://bot.harbour.example/posts/14\n\n"
        "1 other matter:\n\n"
        "- the database was restored.\n\n"
        "What there is to do: https://bot.harbour.example/needs"
    )
    assert "http" not in notices.text(causes, NAMES, ""), "there is no room to link to"
    assert "/needs" not in notices.text(causes[:3], NAMES, "http://127.0.0.1:8700")
    many = [Cause(str(n), "person", "harbour", "refused", n) for n in range(1, 40)]
    assert "- and 24 more; “bot status” lists them all." in notices.text(many, NAMES, "")


# ----------------------------------------------------------------------- delivery


@pytest.fixture
def posted(site: Site) -> list[dict[str, Any]]:
    """What an address that takes JSON was sent."""
    got: list[dict[str, Any]] = []

    def take(request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        got.append({"headers": dict(request.headers), **json.loads(body)})
        request.send_response(200)
        request.send_header("Content-Length", "0")
        request.end_headers()

    site.acts["/hooks/0a1b2c3d4e5f"] = take
    return got


def address(site: Site, path: str = "/hooks/0a1b2c3d4e5f") -> str:
    return site.url.replace("http://", "json://mia:pa55word@") + path


def test_it_goes_out_through_apprise_and_says_no_more_than_it_should(
    site: Site, posted: list[dict[str, Any]]
) -> None:
    send = notices.deliver([address(site)], Masker(["hush-hush"]), "Syndication bot")
    assert send is not None
    body = "- “Dockers <b>&</b> *strike*” hush-hush\n  http://127.0.0.1:8700/posts/1"
    assert send("Harbour Post: 1 post", body) == Delivery(1)
    (got,) = posted
    assert got["title"] == "Harbour Post: 1 post"
    assert got["message"] == body.replace("hush-hush", "•••")
    assert got["attachments"] == []
    assert got["headers"]["User-Agent"] == "Syndication bot"


@pytest.mark.parametrize("answer", ["refuses", "is away", "is nonsense"])
def test_an_address_that_fails_is_told_of_without_its_secrets(
    site: Site,
    posted: list[dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
    answer: str,
) -> None:
    bad = {
        "refuses": address(site, "/hooks/9f8e7d6c5b4a"),  # 404
        "is away": "json://mia:pa55word@127.0.0.1:9/hooks/9f8e7d6c5b4a",
        "is nonsense": "jsonn://mia:pa55word@127.0.0.1/hooks/9f8e7d6c5b4a",
    }[answer]
    masker = Masker()
    send = notices.deliver([bad, address(site)], masker, "Syndication bot")
    assert send is not None
    with caplog.at_level(logging.DEBUG):
        delivery = send("Harbour Post: 1 post", "so")
    assert delivery.reached == 1, "one that fails keeps no other"
    assert len(posted) == 1
    (fault,) = delivery.faults
    assert fault.startswith(f"address 1 of notify ({bad.partition('://')[0]}://•••)")
    lines = [masker.mask(row.getMessage()) for row in caplog.records]
    for secret in ("pa55word", "9f8e7d6c5b4a", "0a1b2c3d4e5f"):
        assert secret not in fault
        assert not [line for line in lines if secret in line]


@pytest.mark.parametrize("what", ["it takes too long", "no process can be started"])
def test_no_address_counts_that_nobody_answered_for(
    monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    if what == "it takes too long":
        monkeypatch.setattr(notices._delivery, "DEADLINE", timedelta(milliseconds=50))
    else:
        monkeypatch.setattr(notices._delivery.sys, "executable", "/no/such/python")
    send = notices.deliver(["json://127.0.0.1:9/a", "json://127.0.0.1:9/b"], Masker(), "bot")
    assert send is not None
    delivery = send("Harbour Post: 1 post", "so")
    assert (delivery.reached, len(delivery.faults)) == (0, 2)


@pytest.mark.parametrize(
    ("url", "secrets", "plain"),
    [
        ("tgram://123456789:abcdefg_hijkl/12315544/", ["abcdefg_hijkl", "123456789"], []),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", ["TIiajkdnlazkcOXrIdevi7FQ"], []),
        ("mailto://mia:pw12@mail.harbour.example", ["pw12"], ["mail.harbour.example", "mia"]),
        ("json://127.0.0.1:8080/hook", [], ["127.0.0.1", "hook"]),
    ],
)
def test_what_is_secret_in_an_address_is_known(
    url: str, secrets: list[str], plain: list[str]
) -> None:
    masker = Masker()
    notices.deliver([url], masker, "bot")
    for secret in secrets:
        assert secret not in masker.mask(f"asking https://api.example/bot{secret}/send")
    for word in plain:
        assert word in masker.mask(f"the word {word} stays")


def test_the_whole_way_from_a_refusal_to_a_message(
    bell: Bell, site: Site, posted: list[dict[str, Any]], sent: Any, now: datetime
) -> None:
    post = sent(Refused("the text is too long"))
    bell.send = notices.deliver([address(site)], Masker(), "Syndication bot")
    ring(bell, now)
    (got,) = posted
    assert got["title"] == "Harbour Post: 1 post needs a person"
    assert "refused: the text is too long" in got["message"]
    assert f"http://127.0.0.1:8700/posts/{post.id}" in got["message"]
