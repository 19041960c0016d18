"""How an article is read and its pictures taken, and what a link carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import Site

from bot import queue
from bot.desk import Desk, Outlet, campaign, with_pictures
from bot.errors import FetchError, NotAnArticle, TemplateError, UsageError
from bot.http import Session
from bot.model import Article, Entry, Image, Media, Problem, Teaser

MakeDesk = Callable[..., Desk]
MakeOutlet = Callable[..., Outlet]
UTM = {"utm_source": "twitter", "utm_medium": "social"}

# ----------------------------------------------------------------------- campaign


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://h.example/a", "https://h.example/a?utm_source=twitter&utm_medium=social"),
        ("https://h.example/a?", "https://h.example/a?utm_source=twitter&utm_medium=social"),
        (
            "https://h.example/p?id=1&id=2&q=a%20b+c&flag#part",
            "https://h.example/p?id=1&id=2&q=a%20b+c&flag&utm_source=twitter&utm_medium=social#part",
        ),
        (
            "https://h.example/spip.php?article717",
            "https://h.example/spip.php?article717&utm_source=twitter&utm_medium=social",
        ),
        (
            "https://h.example/a?utm_source=feed&utm_id=7",
            "https://h.example/a?utm_id=7&utm_source=twitter&utm_medium=social",
        ),
    ],
)
def test_a_link_keeps_its_own_query_as_it_is(url: str, link: str) -> None:
    assert campaign(url, UTM) == link
    assert campaign(link, UTM) == link, "twice is once"
    assert campaign(url, {}) == url


@given(query=st.text("ab=&%+;17é", max_size=20))
def test_no_query_is_written_anew(query: str) -> None:
    link = campaign(f"https://h.example/?{query}", UTM)
    kept = [part for part in query.split("&") if part]
    assert link.split("?", 1)[1].split("&")[: len(kept)] == kept


def test_values_cannot_break_out_of_their_parameter() -> None:
    assert campaign("https://h.example/", {"utm_source": "a&b=c d"}).endswith(
        "?utm_source=a%26b%3Dc%20d"
    )


# -------------------------------------------------------------------------- outlets


def test_channels_are_found_by_name_and_alias(desk: MakeDesk, outlet: MakeOutlet) -> None:
    x, facebook = outlet(), outlet("facebook")
    two = desk(outlets=(x, facebook))
    assert two.among(()) == (x, facebook)
    assert two.among(("x",)) == (x,)
    assert two.among(("facebook", "x", "twitter")) == (facebook, x)
    with pytest.raises(UsageError, match="there are: twitter, facebook"):
        two.among(("myspace",))
    with pytest.raises(UsageError, match="no channels"):
        desk(outlets=()).among(())


def test_only_channels_that_want_an_article_get_it(desk: MakeDesk, outlet: MakeOutlet) -> None:
    french = outlet("facebook", wants=lambda article: article.language == "fr")
    both = desk(outlets=(outlet(), french))
    assert len(both.wanting(Article("https://h.example/", "A", language="fr"))) == 2
    assert len(both.wanting(Article("https://h.example/", "A", language="en"))) == 1


def test_a_template_that_fails_leaves_a_post_that_says_so(
    outlet: MakeOutlet, now: datetime
) -> None:
    def fails(article: Article, now: datetime) -> queue.Made:
        raise TemplateError("twitter.j2", 3, "“headlin” is unknown.")

    made = outlet(write=fails).make(Article("https://h.example/a", "A"), now)
    (problem,) = made.problems
    assert (problem.code, problem.blocking) == ("template", True)
    assert "twitter.j2:3" in problem.message
    assert made.teaser.link == "https://h.example/a"


# ----------------------------------------------------------------------------- read


def test_a_page_is_read_and_the_source_knows_some_things_better(
    desk: MakeDesk, site: Site, web: Session
) -> None:
    page_at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    site.article("one", at=page_at)
    entry = Entry(
        f"{site.url}/one",
        guid="g1",
        cms_id="7",
        tags=("Port",),
        published_at=page_at + timedelta(1),
    )
    article = desk().read(web, f"{site.url}/one", entry)
    assert (article.guid, article.cms_id, article.tags) == ("g1", "7", ("Port",))
    assert article.published_at == page_at, "an hour on the page is better than the feed's"
    assert article.authors == ("Ines Duarte",)
    assert desk().read(web, f"{site.url}/one").guid == ""


@pytest.mark.parametrize(
    ("path", "error", "words"),
    [
        ("/file", NotAnArticle, "application/pdf"),
        ("/away", NotAnArticle, "another site"),
        ("/none", FetchError, "404"),
        ("/list", NotAnArticle, "article"),
    ],
)
def test_what_is_no_article_of_the_site_is_refused(
    desk: MakeDesk, site: Site, web: Session, path: str, error: type[Exception], words: str
) -> None:
    elsewhere = site.url.replace("127.0.0.1", "localhost")
    site.article("one")
    site.put("/file", b"%PDF-1.7", "application/pdf")
    site.put("/away", "", status=302, Location=f"{elsewhere}/one")
    site.put("/list", "<!doctype html><html><title>All</title><ul><li><a href='/a'>a</a></ul>")
    with pytest.raises(error, match=words):
        desk().read(web, site.url + path)


# ------------------------------------------------------------------------- pictures


def pieces(desk: Desk, article: Article, now: datetime) -> list[tuple[Outlet, queue.Made]]:
    return [(each, each.make(article, now)) for each in desk.outlets]


def test_a_picture_is_fetched_once_for_all_channels(
    desk: MakeDesk, outlet: MakeOutlet, site: Site, web: Session, now: datetime, tmp_path: Path
) -> None:
    site.article("one")
    both = desk(outlets=(outlet(), outlet("facebook")))
    article = Article(f"{site.url}/one", "A", image=Image(f"{site.url}/picture.jpg", alt="A hall."))
    taken = with_pictures(pieces(both, article, now), web, tmp_path, article, now)
    assert site.seen == [("GET", "/picture.jpg")]
    for _, made in taken:
        (media,) = made.teaser.media
        assert Path(media.path).stat().st_size == media.size
        assert (media.alt, media.mime, made.problems) == ("A hall.", "image/jpeg", ())


@pytest.mark.parametrize("needs", [True, False])
def test_a_picture_that_is_lost_is_a_problem_and_asked_for_once(
    desk: MakeDesk,
    outlet: MakeOutlet,
    site: Site,
    web: Session,
    now: datetime,
    tmp_path: Path,
    needs: bool,
) -> None:
    both = desk(outlets=(outlet(needs_picture=needs), outlet("facebook")))
    article = Article(f"{site.url}/one", "A", image=Image(f"{site.url}/gone.jpg"))
    taken = with_pictures(pieces(both, article, now), web, tmp_path, article, now)
    assert site.seen == [("GET", "/gone.jpg")]
    problems = [made.reasons[-1] for _, made in taken]
    assert [problem.code for problem in problems] == ["picture-missing"] * 2
    assert [problem.blocking for problem in problems] == [needs, False]
    assert "--image" in problems[0].message
    assert all(made.teaser.media == () for _, made in taken)


def test_size_and_type_are_judged_once_they_are_known(
    desk: MakeDesk, outlet: MakeOutlet, site: Site, web: Session, now: datetime, tmp_path: Path
) -> None:
    def judge(article: Article, words: Teaser, now: datetime, at: datetime | None) -> queue.Made:
        kinds = [media.mime for media in words.media]
        return queue.Made(words, (Problem("picture-type", f"It is {kinds}."), TOLD), ())

    site.article("one")
    picky = outlet(judge=judge)
    article = Article(f"{site.url}/one", "A", image=Image(f"{site.url}/picture.jpg"))
    (piece,) = pieces(desk(outlets=(picky,)), article, now)
    piece = (picky, replace(piece[1], problems=(TOLD,)))
    ((_, made),) = with_pictures([piece], web, tmp_path, article, now)
    assert [problem.code for problem in made.problems] == ["told", "picture-type"]
    assert "image/jpeg" in made.problems[1].message


TOLD = Problem("told", "It was said before.")


def test_a_placeholder_and_an_own_picture_are_left_as_they_are(
    outlet: MakeOutlet, web: Session, now: datetime, tmp_path: Path
) -> None:
    media = (Media("video", placeholder=True), Media("image", path="/m/own.jpg"))
    article = Article("https://h.example/", "A")
    piece: Any = (outlet(), queue.Made(Teaser("A", media=media), (), ()))
    ((_, made),) = with_pictures([piece], web, tmp_path, article, now)
    assert made.teaser.media == media
