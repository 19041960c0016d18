from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.errors import NotAnArticle
from bot.model import Article, FirstPublication, Image, Kind
from bot.site import page

URL = "https://harbour.example/dock-workers-stop/"
# Without the small words by which a language is known: pages of any declare it.
PROSE = "<p>" + "Harbour crews stopped work Monday; eleven ships wait outside. " * 6 + "</p>"
Maker = Callable[..., bytes]


def read(body: bytes | str, url: str = URL, **options: object) -> Article:
    body = body.encode() if isinstance(body, str) else body
    return page.read(body, url, **{"fallback": False, **options})  # type: ignore[arg-type]


def plain_page(main: str = "", head: str = "", lang: str = "en") -> str:
    return f'<html lang="{lang}"><head>{head}</head><body><main>{main}</main></body></html>'


def test_a_wordpress_page_is_read_whole(wordpress: Maker) -> None:
    article = read(wordpress())
    assert article == Article(
        url=URL,
        headline="Dock Workers Stop the Harbour — Eleven Ships Wait",
        social_title="Dock Workers Stop the Harbour — Eleven Ships Wait",
        dek="No crane has moved in the northern harbour since Monday.",
        body=(
            "The dock workers of the northern harbour stopped work on Monday, and no crane has"
            " moved since.",
            "“We will not go back before the night shift is paid,” said Ana Lee, who speaks for"
            " the crews.",
            "The port authority says that eleven ships are waiting outside, among them two with"
            " grain.",
        ),
        authors=("Eva Paz",),
        section="Labour",
        tags=("Strikes", "Harbours"),
        image=Image(
            "https://harbour.example/wp-content/uploads/2026/11/cranes.jpg",
            caption="Cranes stand still in the northern harbour.",
            width=1200,
            height=800,
        ),
        language="en",
        published_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        modified_at=datetime(2026, 11, 21, 10, tzinfo=UTC),
        site_name="Harbour Post",
        canonical=URL,
        cms_id="wp:4711@harbour.example",
    )


def test_without_jsonld_the_visible_page_says_nearly_as_much(wordpress: Maker) -> None:
    article, whole = read(wordpress(jsonld=False)), read(wordpress())
    for field in ("headline", "dek", "body", "authors", "section", "tags", "image", "language"):
        assert getattr(article, field) == getattr(whole, field), field
    assert article.published_at == whole.published_at


# ------------------------------------------------------------------- headline


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Open the Borders — Now – Harbour Post", "Open the Borders — Now"),
        ("Harbour Post | Open the Borders", "Open the Borders"),
        ("Open the Borders | News | Harbour Post", "Open the Borders | News"),
        ("Open the Borders: Eleven Ships", "Open the Borders: Eleven Ships"),
        ("Open the Borders - harbour.example", "Open the Borders"),
    ],
)
def test_the_name_of_the_site_is_no_part_of_a_headline(title: str, expected: str) -> None:
    article = read(plain_page(PROSE, f"<title>{title}</title>"), site_name="Harbour Post")
    assert article.headline == expected


def test_the_headline_is_the_h1_that_resembles_the_title() -> None:
    head = '<meta property="og:title" content="Why eleven ships wait outside the harbour">'
    h1s = "<h1>Harbour Post</h1><h1><span>World</span> Eleven ships wait outside the harbour</h1>"
    article = read(
        plain_page(f"{h1s}{PROSE}", head + "<title>Eleven ships wait outside the harbour</title>")
    )
    assert article.headline == "Eleven ships wait outside the harbour"
    assert article.social_title == "Why eleven ships wait outside the harbour"


def test_microdata_and_entities_are_understood() -> None:
    main = '<h1 itemprop="headline">L&amp;#8217;été &amp;amp; la mer</h1>' + PROSE
    assert read(plain_page(main)).headline == "L’été & la mer"


# ------------------------------------------------------------------------ dek


