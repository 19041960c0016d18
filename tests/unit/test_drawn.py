"""How a post is drawn: folded where its platform folds it, and every word of it escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from html.parser import HTMLParser
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import demo, text
from bot import drawn as _drawn
from bot.drawn import FOLDS, SHORTS_TITLE, Drawn, LinkCard, Run
from bot.errors import StoreError
from bot.model import Article, Channel, Image, Media, Problem, Teaser
from bot.platforms import base
from bot.queue import Made
from bot.web import preview

LINK = "https://www.harbour.example/2026/rest-breaks?utm_source=x"
CARD = LinkCard("harbour.example", "Dockers win", "They stood together.", "own.jpg")
PHOTO = Media("image", path="/m/p.jpg", alt="A crane.", credit="Photo: Ana Reis")
FILM = Media("video", path="/m/v.mp4")
HARBOUR = Path(demo.__file__).parent / "pictures" / "harbour.jpg"
SHEET = (Path(__file__).parents[2] / "templates/pages/drawn.css").read_text("utf-8")


def drawn(platform: str, words: str = "Dockers win.", **facts: object) -> Drawn:
    return _drawn.draw(
        base.load(platform),
        replace(Teaser(words, language="en"), **facts),  # type: ignore[arg-type]
        account="harbourpost",
        site="Harbour Post",
        card=CARD,
        source=lambda media: Path(media.path).name,
    )


def said(paragraphs: Sequence[_drawn.Paragraph]) -> str:
    return "\n\n".join("".join(run.words for run in each.runs) for each in paragraphs)


# ------------------------------------------------------------------------------ folds


def test_each_platform_folds_by_its_own_rule() -> None:
    words = "word " * 100 + "end"
    assert said(drawn("twitter", words).text) == words
    assert drawn("twitter", words).more == ""
    for platform, most in (("facebook", 477), ("instagram", 125)):
        post = drawn(platform, words)
        shown, rest = said(post.text), said(post.rest)
        assert most - 5 <= len(shown) <= most
        assert f"{shown} {rest}" == words
        assert post.more == FOLDS[platform].more
        assert drawn(platform, "w" * most).more == "", "what just fits is whole"


def test_a_line_that_ends_early_takes_its_whole_width() -> None:
    post = drawn("instagram", "Dockers win.\n\nThey stood together.\n\nBy Ines Duarte")
    assert said(post.text) == "Dockers win.\n\nThey stood together."
    assert said(post.rest) == "By Ines Duarte"
    five = "1\n2\n3\n4\n5"
    assert drawn("facebook", five).more == ""
    assert said(drawn("facebook", f"{five}\n6").rest) == "6"


def test_a_short_hides_its_description_and_the_end_of_a_long_title() -> None:
    title = "Dockers Win Paid Rest Breaks After Eleven Days of Strike"
    post = drawn("youtube", "All of it.", title=title, media=(FILM,))
    assert (post.text, said(post.rest), post.more) == ((), "All of it.", "description")
    assert title.startswith(post.title.removesuffix("…"))
    assert len(post.title) <= SHORTS_TITLE.characters + 1
    assert post.whole_title == title
    assert drawn("youtube", "", title="Dockers Win").whole_title == ""


@settings(max_examples=40)
@given(st.text(max_size=700), st.sampled_from([*FOLDS.values(), SHORTS_TITLE]))
def test_a_fold_loses_no_word(words: str, fold: _drawn.Fold) -> None:
    shown, rest = _drawn._folded(words, fold)
    assert (shown + rest).split() == words.split() or "".join((shown + rest).split()) == "".join(
        words.split()
    )
    if rest:
        assert len(text.graphemes(shown)) <= fold.characters


# ------------------------------------------------------------------- links and pictures


def test_x_spells_a_link_short_and_marks_it() -> None:
    post = drawn("twitter", f"Dockers win. #Strike\n{LINK}", link=LINK)
    (paragraph,) = post.text
    assert Run("#Strike", "tag") in paragraph.runs
    assert Run("harbour.example/2026/rest-brea…", "link") in paragraph.runs
    assert Run(LINK, "link") in drawn("youtube", LINK).rest[0].runs, "elsewhere it is whole"
    short = drawn("twitter", "https://harbour.example/").text
    assert short[0].runs == (Run("harbour.example", "link"),)


@pytest.mark.parametrize(
    ("platform", "media", "card", "comment"),
    [
        ("twitter", (), True, False),
        ("twitter", (PHOTO,), False, False),
        ("facebook", (), True, False),
        ("facebook", (PHOTO,), False, True),
        ("instagram", (), False, False),
        ("instagram", (PHOTO,), False, False),
    ],
)
def test_a_link_becomes_a_card_where_no_picture_is_sent(
    platform: str, media: tuple[Media, ...], card: bool, comment: bool
) -> None:
    post = drawn(platform, link=LINK, media=media)
    assert (post.card is not None, post.comment == LINK) == (card, comment)
    assert [each.source for each in post.media] == ["p.jpg"] * len(media)


def test_count_price_and_direction_are_the_platform_s_and_the_language_s() -> None:
    post = drawn("twitter", "Dockers win. https://harbour.org/2026/rest-breaks")
    assert (post.count, post.limit, post.price) == (36, 280, "$0.20")
    assert drawn("twitter").price == "$0.015"
    assert drawn("facebook").price == ""
    assert drawn("twitter", "w" * 281).over
    assert not drawn("twitter", "w" * 280).over
    arabic = drawn("twitter", f"عاد العمال.\n\nHarbour Post\n\n{LINK}", language="ar")
    assert [each.rtl for each in arabic.text] == [True, False, True], "a link has no direction"
    assert arabic.rtl
    assert not post.rtl


# --------------------------------------------------------------------------- the page


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, and words."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, name: str) -> Iterator[str]:
        return (facts[name] for _, facts in self.tags if name in facts)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real video of three small frames."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", 30)
        stream.width, stream.height, stream.pix_fmt = 72, 128, "yuv420p"
        for _ in range(3):
            file.mux(stream.encode(av.VideoFrame(72, 128, "yuv420p")))
        file.mux(stream.encode())
    return path


EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}"


def lay_out(folder: Path, film: Path, words: str = "Dockers win.", url: str = LINK) -> Page:
    """Write a page of every platform, with pictures and a video, and read it."""
    picture = Media("image", path=str(HARBOUR), alt=words, credit=words)
    teaser = Teaser(f"{words} {LINK} " + words * 30, words, LINK, (picture, picture), words)
    problems = (Problem("a", words, blocking=True), Problem("b", "Look again."))
    posts = []
    for name in base.names():
        platform = base.load(name)
        for media in (teaser.media, (), (Media("video", path=str(film)),)):
            made = Made(replace(teaser, media=media), problems[:1], problems[1:])
            posts.append((Channel("harbour", name, name, words), platform, made))
    article = Article(url, words, dek=words, authors=(words,), language=words, section=words)
    article = replace(article, image=Image(url, alt=words, credit=words))
    page = preview.write(folder, article, posts, site=words, zone=UTC, picture=HARBOUR)
    assert page == (folder / "index.html").resolve()
    return Page(page.read_text("utf-8"))


def test_the_page_brings_everything_and_asks_nobody(tmp_path: Path, film: Path) -> None:
    page = lay_out(tmp_path / "page", film)
    names = {
        *(each.split("#")[0] for each in page.all("src")),
        *(f["href"] for tag, f in page.tags if tag == "link"),
    }
    assert names == {"harbour.jpg", "film.mp4", "drawn.css"}
    for name in names:
        assert (tmp_path / "page" / name).stat().st_size
    assert (tmp_path / "page" / "film.mp4").read_bytes() == film.read_bytes()
    (video, *_) = [facts for tag, facts in page.tags if tag == "video"]
    assert {"controls", "muted", "playsinline"} <= video.keys()
    assert video["preload"] == "metadata"
    described = [facts["alt"] for tag, facts in page.tags if tag == "img"]
    assert described.count("Dockers win.") == 2 * len(base.names())
    assert "Look again." in page.words
    assert "Blocks it:" in page.words


def test_nothing_in_an_article_is_obeyed(tmp_path: Path, film: Path) -> None:
    good = lay_out(tmp_path / "good", film)
    evil = lay_out(tmp_path / "evil", film, EVIL, url="javascript:alert(1)//example.org")
    assert {tag for tag, _ in evil.tags} <= {tag for tag, _ in good.tags}
    assert {name for _, facts in evil.tags for name in facts} <= {
        name for _, facts in good.tags for name in facts
    }
    assert EVIL in evil.words
    assert not any(each.startswith("javascript") for each in evil.all("href"))


def test_a_strict_policy_can_stand_and_every_class_is_known(tmp_path: Path, film: Path) -> None:
    page = lay_out(tmp_path, film)
    assert not {"script", "style", "iframe", "form"} & {tag for tag, _ in page.tags}
    assert not {name for _, f in page.tags for name in f if name == "style" or name[:2] == "on"}
    known = set(re.findall(r"\.([a-z][a-z-]*)", SHEET))
    used = {name for each in page.all("class") for name in each.split()}
    assert used <= known


def test_what_is_not_made_yet_is_said(tmp_path: Path) -> None:
    stand_ins = (Media("image", placeholder=True), Media("video", placeholder=True))
    made = Made(Teaser("Dockers win.", media=stand_ins), (), ())
    channel = Channel("harbour", "instagram", "instagram", "harbour.post")
    posts = [(channel, base.load("instagram"), made)]
    page = preview.write(tmp_path, Article(LINK, "Dockers win"), posts, site="", zone=UTC)
    words = Page(page.read_text("utf-8")).words
    assert "The picture is still to be made." in words
    assert "The video is still to be made." in words
    none = preview.write(tmp_path, Article(LINK, "Dockers win"), [], site="", zone=UTC)
    assert "No channel is for this article." in Page(none.read_text("utf-8")).words


def test_a_folder_that_takes_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("a file")
    with pytest.raises(StoreError, match=r"page .*make room"):
        preview.write(tmp_path / "page", Article(LINK, "Won"), [], site="", zone=UTC)
