"""The last look: what was taken back or changed is seen, and what fails proves nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from stills import Stills
from world import Site

from bot import identity, queue
from bot.desk import Desk
from bot.http import Session
from bot.model import Article, Post, Problem, State, Teaser
from bot.robots import Robots
from bot.standing import Changed, Gone, Later, Same
from bot.store import Store
from bot.watch import Watch

MINUTE = timedelta(minutes=1)
HEADLINE = "Dockers strike"


@dataclass
class Table:
    """An article on the running site, a post of it, and a watch with a clock of its own."""

    site: Site
    web: Session
    store: Store
    desk: Desk
    studio: Stills
    hold: Callable[..., Any]
    rules: Callable[..., queue.Rules]
    now: datetime
    seconds: float = 0.0
    watch: Watch = field(init=False)
    post: Post = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(
            *(self.store, self.web, Robots(self.web), lambda site: self.desk, self.studio),
            steady=lambda: self.seconds,
        )

    def publish(self, headline: str = HEADLINE, slug: str = "strike", **facts: Any) -> None:
        self.site.article(slug, headline, **facts)

    def take(self, *, by_rule: bool = False, slug: str = "strike", **changes: Any) -> Post:
        """Keep the article as the site serves it, with a post of it."""
        url = f"{self.site.url}/{slug}"
        article = replace(self.desk.read(self.web, url), **changes)
        with self.store.write() as tx:
            keys = identity.keys_of(article)
            article_id = tx.articles.add("harbour", article, keys, now=self.now).id
        made = self.desk.outlets[0].make(article, self.now)
        rules = self.rules(review="none" if by_rule else "required")
        self.post = self.hold(article_id, made=replace(made, reasons=()), rules=rules)
        assert (self.post.state is State.APPROVED) == by_rule
        self.site.seen.clear()
        return self.post

    def look(self, **how: Any) -> Any:
        return self.watch.look(replace(self.post, **how), self.now)

    def later(self, span: timedelta) -> None:
        self.seconds += span.total_seconds()


@pytest.fixture
def table(
    site: Site,
    web: Session,
    store: Store,
    desk: Callable[..., Desk],
    tmp_path: Path,
    hold: Callable[..., Any],
    rules: Callable[..., queue.Rules],
    now: datetime,
) -> Table:
    made = Table(site, web, store, desk(), Stills(tmp_path / "media"), hold, rules, now)
    made.publish()
    return made


def answer(table: Table, status: int, body: str = "no", **headers: str) -> None:
    table.site.put("/strike", body, status=status, **headers)


# -------------------------------------------------------------------------- the same


def test_an_article_that_is_there_and_says_the_same_goes_out(table: Table) -> None:
    table.take()
    assert table.look() == Same()
    assert table.site.seen == [("GET", "/strike")]


@pytest.mark.parametrize(
    ("was", "is_"),
    [
        ("“Dockers” strike", '"Dockers"  strike'),
        ("Dockers’ strike", "Dockers' Strike"),
        ("Dockers – strike", "Dockers - strike"),
        ("« Les dockers » en grève", "«\u00a0Les dockers\u00a0» en grève"),
        ("Dockers strike…", "Dockers strike..."),
    ],
)
def test_mere_typography_is_no_change(table: Table, was: str, is_: str) -> None:
    table.publish(was)
    table.take()
    table.publish(is_)
    assert table.look() == Same()


def test_what_was_marked_when_it_was_approved_is_no_news(table: Table) -> None:
    table.take(noindex=True)
    answer(table, 200, page(table).replace("<head>", "<head><meta name=robots content=noindex>"))
    assert table.look() == Same()


def page(table: Table) -> str:
    return table.site.pages["/strike"][2].decode()


# -------------------------------------------------------------------------- gone


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_any_more_is_gone(table: Table, status: int) -> None:
    table.take()
    answer(table, status)
    found = table.look()
    assert isinstance(found, Gone)
    assert str(status) in found.reason


def test_a_page_that_asks_not_to_be_indexed_is_gone(table: Table) -> None:
    table.take()
    answer(table, 200, page(table).replace("<head>", "<head><meta name=robots content=noindex>"))
    assert isinstance(table.look(), Gone)


def test_a_header_that_asks_not_to_be_indexed_counts_too(table: Table) -> None:
    table.take()
    answer(table, 200, page(table), X_Robots_Tag="noindex, nofollow")
    assert isinstance(table.look(), Gone)


def test_what_is_no_article_any_more_is_gone(table: Table) -> None:
    table.take()
    answer(table, 200, "<html><body><p>Removed.</p></body></html>")
    assert isinstance(table.look(), Gone)


def test_what_leads_to_another_article_is_gone(table: Table) -> None:
    table.take()
    table.publish("Council votes on the harbour", "council")
    answer(table, 302, Location=f"{table.site.url}/council")
    found = table.look()
    assert isinstance(found, Gone)
    assert "Council votes on the harbour" in found.reason


def test_what_leads_to_the_front_page_is_gone(table: Table) -> None:
    table.take()
    links = "".join(f"<li><a href='/{n}'>A headline, number {n}</a></li>" for n in range(30))
    table.site.put("/", f"<html><head><title>Harbour Post</title></head><ul>{links}</ul></html>")
    answer(table, 302, Location=f"{table.site.url}/")
    assert isinstance(table.look(), Gone)


def test_what_leads_to_another_site_is_gone(table: Table) -> None:
    table.take()
    port = table.site.url.rpartition(":")[2]
    table.publish(HEADLINE, "parked")
    answer(table, 302, Location=f"http://localhost:{port}/parked")
    assert isinstance(table.look(), Gone)


def test_an_article_that_moved_is_still_the_same(table: Table) -> None:
    table.take()
    table.publish(HEADLINE, "dockers-strike")
    answer(table, 301, Location=f"{table.site.url}/dockers-strike")
    assert table.look() == Same()


# -------------------------------------------------------------------------- changed


@pytest.mark.parametrize(
    "headline", ["Dockers win", "Dockers strike?", "Dockers strike on Friday", "Dockers"]
)
def test_another_headline_is_a_change(table: Table, headline: str) -> None:
    table.take()
    table.publish(headline)
    assert table.look() == Changed(headline)


def test_another_social_title_is_a_change(table: Table) -> None:
    table.take(social_title="The port stands still")
    og = "<head><meta property='og:title' content='The port moves again'>"
    answer(table, 200, page(table).replace("<head>", og))
    assert table.look() == Changed("The port moves again")


def test_a_teaser_that_a_person_wrote_with_the_new_words_is_no_change(table: Table) -> None:
    table.take()
    table.publish("Dockers win")
    assert table.look(teaser=Teaser("At last: “Dockers win”!")) == Same()


def test_a_teaser_that_still_says_more_than_the_headline_is_a_change(table: Table) -> None:
    table.publish("Mayor resigns after fraud charge")
    table.take()
    table.publish("Mayor resigns")
    assert table.look() == Changed("Mayor resigns")


def test_where_the_rule_approved_the_new_teaser_is_made_at_once(table: Table) -> None:
    table.take(by_rule=True)
    table.publish("Dockers win")
    found = table.look()
    assert isinstance(found, Changed)
    assert found.made is not None
    assert found.judge is not None
    (picture,) = found.made.teaser.media
    assert found.made.teaser.text == "Dockers win"
    assert Path(picture.path).read_bytes()
    assert (found.made.problems, found.made.reasons) == ((), ())


def test_new_words_that_want_a_person_say_so(table: Table, outlet: Callable[..., Any]) -> None:
    grave = Problem("sensitive-death", "It speaks of a death.")
    table.take(by_rule=True)

    def write(article: Article, now: datetime, confirmed: bool) -> queue.Made:
        return queue.Made(Teaser(article.headline), (), (grave,))

    table.desk = replace(table.desk, outlets=(outlet(write=write),))
    table.publish("Docker dies", at=table.now - timedelta(days=9))
    found = table.look()
    assert [each.code for each in found.made.reasons] == ["old", "sensitive-death"]


# -------------------------------------------------------------------------- later


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_what_cannot_be_read_proves_nothing(table: Table, status: int) -> None:
    table.take()
    answer(table, status)
    found = table.look()
    assert isinstance(found, Later)
    assert str(status) in found.reason
    assert found.wait == 2 * MINUTE


def test_the_site_says_when_to_come_again(table: Table) -> None:
    table.take()
    answer(table, 503, Retry_After="600")
    assert table.look().wait == 10 * MINUTE


def test_a_site_that_is_down_proves_nothing(table: Table) -> None:
    table.take()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/strike"
    kept = Article(url=url, headline=HEADLINE)
    with table.store.write() as tx:
        tx.articles.update(table.post.article_id, kept)
    assert isinstance(table.look(), Later)


def test_a_page_behind_a_password_proves_nothing(table: Table) -> None:
    table.take()
    form = "<form class='post-password-form'><input type=password></form>"
    answer(table, 200, page(table).replace("<article>", f"<article>{form}"))
    assert isinstance(table.look(), Later)


def test_the_waits_grow_and_begin_anew_after_a_good_look(table: Table) -> None:
    table.take()
    good = table.site.pages["/strike"]
    answer(table, 503)
    waits = []
    for _ in range(6):
        waits.append(table.look().wait)
        table.later(waits[-1])
    assert waits == [2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 16 * MINUTE, 30 * MINUTE, 30 * MINUTE]
    table.site.pages["/strike"] = good
    assert table.look() == Same()
    answer(table, 503)
    table.later(2 * MINUTE)
    assert table.look().wait == 2 * MINUTE


def test_robots_are_asked_only_where_no_person_approved(table: Table) -> None:
    table.site.put("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")
    table.take(by_rule=True)
    found = table.look()
    assert isinstance(found, Later)
    assert "robots.txt" in found.reason
    assert table.look(approved_by="mia") == Same()


# -------------------------------------------------------------------------- one look


def test_one_look_serves_all_channels_for_a_minute(table: Table) -> None:
    table.take()
    for _ in range(4):
        table.look()
    assert len(table.site.seen) == 1
    table.later(MINUTE)
    table.look()
    assert len(table.site.seen) == 2


def test_what_was_seen_long_ago_is_forgotten(table: Table) -> None:
    table.take()
    table.look()
    table.publish("Council votes on the harbour", "council")
    table.take(slug="council")
    table.look()
    assert len(table.watch._known) == 2
    table.later(timedelta(hours=3))
    table.look()
    assert len(table.watch._known) == 1