def test_a_dek_is_whole_plain_and_no_repetition(wordpress: Maker) -> None:
    doubly = "&lt;p&gt;No crane has moved.&lt;/p&gt;"
    main = f"<h1>Eleven ships</h1>{PROSE}"
    meta = '<meta name="description" content="{}">'
    assert read(plain_page(main, meta.format(doubly))).dek == "No crane has moved."
    assert read(plain_page(main, meta.format("Eleven Ships"))).dek == ""
    assert (
        read(plain_page(main, meta.format("No crane moves. The crews wa…"))).dek
        == "No crane moves."
    )
    assert read(plain_page(main, meta.format("The crews of the nor [&hellip;]"))).dek == ""


def test_a_first_paragraph_that_repeats_the_dek_is_said_once(wordpress: Maker) -> None:
    article = read(
        wordpress(
            dek="It begins.", story=("It begins.", "And it goes on, for a while, as stories do.")
        )
    )
    assert article.dek == "It begins."
    assert article.body == ("And it goes on, for a while, as stories do.",)


# ----------------------------------------------------------------------- body


def test_what_stands_beside_the_text_is_no_text(wordpress: Maker) -> None:
    body = " ".join(read(wordpress(after="<p>Facebook Twitter Share</p><p>* * *</p>")).body)
    for stranger in (
        "Share",
        "Read also",
        "related",
        "newsletter",
        "©",
        "Another",
        "* * *",
        "Cranes stand",
    ):
        assert stranger not in body


def test_text_in_several_boxes_and_lists_is_read_in_order() -> None:
    lists = (
        "<ul><li>First, the night shift is paid as it was promised.</li>"
        "<li><a href=/x>Elsewhere</a></li></ul>"
    )
    second = f"{PROSE}<p>Then it rained on the port.</p>{lists}"
    boxes = f"<h1>Eleven ships</h1><div><div>{PROSE}</div><div>{second}</div></div>"
    body = read(plain_page(boxes)).body
    assert body[1:] == (
        "Then it rained on the port.",
        "First, the night shift is paid as it was promised.",
    )


def test_text_without_paragraphs_is_read_by_its_lines() -> None:
    line = "The crews of the northern harbour have stopped work since Monday."
    main = f'<h1>Eleven ships</h1><div class="entry-content">{line}<br><br>{line * 4}</div>'
    assert read(plain_page(main)).body == (line, line * 4)


def test_text_that_only_jsonld_has_is_taken_from_there() -> None:
    node = '{"@type":"NewsArticle","headline":"Eleven ships","articleBody":"It rains.\\nIt pours."}'
    head = f'<script type="application/ld+json">{node}</script>'
    assert read(plain_page("<h1>Eleven ships</h1>", head)).body == ("It rains.", "It pours.")


# -------------------------------------------------------------------- credits


@pytest.mark.parametrize(
    ("lang", "first", "translation", "expected"),
    [
        (
            "en",
            "First published in Spanish on July 26 in El Puerto.",
            "Translation by K.S. Mehta",
            FirstPublication(
                "First published in Spanish on July 26 in El Puerto.", "es", "El Puerto", "July 26"
            ),
        ),
        (
            "fr",
            "Publié pour la première fois en espagnol le 26 juillet dans El Puerto.",
            "Traduction : K.S. Mehta",
            FirstPublication(
                "Publié pour la première fois en espagnol le 26 juillet dans El Puerto.",
                "es",
                "El Puerto",
                "26 juillet",
            ),
        ),
        (
            "es",
            "Publicado originalmente en inglés el 26 de julio en The Port.",
            "Traducción: K.S. Mehta",
            FirstPublication(
                "Publicado originalmente en inglés el 26 de julio en The Port.",
                "en",
                "The Port",
                "26 de julio",
            ),
        ),
    ],
)
def test_translator_and_first_publication_are_credits_and_no_text(
    wordpress: Maker, lang: str, first: str, translation: str, expected: FirstPublication
) -> None:
    story = ("Une histoire assez longue pour que le texte soit reconnu comme tel, vraiment.",) * 2
    apart = read(wordpress(lang=lang, story=(*story, first, translation)))
    together = read(wordpress(lang=lang, story=(*story, f"<em>{first}<br>{translation}</em>")))
    for article in (apart, together):
        assert article.first_publication == expected
        assert article.translators == ("K.S. Mehta",)
        assert len(article.body) == 1


