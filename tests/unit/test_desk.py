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
from stills import Stills
from world import JPEG, Site

from bot import queue
from bot.desk import Desk, Outlet, campaign, illustrate
from bot.errors import FetchError, NotAnArticle, TemplateError, UsageError
from bot.http import Session
from bot.media.base import Art, Card, Failure, Picture, Shape, Video, Words
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
    def fails(article: Article, now: datetime, confirmed: bool) -> queue.Made:
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


def film(article: Article) -> Art:
    return Art(Video(Words(article.headline), pictures=(Picture(article.url + "/p.jpg"),)))


def test_a_picture_is_fetched_once_for_all_channels(
    desk: MakeDesk, outlet: MakeOutlet, site: Site, web: Session, now: datetime, studio: Stills
) -> None:
    site.article("one")
    both = desk(outlets=(outlet(), outlet("facebook")))
    article = Article(f"{site.url}/one", "A", image=Image(f"{site.url}/picture.jpg", alt="A hall."))
    taken = illustrate(pieces(both, article, now), web, studio, article, now)
    assert site.seen == [("GET", "/picture.jpg")]
    assert len(studio.orders) == 2
    for _, made in taken:
        (media,) = made.teaser.media
        assert Path(media.path).stat().st_size == media.size
        assert (media.alt, media.mime, made.problems) == ("A hall.", "image/jpeg", ())


def test_a_picture_that_is_lost_leaves_a_card_of_words_where_there_must_be_one(
    desk: MakeDesk, outlet: MakeOutlet, site: Site, web: Session, now: datetime, studio: Stills
) -> None:
    both = desk(outlets=(outlet(needs_picture=True), outlet("facebook")))
    article = Article(f"{site.url}/one", "A strike", image=Image(f"{site.url}/gone.jpg"))
    taken = illustrate(pieces(both, article, now), web, studio, article, now)
    assert site.seen == [("GET", "/gone.jpg")]
    (first, second) = (made for _, made in taken)
    assert [made.reasons[-1].code for made in (first, second)] == ["picture-missing"] * 2
    assert not any(problem.blocking for made in (first, second) for problem in made.reasons)
    assert "--image" in first.reasons[0].message
    (card,) = studio.orders
    assert isinstance(card, Card)
    assert (card.layout, card.picture) == (Card.WORDS_ALONE, None)
    assert first.teaser.media[0].alt == "A strike."
    assert second.teaser.media == ()


@pytest.mark.parametrize("needs", [True, False])
def test_a_picture_that_breaks_the_studio_is_tried_once_and_done_without(
    desk: MakeDesk,
    outlet: MakeOutlet,
    site: Site,
    web: Session,
    now: datetime,
    studio: Stills,
    needs: bool,
) -> None:
    site.article("one")
    article = Article(f"{site.url}/one", "A strike", image=Image(f"{site.url}/picture.jpg"))
    studio.failures = [Failure("render-failed", "It broke.")] * (1 + needs)
    public = "https://media.example/media"
    board = desk(outlets=(outlet(needs_picture=needs, public=public),))
    ((_, made),) = illustrate(pieces(board, article, now), web, studio, article, now)
    assert len(studio.orders) == 1 + needs
    assert made.teaser.media == ()
    assert [problem.blocking for problem in made.reasons] == [needs], "one sentence, not two"
    assert all("It broke." in problem.message for problem in made.reasons)


def test_what_fetches_pictures_gets_ours_by_our_address_else_the_articles_own(
    desk: MakeDesk, outlet: MakeOutlet, site: Site, web: Session, now: datetime, studio: Stills
) -> None:
    site.article("one")
    own = outlet("instagram", needs_picture=True)
    board = desk(outlets=(own, replace(own, public="https://media.example/media/")))
    image = Image(f"{site.url}/picture.jpg", alt="A quay.")
    article = Article(f"{site.url}/one", "A strike", image=image)
    (_, bare), (_, served) = illustrate(pieces(board, article, now), web, studio, article, now)
    (kept,), (card,) = bare.teaser.media, served.teaser.media
    assert (kept.url, kept.size, kept.alt) == (image.url, len(JPEG), "A quay.")
    assert card.url == f"https://media.example/media/{card.sha256}.jpg"
    assert len(studio.orders) == 1


def test_words_that_no_font_has_are_left_off_the_picture(
    outlet: MakeOutlet, web: Session, now: datetime, studio: Stills, tmp_path: Path
) -> None:
    article = Article("https://h.example/", "ᚠ")
    order = Card("headline", Shape.PORTRAIT, Words("ᚠ"), picture=Picture(str(tmp_path / "own.jpg")))
    studio.failures = [Failure("words-undrawable", "No font has “ᚠ”.")]
    piece = queue.Made(Teaser("ᚠ"), (), (), (Art(order, alt="A stone."),))
    channel = outlet(needs_picture=True)
    ((_, made),) = illustrate([(channel, piece)], web, studio, article, now)
    assert [each.layout for each in studio.orders if isinstance(each, Card)] == [
        "headline",
        Card.PICTURE_ALONE,
    ]
    assert (made.teaser.media[0].alt, made.reasons[0].blocking) == ("A stone.", False)


