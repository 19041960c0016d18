from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from time import process_time

import pytest

from bot.site import page

URL = "https://harbour.example/dock-workers-stop/"
PROSE = "<p>" + "Harbour crews stopped work Monday; eleven ships wait outside. " * 6 + "</p>"


def day(head: str = "", main: str = "", url: str = URL, lang: str = "en", after: str = "") -> str:
    """Read the day on which a page says that it was published; “!” closes a day without hour."""
    body = (
        f'<html lang="{lang}"><head>{head}</head><body><main><h1>Ships wait</h1>{main}{PROSE}'
        f"{after}</main></body></html>"
    )
    article = page.read(body.encode(), url, fallback=False)
    if article.published_at is None:
        return ""
    return f"{article.published_at:%Y-%m-%d}" + "!" * article.day_only


def jsonld(**fields: str) -> str:
    inner = ",".join(f'"{name}":"{value}"' for name, value in fields.items())
    return f'<script type="application/ld+json">{{"@type":"NewsArticle",{inner}}}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


# ------------------------------------------------------------------ what is believed


def test_two_claims_that_agree_outvote_one() -> None:
    head = (
        jsonld(datePublished="2026-03-01T10:00:00Z")
        + meta("article:published_time", "2026-03-05T10:00:00Z")
        + meta("dc.date.issued", "2026-03-05")
    )
    assert day(head) == "2026-03-05"


def test_what_readers_see_settles_a_tie() -> None:
    head = jsonld(datePublished="2026-03-01T10:00:00Z") + meta("date", "2026-03-05T10:00:00Z")
    assert day(head, '<p class="date">5 March 2026</p>') == "2026-03-05"


def test_of_equal_claims_the_earliest_is_the_publication() -> None:
    head = jsonld(datePublished="2026-03-09T10:00:00Z") + meta(
        "article:published_time", "2026-03-05T10:00:00Z"
    )
    assert day(head) == "2026-03-05"


def test_a_day_alone_gives_way_to_the_date_by_the_headline() -> None:
    head = meta("date", "2026-03-06")
    assert day(head, "<time>5.3.2026, 12:01 Uhr</time>", lang="de") == "2026-03-05"


def test_the_hour_is_taken_from_whichever_claim_has_it() -> None:
    head = jsonld(datePublished="2026-03-05") + meta("pubdate", "2026-03-05T10:00:00Z")
    assert day(head) == "2026-03-05"


def test_a_piece_made_earlier_is_published_when_it_is_published() -> None:
    created = meta("dcterms.created", "2026-02-01T10:00:00Z")
    assert day(created + meta("article:published_time", "2026-03-05T10:00:00Z")) == "2026-03-05"
    assert day(created) == "2026-02-01"


def test_a_modification_is_no_publication() -> None:
    assert day(jsonld(dateModified="2026-03-05T10:00:00Z")) == ""
    assert day(meta("og:updated_time", "2026-03-05T10:00:00Z")) == ""
    assert day(main="<p>Aktualisiert am 5. März 2026</p>", lang="de") == ""


def test_the_other_date_of_the_line_is_not_lost_to_the_update() -> None:
    main = "<p>Published 5 March 2026</p><p>Last updated 9 March 2026</p>"
    assert day(main=main) == "2026-03-05!"


@pytest.mark.parametrize("label", ["<b>Updated</b>", "Updated: ", "<i>Last</i> updated on "])
def test_a_label_before_the_date_may_tell_of_an_update(label: str) -> None:
    assert day(main=f'<p>{label}<time datetime="2026-03-05">5 March</time></p>') == ""


def test_a_label_before_the_date_tells_of_the_publication() -> None:
    main = '<p class="date">1 March 2026</p>' + "<i></i>" * 20
    assert day(main=main + "<p><b>Published</b> <span>5 March 2026</span></p>") == "2026-03-05!"


def test_the_class_of_an_untouched_post_is_no_update() -> None:
    main = '<time class="entry-date published updated" datetime="2026-03-05">5 March</time>'
    assert day(main=main) == "2026-03-05!"