def test_a_credit_in_the_middle_of_a_text_is_part_of_it(wordpress: Maker) -> None:
    lines = [
        f"Line {i} of the story, which is long enough to be taken for prose." for i in range(12)
    ]
    lines[5] = "Translation by K.S. Mehta"
    article = read(wordpress(story=lines))
    assert (article.translators, article.body) == ((), tuple(lines))


def test_a_book_that_was_first_published_somewhere_is_part_of_the_story(wordpress: Maker) -> None:
    line = "The book was first published in Spanish in 1967, and the crews still read it."
    article = read(wordpress(story=(line,)))
    assert article.first_publication is None
    assert article.body == (line,)


# --------------------------------------------------------------------- people


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("Ann Lee and Bo Day", ("Ann Lee", "Bo Day")),
        ("By Ann Lee, Bo Day and Cy Roe", ("Ann Lee", "Bo Day", "Cy Roe")),
        ("Santiago Ramón y Cajal", ("Santiago Ramón y Cajal",)),
        ("Ana Gil y Eva Paz", ("Ana Gil", "Eva Paz")),
        ("Harbour Post", ()),
        ("admin", ()),
        ("Redacción", ()),
        ("https://facebook.com/annlee", ()),
        ("Agence France-Presse", ("Agence France-Presse",)),
        ("Ann Lee (with pictures by others)", ("Ann Lee",)),
    ],
)
def test_authors_are_people_and_agencies(
    wordpress: Maker, author: str, expected: tuple[str, ...]
) -> None:
    assert read(wordpress(author=author), not_authors=["Redacción"]).authors == expected


def test_an_author_in_a_meta_tag_counts_where_the_article_shows_the_name() -> None:
    head, h1 = '<meta name="author" content="Ann Lee">', "<h1>Eleven ships</h1>"
    assert read(plain_page(h1 + PROSE, head)).authors == ()
    assert read(plain_page(f"{h1}<p>by Ann Lee</p>{PROSE}", head)).authors == ("Ann Lee",)


# ----------------------------------------------------------------------- kind


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({}, Kind.NEWS),
        ({"section": "Opinion"}, Kind.OPINION),
        ({"tags": ("Interviews",)}, Kind.INTERVIEW),
        ({"schema": "OpinionNewsArticle"}, Kind.OPINION),
        ({"schema": "LiveBlogPosting"}, Kind.LIVE),
        ({"section": "Tribunes", "lang": "fr"}, Kind.OPINION),
        ({"section": "Comunicados", "lang": "es"}, Kind.STATEMENT),
        ({"section": "Those we lost"}, Kind.OBITUARY),
        ({"headline": "Opinion | Eleven Ships Wait"}, Kind.OPINION),
        ({"headline": "Obituary: A Docker"}, Kind.OBITUARY),
        (
            {
                "story": (
                    "Statement of the crews, 20 November",
                    "We stopped work, and we will not go back today.",
                )
            },
            Kind.STATEMENT,
        ),
        (
            {
                "story": (
                    "Opinion polls in the harbour",
                    "They say what they say, as they have for many years.",
                )
            },
            Kind.NEWS,
        ),
    ],
)
def test_the_kind_is_what_the_page_calls_it(
    wordpress: Maker, options: dict[str, object], kind: Kind
) -> None:
    assert read(wordpress(**options), kinds={"obituary": ["Those we lost"]}).kind is kind


def test_a_label_leaves_the_headline_since_templates_write_their_own(wordpress: Maker) -> None:
    labelled = read(wordpress(headline="Opinion: Open the Gates"))
    assert (labelled.headline, labelled.social_title) == ("Open the Gates", "Open the Gates")
    assert read(wordpress(headline="Harbour: Open the Gates")).headline == "Harbour: Open the Gates"


@pytest.mark.parametrize("slug", ["opinion", "op-ed"])
def test_the_classes_that_wordpress_gives_a_post_tell_its_kind_and_no_section(slug: str) -> None:
    post = f"<article class='post category-{slug} tag-port'><h1>Eleven ships</h1>{PROSE}</article>"
    article = read(plain_page(post))
    assert (article.kind, article.section) == (Kind.OPINION, "")