def test_a_video_is_made_only_where_there_is_time(
    outlet: MakeOutlet, site: Site, web: Session, now: datetime, studio: Stills
) -> None:
    site.put("/one/p.jpg", JPEG, "image/jpeg")
    article = Article(f"{site.url}/one", "A strike")
    piece = queue.Made(Teaser("A", media=(film(article).stand_in,)), (), (), (film(article),))
    ((_, made),) = illustrate([(outlet("youtube"), piece)], web, studio, article, now)
    assert (made.teaser.media, studio.orders) == ((film(article).stand_in,), [])
    ((_, made),) = illustrate([(outlet("youtube"), piece)], web, studio, article, now, films=True)
    (video,) = made.teaser.media
    assert (video.kind, video.placeholder, video.mime) == ("video", False, "video/mp4")
    assert video.sha256
    assert not video.url
    fetches = outlet("instagram", needs_picture=True, public="https://media.example/")
    ((_, made),) = illustrate([(fetches, piece)], web, studio, article, now, films=True)
    assert made.teaser.media[0].url == f"https://media.example/{video.sha256}.mp4"


def test_a_video_that_cannot_be_made_keeps_its_place_and_says_why(
    outlet: MakeOutlet, web: Session, now: datetime, studio: Stills, site: Site
) -> None:
    article = Article(f"{site.url}/one", "A strike")
    piece = queue.Made(Teaser("A", media=(film(article).stand_in,)), (), (), (film(article),))
    studio.failures = [Failure("render-failed", "It took too long.")]
    ((_, made),) = illustrate([(outlet("youtube"), piece)], web, studio, article, now, films=True)
    assert made.teaser.media == (film(article).stand_in,)
    assert [each.code for each in made.reasons] == ["picture-missing", "video-failed"]
    assert made.reasons[-1].blocking
    assert "--remake" in made.reasons[-1].message


def test_size_and_type_are_judged_once_they_are_known(
    desk: MakeDesk, outlet: MakeOutlet, site: Site, web: Session, now: datetime, studio: Stills
) -> None:
    def judge(article: Article, words: Teaser, now: datetime, at: datetime | None) -> queue.Made:
        kinds = [media.mime for media in words.media]
        return queue.Made(words, (Problem("picture-type", f"It is {kinds}."), TOLD), ())

    site.article("one")
    picky = outlet(judge=judge)
    article = Article(f"{site.url}/one", "A", image=Image(f"{site.url}/picture.jpg"))
    (piece,) = pieces(desk(outlets=(picky,)), article, now)
    piece = (picky, replace(piece[1], problems=(TOLD,)))
    ((_, made),) = illustrate([piece], web, studio, article, now)
    assert [problem.code for problem in made.problems] == ["picture-type", "told"]
    assert "image/jpeg" in made.problems[0].message


TOLD = Problem("told", "It was said before.")


def test_an_own_picture_is_left_as_it_is(
    outlet: MakeOutlet, web: Session, now: datetime, studio: Stills
) -> None:
    media = (Media("image", path="/m/own.jpg"),)
    article = Article("https://h.example/", "A")
    piece: Any = (outlet(), queue.Made(Teaser("A", media=media), (), ()))
    ((_, made),) = illustrate([piece], web, studio, article, now)
    assert made.teaser.media == media


def test_a_lost_picture_takes_its_credit_along(
    desk: MakeDesk, outlet: MakeOutlet, site: Site, web: Session, now: datetime, studio: Stills
) -> None:
    plain = outlet()

    def write(article: Article, now: datetime, confirmed: bool) -> queue.Made:
        made = plain.write(article, now, confirmed)
        words = f"{article.headline} Photo: Ana Ruiz" if article.image else article.headline
        return replace(made, teaser=replace(made.teaser, text=words))

    board = desk(outlets=(outlet(write=write, needs_picture=True, public="https://m.example/"),))
    article = Article(f"{site.url}/one", "A strike", image=Image(f"{site.url}/gone", alt="A quay."))
    ((_, made),) = illustrate(pieces(board, article, now), web, studio, article, now)
    assert made.teaser.text == "A strike"
    assert made.teaser.media[0].alt == "A strike."
    (piece,) = pieces(board, article, now)
    own = (piece[0], replace(piece[1], teaser=replace(piece[1].teaser, text="My words.")))
    ((_, made),) = illustrate([own], web, studio, article, now)
    assert made.teaser.text == "My words."


@pytest.mark.parametrize(("status", "waits"), [(503, True), (429, True), (404, False)])
def test_who_is_patient_waits_for_a_server_that_may_recover(
    desk: MakeDesk,
    site: Site,
    web: Session,
    now: datetime,
    studio: Stills,
    status: int,
    waits: bool,
) -> None:
    site.put("/p.jpg", b"", status=status)
    article = Article(f"{site.url}/one", "A strike", image=Image(f"{site.url}/p.jpg"))
    made = pieces(desk(), article, now)
    if waits:
        with pytest.raises(FetchError):
            illustrate(made, web, studio, article, now, patient=True)
    else:
        illustrate(made, web, studio, article, now, patient=True)
    ((_, piece),) = illustrate(made, web, studio, article, now)
    assert piece.reasons[0].code == "picture-missing"