def test_a_marked_date_is_worth_some_distance() -> None:
    main = "<p>1 March 2026</p>" + "<i></i>" * 30 + '<p class="date">5 March 2026</p>'
    assert day(main=main) == "2026-03-05!"
    assert day(main=main.replace(' class="date"', "")) == "2026-03-01!"


def test_a_date_above_the_headline_is_more_often_that_of_today() -> None:
    body = (
        '<html lang="en"><body><main><p class="date">9 March 2026</p><i></i><h1>Ships wait</h1>'
        f'<i></i><i></i><p class="date">5 March 2026</p>{PROSE}</main></body></html>'
    )
    article = page.read(body.encode(), URL, fallback=False)
    assert article.published_at == datetime(2026, 3, 5, tzinfo=UTC)


def test_a_date_inside_the_text_is_part_of_the_story() -> None:
    after = "<p>On <strong>1 March 2026</strong> they met.</p>" + "<br>" * 60
    assert day(after=after + "<p>5 March 2026</p>") == "2026-03-01!"  # nothing better is told
    assert day(after=after + '<p class="date">5 March 2026</p>') == "2026-03-05!"


# ------------------------------------------------------------------- what is marked


@pytest.mark.parametrize(
    "main",
    [
        '<span property="schema:dateCreated" content="2026-03-05T12:45:46+00:00">x</span>',
        '<abbr class="published" title="2026-03-05T12:45:46+00:00">12:45</abbr>',
        '<div itemprop="datePublished">05.03.2026 11:43</div>',
        '<time datetime="2026-03-05T12:45Z">today</time>',
        '<script>var layer = {"publishedAt": "2026-03-05T12:45:00Z"};</script>',
        "<script>article.publication_date = '2026-03-05 12:45'</script>",
    ],
)
def test_marks_of_many_systems_are_read(main: str) -> None:
    assert day(main=main, lang="de") == "2026-03-05"


@pytest.mark.parametrize(
    "main",
    [
        "<p><b>5</b> <b>March</b> 2026</p>",
        "<div><h5>Datum:</h5>05.03.2026</div>",
        "<p>Ann Lee / 05.03.2026</p>",
        "<div class='post-footer'>This was posted on 5 March 2026 by Ann</div>",
        "<div class='elementor-widget'><span>5 March 2026</span></div>",
        "<p>(05.03.2026) Harbour crews</p>",
        "<span>5.3.26</span>",
        "<p>2026年3月5日</p>",
        "<p>Thu, 05 Mar 2026</p>",
    ],
)
def test_a_date_by_the_headline_is_read_however_it_is_set(main: str) -> None:
    assert day(main=main, lang="de") == "2026-03-05!"


@pytest.mark.parametrize(
    "beside",
    [
        '<div class="comments"><time datetime="2026-03-05">5 March 2026</time></div>',
        '<div class="related-posts"><span class="date">5 March 2026</span></div>',
        "<nav><span>5 March 2026</span></nav>",
        '<aside><time datetime="2026-03-05">5 March</time></aside>',
        "<p>© 2026 Harbour Post</p>",
        "<p>1999</p>",
    ],
)
def test_a_date_of_something_else_is_none(beside: str) -> None:
    assert day(after=beside) == ""


def test_the_nearest_date_wins() -> None:
    main = '<p class="date">5 March 2026</p><p>The strike began on 1 March 2026.</p>'
    assert day(main=main, after="<p>9 March 2026</p>") == "2026-03-05!"


def test_scripts_that_name_several_days_name_none() -> None:
    script = '<script>[{"publishedAt":"2026-03-05"},{"publishedAt":"2026-03-06"}]</script>'
    assert day(main=script) == ""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h.example/2026/03/05/ships/", "2026-03-05!"),
        ("https://h.example/news/20260305-ships", "2026-03-05!"),
        ("https://h.example/news/05-03-2026/ships", "2026-03-05!"),
        ("https://h.example/news/2026-03-05", "2026-03-05!"),
        ("https://h.example/2026/13/45/ships/", ""),
        ("https://h.example/article-120260305777", ""),
        ("https://h.example/2026/03/ships/", ""),
    ],
)
def test_an_address_tells_a_whole_day_or_nothing(url: str, expected: str) -> None:
    assert day(url=url) == expected