def test_a_kicker_over_the_headline_labels_too() -> None:
    main = f"<div><h4>Opinion</h4><h1>Eleven ships</h1></div>{PROSE}"
    assert read(plain_page(main)).kind is Kind.OPINION


# -------------------------------------------------------------------- picture


def test_a_caption_is_parted_from_its_credit_and_licence(wordpress: Maker) -> None:
    image = read(
        wordpress(caption="Cranes stand still. Photo: Ann Lee/CC BY-SA 4.0", alt="Three cranes")
    ).image
    assert image is not None
    assert (image.alt, image.caption) == ("Three cranes", "Cranes stand still.")
    assert (image.credit, image.licence) == ("Ann Lee/CC BY-SA 4.0", "CC BY-SA 4.0")


@pytest.mark.parametrize(
    ("caption", "credit"),
    [
        ("Cranes. Photo: Ana Silva / Reuters (CC BY-SA 4.0)", "Ana Silva / Reuters (CC BY-SA 4.0)"),
        ("Cranes stand still. (Photo: Ana Silva)", "Ana Silva"),
    ],
)
def test_a_credit_keeps_the_brackets_that_are_its_own(
    wordpress: Maker, caption: str, credit: str
) -> None:
    image = read(wordpress(caption=caption, alt="Three cranes")).image
    assert image is not None
    assert image.credit == credit


@pytest.mark.parametrize(
    "address",
    [
        "/logo.png",
        "/img/site-logo-2.jpg",
        "/x.svg",
        "/og-default.jpg",
        "/favicon.png",
        "data:image/png;base64,x",
        "/mark.png",
        "https://secure.gravatar.com/avatar/1.jpg",
        "javascript:x",
    ],
)
def test_a_logo_is_no_picture_of_the_article(address: str) -> None:
    head = f'<meta property="og:image" content="{address}"><link rel="icon" href="/mark.png">'
    main = f'<h1>Eleven ships</h1><img src="/pixel.gif" width="1">{PROSE}'
    assert read(plain_page(main, head)).image is None


@pytest.mark.parametrize(
    "address", ["/catalogo.jpg", "/argentina-debt-default.jpg", "/IMG/logo/arton7.jpg"]
)
def test_a_picture_that_only_sounds_like_a_logo_is_kept(address: str) -> None:
    image = read(
        plain_page(f"<h1>Ships</h1>{PROSE}", f'<meta property="og:image" content="{address}">')
    ).image
    assert image is not None
    assert image.url == f"https://harbour.example{address}"


def test_a_picture_that_only_the_text_shows_is_found(wordpress: Maker) -> None:
    main = (
        '<h1>Ships</h1><figure><img data-src="/a.jpg" src="data:,x" alt="DSC_0012"></figure>'
        + PROSE
    )
    image = read(plain_page(main)).image
    assert image == Image("https://harbour.example/a.jpg")  # a file name is no alternative text


# ---------------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("value", "expected", "day_only"),
    [
        ("2026-11-20T09:30:00-05:00", datetime(2026, 11, 20, 14, 30, tzinfo=UTC), False),
        ("2026-11-20T09:30:00+0900", datetime(2026, 11, 20, 0, 30, tzinfo=UTC), False),
        ("2026-11-20T00:00:00Z", datetime(2026, 11, 20, tzinfo=UTC), False),
        ("2026-07-20 09:30", datetime(2026, 7, 20, 8, 30, tzinfo=UTC), False),
        ("2026-07-20", datetime(2026, 7, 19, 23, tzinfo=UTC), True),
    ],
)
def test_times_are_instants_and_naive_ones_of_the_site(
    wordpress: Maker, value: str, expected: datetime, day_only: bool
) -> None:
    article = read(wordpress(published=value), timezone=ZoneInfo("Europe/Lisbon"))
    assert (article.published_at, article.day_only) == (expected, day_only)


@pytest.mark.parametrize("value", ["0000-00-00", "1970-01-01T00:00:00Z", "2026-13-40", "soon", ""])
def test_impossible_times_are_left_out(wordpress: Maker, value: str) -> None:
    assert read(wordpress(published=value)).published_at is None


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "June 13, 2019"),
        ("es", "jueves 13 de junio de 2019"),
        ("pt", "13 de junho de 2019"),
        ("fr", "jeudi 13 juin 2019"),
        ("de", "13. Juni 2019"),
        ("it", "13 giugno 2019"),
        ("ca", "13 de juny de 2019"),
        ("tr", "13 Haziran 2019"),
        ("ar", "13 يونيو 2019"),
        ("ar", "١٣ حزيران ٢٠١٩"),
        ("", "13 juin 2019"),
    ],
)
def test_a_visible_date_is_read_in_every_shipped_language(lang: str, line: str) -> None:
    main = f'<h1>Ships</h1><p class="fecha"><span>{line}</span></p>{PROSE}'
    article = read(plain_page(main, lang=lang))
    assert (article.published_at, article.day_only) == (datetime(2019, 6, 13, tzinfo=UTC), True)


def test_an_update_is_no_publication() -> None:
    main = f'<h1>Ships</h1><p class="updated-date">June 13, 2019</p>{PROSE}'
    assert read(plain_page(main)).published_at is None


def test_the_path_of_the_address_tells_the_day_at_last() -> None:
    article = read(plain_page(f"<h1>Ships</h1>{PROSE}"), "https://h.example/2019/06/13/ships/")
    assert (article.published_at, article.day_only) == (datetime(2019, 6, 13, tzinfo=UTC), True)


# ------------------------------------------------------- identity and language


@pytest.mark.parametrize(
    ("main", "head", "url", "expected"),
    [
        ("", '<link rel="shortlink" href="/?p=9">', URL, "wp:9@harbour.example"),
        (
            "",
            '<link rel="alternate" href="/en/wp-json/wp/v2/posts/9">',
            URL,
            "wp:9@harbour.example/en",
        ),
        ("", "", "https://harbour.example/spip.php?article717", "spip:717@harbour.example"),
        (
            '<a href="/spip.php?page=mail&id_article=717">mail</a>',
            "",
            URL,
            "spip:717@harbour.example",
        ),
        ('<a href="/?id_article=1">a</a><a href="/?id_article=2">b</a>', "", URL, ""),
        (
            "",
            '<link rel="https://api.w.org/" href="/es/wp-json/"></head><body class="postid-12">',
            URL,
            "wp:12@harbour.example/es",
        ),
        (
            "",
            '<link rel="https://api.w.org/" href="/?rest_route=/"></head><body class="postid-12">',
            URL,
            "wp:12@harbour.example",
        ),
        ("", '</head><body class="postid-12">', URL, ""),  # of which of the host's folders?
    ],
)
def test_the_number_of_the_cms_is_found(main: str, head: str, url: str, expected: str) -> None:
    assert read(plain_page(f"<h1>Ships</h1>{main}{PROSE}", head), url).cms_id == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<html lang="pt-BR">', "pt"),
        ('<html><meta property="og:locale" content="fr_FR">', "fr"),
        ('<html><meta name="dc.language" content="deutsch">', ""),
        ("<html>", ""),
        ('<html lang="en"><body lang="es">', "es"),
    ],
)
def test_the_language_is_the_nearest_one_told(html: str, expected: str) -> None:
    assert read(f"{html}<h1>Ships</h1>{PROSE}").language == expected


@pytest.mark.parametrize(
    ("robots", "expected"),
    [("noindex, follow", True), ("none", True), ("index, max-image-preview:none", False)],
)
def test_a_page_may_ask_not_to_be_indexed(wordpress: Maker, robots: str, expected: bool) -> None:
    head = f'<meta name="robots" content="{robots}">'
    assert read(wordpress(head=head)).noindex is expected


# ------------------------------------------------------------------ no article