# ------------------------------------------------------------------ order of figures


@pytest.mark.parametrize(
    ("lang", "more", "expected"),
    [
        ("en-GB", "", "2026-03-05!"),
        ("en-US", "", "2026-05-03!"),
        ("en", "<p>Seen 27/02/2026</p>", "2026-03-05!"),
        ("en", "<p>Seen 02/27/2026</p>", "2026-05-03!"),
        ("en", "", ""),  # nobody can tell
        ("fr", "", "2026-03-05!"),
    ],
)
def test_figures_are_read_in_the_order_of_the_place(lang: str, more: str, expected: str) -> None:
    assert day(main='<p class="date">05/03/2026</p>', lang=lang, after=f"<nav>{more}</nav>") == (
        expected
    )


# -------------------------------------------------------------------------- hostile


@pytest.mark.parametrize(
    "main",
    [
        "<p>05/03/2026</p>" * 15_000,
        "<time datetime=x>" * 200 + "1/2/2026 " * 40_000,
        "<h2>" * 200 + "2026 " * 40_000,
        "<script>" + '"publishedAt":"2026-' * 20_000 + "</script>",
        "<i itemprop='datePublished' property='dc:date'>" * 20_000,
        "<p>" + "5 de de de " * 30_000 + "2026</p>",
    ],
)
def test_a_hostile_page_is_read_in_linear_time(main: str) -> None:
    begun = process_time()
    day(meta("og:type", "article"), main)
    assert process_time() - begun < 4


def test_the_instant_is_utc() -> None:
    head = meta("article:published_time", "2026-03-05T23:30:00-05:00")
    body = f"<html><head>{head}</head><body><h1>Ships wait</h1>{PROSE}</body></html>"
    article = page.read(body.encode(), URL, fallback=False)
    assert article.published_at == datetime(2026, 3, 6, 4, 30, tzinfo=UTC)
    assert article.published_at is not None
    assert article.published_at.tzinfo is UTC


@pytest.mark.parametrize("opening", ["Seit dem 1. Januar 2022 gilt", "Seit 4. August 2014 ist"])
def test_a_paragraph_that_tells_of_a_day_is_not_dated_by_it(opening: str) -> None:
    story = f"<p>{opening} {'die neue Regel im Hafen, sagt die Gewerkschaft. ' * 5}</p>"
    head = '<meta itemprop="x"><meta name="date" content="2022-01-21">'
    assert day(head, story, lang="de") == "2022-01-21!"
    assert day("", story, lang="de") == ""


@pytest.mark.parametrize(
    "opening",
    ["Karlsruhe, (13.06.2019).", "Paris, le 13 juin 2019 –", "13. Juni 2019.", "June 13, 2019 –"],
)
def test_a_paragraph_may_open_with_its_date(opening: str) -> None:
    story = f"<p>{opening} {'Die Gewerkschaft der Hafenleute hat es so gewollt. ' * 5}</p>"
    assert day("", story, lang="de") == "2019-06-13!"


def test_a_month_that_links_to_its_archive_stands_apart_from_its_day() -> None:
    assert day("", '<p>8. <a href="/2010/12/">Dezember 2010</a> um 09:43</p>', lang="de") == (
        "2010-12-08"
    )


def test_when_a_reader_joined_is_not_when_the_piece_appeared() -> None:
    profile = '<dl><dd class="profile-joined">18.09.2008, 05:56</dd></dl>'
    assert day("", f'{profile}<p class="author">21.01.2009, 05:42</p>', lang="de") == "2009-01-21"


def test_claims_are_compared_by_the_clock_of_the_site() -> None:
    head = jsonld(datePublished="2026-03-02T01:00:00Z") + meta("date", "2026-03-05")
    shown = "<p class='date'>1 March 2026</p>"
    body = f"<html><head>{head}</head><body><main><h1>Ships wait</h1>{shown}{PROSE}</main></body>"
    zone = timezone(timedelta(hours=-5))
    article = page.read(body.encode(), URL, timezone=zone, fallback=False)
    assert article.published_at == datetime(2026, 3, 2, 1, tzinfo=UTC)