@pytest.mark.parametrize(
    ("body", "url", "words"),
    [
        (b"", URL, "nothing"),
        (b"<p>", URL, "no headline"),
        (b"<html><title>Ships</title><p>Short.</p>", URL, "no text"),
        (
            b"<html><body class='home blog'><h1>Harbour Post</h1>" + PROSE.encode(),
            URL,
            "list of articles",
        ),
        (
            b"<html><body class='archive category'><h1>Labour</h1>" + PROSE.encode(),
            URL,
            "list of articles",
        ),
        (b"<html><h1>Harbour Post</h1>" + PROSE.encode(), "https://harbour.example/", "front page"),
        (
            b'<script type="application/ld+json">{"@type":"CollectionPage"}</script><h1>Labour</h1>'
            + PROSE.encode(),
            URL,
            "list of articles",
        ),
        (b"<h1>x</h1>" * 600_000, URL, "5 MB"),
    ],
)
def test_what_is_no_article_is_refused_in_one_sentence(body: bytes, url: str, words: str) -> None:
    with pytest.raises(NotAnArticle, match=words) as caught:
        read(body, url)
    assert url in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_front_page_that_embeds_its_articles_is_none_of_them() -> None:
    nodes = ",".join(
        f'{{"@type":"NewsArticle","headline":"Piece {i}","url":"/p{i}"}}' for i in range(3)
    )
    website = '<meta property="og:type" content="website">'
    head = f'{website}<script type="application/ld+json">[{nodes}]</script>'
    with pytest.raises(NotAnArticle):
        read(plain_page(f"<h1>Harbour Post</h1>{PROSE}", head), "https://harbour.example/")


NOTE = (
    "<p>Harbour crews stopped work Monday; eleven ships wait outside, two with grain in them.</p>"
)


def test_a_short_note_with_headline_and_date_is_an_article() -> None:
    dated = "<h1>Ships wait</h1><p class='date'>20 November 2026</p>"
    assert read(plain_page(dated + NOTE)).headline == "Ships wait"


@pytest.mark.parametrize("main", ["<h1>Ships wait</h1>" + NOTE, "<p>20 November 2026</p>" + NOTE])
def test_a_short_text_without_headline_or_date_is_none(main: str) -> None:
    with pytest.raises(NotAnArticle, match="no text"):
        read(plain_page(main, "<title>Ships</title>"))


def test_a_film_is_an_article_without_text() -> None:
    head = '<meta property="og:type" content="video.other">'
    assert read(plain_page("<h1>Ships wait</h1>", head)).headline == "Ships wait"


@pytest.mark.parametrize(
    ("classes", "head"),
    [
        ("news blog story", '<meta property="og:type" content="article">'),  # no WordPress
        ("blog page page-id-7", '<link rel="https://api.w.org/" href="/wp-json/">'),
    ],
)
def test_a_class_that_only_looks_like_a_list_makes_none(classes: str, head: str) -> None:
    body = f"<html><head>{head}</head><body class='{classes}'><h1>Ships wait</h1>{PROSE}"
    assert read(body).headline == "Ships wait"


def test_a_list_of_wordpress_is_one_whatever_it_calls_itself() -> None:
    head = '<meta property="og:type" content="article"><link rel="https://api.w.org/" href="/wp/">'
    with pytest.raises(NotAnArticle, match="list of articles"):
        read(f"<html><head>{head}</head><body class='blog'><h1>Ships wait</h1>{PROSE}")


def test_text_between_line_breaks_is_read_though_a_paragraph_stands_below_it() -> None:
    lines = "".join(
        f"<b></b>Pier {i} has been quiet since Monday morning, they say.<br>" for i in "12345"
    )
    box = f"<div class=text>{lines}<p>Ann Lee speaks for the harbour crews of the north.</p></div>"
    body = read(plain_page(f"<h1>Ships wait</h1>{box}")).body
    assert [line[:6] for line in body] == [*(f"Pier {i}" for i in "12345"), "Ann Le"]


def test_where_the_title_is_only_the_name_of_the_site_the_heading_is_the_headline() -> None:
    source = plain_page(f"<h1>Ships wait</h1>{PROSE}", "<title>Harbour</title>")
    assert read(source).headline == "Ships wait"
