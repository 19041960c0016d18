"""Looking at a site: what is found, what is left alone, and what it costs the site."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from found import candidate
from sites import SITES, Sample
from world import Site, ago

from bot.errors import FetchError, UsageError
from bot.http import Session
from bot.model import SourceKind
from bot.survey import Found, _visit, survey
from bot.survey._editions import editions
from bot.survey._visit import MOST_REQUESTS

Look = Callable[..., Found]
FOLLOW = (
    '<footer class="site-footer"><ul class="social">'
    '<li><a href="https://www.facebook.com/harbourpost">Facebook</a></li>'
    '<li><a href="https://x.com/harbourpost">X</a></li></ul></footer>'
)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def look(web: Session, said: list[str]) -> Look:
    return lambda url: survey(web, url, now=datetime.now(UTC), say=said.append)


def page(site: Site, path: str, head: str = "", body: str = "", language: str = "en") -> None:
    site.put(
        path,
        f'<!doctype html><html lang="{language}"><head><title>Harbour Post</title>'
        f'<meta property="og:site_name" content="Harbour Post">{head}</head>'
        f"<body><main>{body}</main>{FOLLOW}</body></html>",
    )


def feed_link(path: str = "/feed/", **more: str) -> str:
    extra = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<link rel="alternate" type="application/rss+xml" href="{path}"{extra}>'


@pytest.fixture
def tidy(site: Site) -> Site:
    """A home page with a feed of three articles."""
    page(site, "/", feed_link())
    site.feed(*(site.item(f"story-{n}", at=ago(days=n)) for n in (1, 2, 3)))
    for n in (1, 2, 3):
        site.article(f"story-{n}")
    return site


# -------------------------------------------------------------------- whole sites


def of_kind(found: Found, kind: SourceKind) -> tuple[str, ...]:
    return tuple(each.url for each in found.sources if each.kind is kind)


@pytest.mark.parametrize("kind", SITES.values(), ids=SITES)
def test_sites_of_every_kind(site: Site, look: Look, kind: type[Sample]) -> None:
    sample = kind(site)
    found = look(sample.start)
    assert (found.name, found.language) == (sample.name, sample.language)
    assert {name: each.profile.account for name, each in found.channels.items()} == sample.channels
    assert found.clock.zone == sample.timezone
    assert found.sources
    assert found.article in {told.url for told in sample.articles} | {
        f"{site.url}/notizie/{told.number}" for told in sample.articles
    }
    assert len(site.seen) <= MOST_REQUESTS + 3, "redirects are asked for too"


def test_an_article_leads_to_the_whole_site(tidy: Site, look: Look) -> None:
    from_home, from_article = look(f"{tidy.url}/"), look(f"{tidy.url}/story-2?utm_source=x")
    assert from_article.url == from_home.url
    assert of_kind(from_article, SourceKind.FEED) == of_kind(from_home, SourceKind.FEED)
    assert dict(from_article.channels).keys() == {"facebook", "twitter"}


def test_an_article_alone_must_do(site: Site, look: Look) -> None:
    page(site, "/story-1", body="<article><h1>A story</h1></article>")
    found = look(f"{site.url}/story-1")
    assert found.name == "Harbour Post"
    assert set(found.channels) == {"facebook", "twitter"}
    assert found.sources == ()
    assert found.article == f"{site.url}/story-1"
    assert any("home page" in note for note in found.notes)


def test_the_sister_page(site: Site, look: Look, shared_dir: object) -> None:
    html = (shared_dir / "realinput" / "sister-site-article.html").read_bytes()  # type: ignore[operator]
    site.put("/Un-article", html)
    found = look(f"{site.url}/Un-article")
    assert set(found.channels) == {"facebook", "twitter", "youtube"}
    assert found.channels["twitter"].profile.account == "RevPermanente"
    assert found.channels["youtube"].profile.id.startswith("UC")
    assert found.name == "Révolution Permanente"
    assert found.language == "fr"


# ------------------------------------------------------------------------ sources


def test_a_feed_that_is_linked_and_dead(tidy: Site, look: Look) -> None:
    page(tidy, "/", feed_link("/gone.xml") + feed_link("/old.xml") + feed_link())
    tidy.feed(tidy.item("story-1", at=ago(days=400)), path="/old.xml")
    found = look(f"{tidy.url}/")
    assert of_kind(found, SourceKind.FEED) == (f"{tidy.url}/feed/",)
    assert any("/old.xml was left out: its latest article is of" in note for note in found.notes)


def test_a_feed_of_somebody_else(tidy: Site, look: Look) -> None:
    page(tidy, "/", feed_link("/partner.xml") + feed_link())
    other = tidy.item("x", at=ago(days=1)).replace(tidy.url, "https://partner.example")
    tidy.feed(other, path="/partner.xml")
    found = look(f"{tidy.url}/")
    assert of_kind(found, SourceKind.FEED) == (f"{tidy.url}/feed/",)
    assert any("another site" in note for note in found.notes)


def test_a_feed_that_nobody_links(tidy: Site, look: Look) -> None:
    page(tidy, "/")
    assert of_kind(look(f"{tidy.url}/"), SourceKind.FEED) == (f"{tidy.url}/feed/",)


def test_every_language_has_its_feed(tidy: Site, look: Look) -> None:
    alternates = "".join(
        f'<link rel="alternate" hreflang="{code}" href="{tidy.url}{path}">'
        for code, path in (("en", "/"), ("es", "/es/"), ("pt", "/pt/"), ("x-default", "/"))
    )
    page(tidy, "/", feed_link() + alternates)
    tidy.feed(tidy.item("es/uno", at=ago(days=1)), path="/es/feed/")
    found = look(f"{tidy.url}/")
    assert of_kind(found, SourceKind.FEED) == (f"{tidy.url}/feed/", f"{tidy.url}/es/feed/")
    tidy.feed(
        *(tidy.item(slug, at=ago(days=1)) for slug in ("es/uno", "es/dos", "pt/um", "pt/dois"))
    )
    assert of_kind(look(f"{tidy.url}/"), SourceKind.FEED) == (f"{tidy.url}/feed/",), "it has all"


def test_who_names_one_language_means_that(tidy: Site, look: Look) -> None:
    other = f'<link rel="alternate" hreflang="en" href="{tidy.url}/">'
    page(tidy, "/es/", feed_link("/es/feed/") + other, language="es")
    tidy.feed(tidy.item("es/uno", at=ago(days=1)), path="/es/feed/")
    found = look(f"{tidy.url}/es/")
    assert found.url == f"{tidy.url}/es/"
    assert of_kind(found, SourceKind.FEED) == (f"{tidy.url}/es/feed/",)
    assert found.language == "es"


def news_sitemap(site: Site, path: str, *slugs: str) -> None:
    rows = "".join(
        f"<url><loc>{site.url}/{slug}</loc><news:news><news:publication_date>"
        f"{ago(hours=3).isoformat()}</news:publication_date><news:title>{slug}</news:title>"
        "</news:news></url>"
        for slug in slugs
    )
    site.put(
        path,
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{rows}</urlset>',
        "application/xml",
    )


def test_a_news_sitemap_stands_by(tidy: Site, look: Look) -> None:
    tidy.put("/robots.txt", "User-agent: *\nDisallow:\nSitemap: /news.xml\n", "text/plain")
    news_sitemap(tidy, "/news.xml", "story-1")
    found = look(f"{tidy.url}/")
    assert [each.kind for each in found.sources] == [SourceKind.FEED]
    assert [each.url for each in found.spare] == [f"{tidy.url}/news.xml"]


def test_without_a_feed_the_sitemap_serves(site: Site, look: Look) -> None:
    page(site, "/")
    site.put(
        "/sitemap.xml",
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>'
        f"<loc>{site.url}/sitemap-posts.xml</loc></sitemap></sitemapindex>",
        "application/xml",
    )
    news_sitemap(site, "/sitemap-posts.xml", "story-1", "story-2")
    found = look(f"{site.url}/")
    assert of_kind(found, SourceKind.SITEMAP) == (f"{site.url}/sitemap.xml",)


def test_an_index_that_names_itself_ends(site: Site, look: Look) -> None:
    page(site, "/")
    site.put(
        "/sitemap.xml",
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>'
        f"<loc>{site.url}/sitemap.xml</loc></sitemap></sitemapindex>",
        "application/xml",
    )
    assert look(f"{site.url}/").sources == ()


def wordpress(site: Site, **root: object) -> None:
    told = {"name": "The Harbour Post", "namespaces": ["wp/v2"], "home": site.url, **root}
    site.put("/wp-json/", json.dumps(told), "application/json")
    posts = [
        {
            "id": n,
            "link": f"{site.url}/story-{n}",
            "date_gmt": f"{ago(days=n):%Y-%m-%dT%H:%M:%S}",
            "title": {"rendered": f"Story {n}"},
            "status": "publish",
            "type": "post",
        }
        for n in (1, 2)
    ]
    site.put("/wp-json/wp/v2/posts", json.dumps(posts), "application/json")


API = '<link rel="https://api.w.org/" href="/wp-json/">'


def test_wordpress_tells_name_and_clock(tidy: Site, look: Look) -> None:
    page(tidy, "/", API + feed_link())
    wordpress(tidy, timezone_string="America/Montevideo")
    found = look(f"{tidy.url}/")
    assert found.name == "The Harbour Post"
    assert (found.clock.zone, found.clock.sure) == ("America/Montevideo", True)
    assert [each.kind for each in found.spare] == [SourceKind.WORDPRESS]


def test_wordpress_with_an_offset_alone(tidy: Site, look: Look) -> None:
    page(tidy, "/", API + feed_link(), language="es-CL")
    wordpress(tidy, timezone_string="", gmt_offset=-3)
    assert look(f"{tidy.url}/").clock.zone == "America/Santiago"


def test_wordpress_without_a_feed(site: Site, look: Look) -> None:
    page(site, "/", API)
    wordpress(site)
    found = look(f"{site.url}/")
    assert of_kind(found, SourceKind.WORDPRESS) == (f"{site.url}/wp-json/",)
    assert found.per_week is not None


def test_wordpress_that_is_locked(tidy: Site, look: Look) -> None:
    page(tidy, "/", API + feed_link())
    tidy.put("/wp-json/", '{"code": "rest_disabled", "message": "No."}', "application/json")
    found = look(f"{tidy.url}/")
    assert found.name == "Harbour Post"
    assert found.spare == ()


# ---------------------------------------------------------------------- languages


def account(handle: str) -> str:
    """The header of a page that follows to one account, and is like no other of the site."""
    return f'<header><a href="https://x.com/{handle}">X</a></header>'


def test_each_language_has_its_account(site: Site, look: Look) -> None:
    alternates = "".join(
        f'<link rel="alternate" hreflang="{code}" href="{site.url}{path}">'
        for code, path in (("es", "/"), ("en", "/en/"), ("pt", "/pt/"))
    )
    for code, path, feed in (("es", "/", "/rss"), ("en", "/en/", "/en-rss"), ("pt", "/pt/", "")):
        head = alternates + (feed_link(feed) if feed else "")
        site.put(
            path,
            f'<!doctype html><html lang="{code}"><head><title>El Muelle</title>{head}</head>'
            f"<body>{account(f'muelle_{code}')}</body></html>",
        )
        if feed:
            site.feed(site.item(f"{code}/1", at=ago(days=1)), path=feed)
    found = look(f"{site.url}/")
    assert of_kind(found, SourceKind.FEED) == (f"{site.url}/rss", f"{site.url}/en-rss")
    family = found.editions["twitter"]
    assert {code: each.profile.account for code, each in family.items()} == {
        "es": "muelle_es",
        "en": "muelle_en",
        "pt": "muelle_pt",
    }
    assert "twitter" not in found.channels


@pytest.mark.parametrize(
    ("accounts", "family"),
    [
        (("muelle_es", "muelle_pt"), {"es": "muelle_es", "pt": "muelle_pt"}),
        (("MuelleES", "MuellePT"), {"es": "MuelleES", "pt": "MuellePT"}),
        (("es_muelle", "pt_muelle"), {"es": "es_muelle", "pt": "pt_muelle"}),
        (("elmuelle", "elmuelle_pt"), {"es": "elmuelle", "pt": "elmuelle_pt"}),
        (("muelle_es",), {}),
        (("muelle_es", "puerto_pt"), {}),
        (("muelle_es", "muelle_tr"), {}),  # the site has no Turkish
        (("paes", "papt"), {}),
    ],
)
def test_families_of_accounts(accounts: tuple[str, ...], family: dict[str, str]) -> None:
    some = [candidate(f"https://x.com/{each}") for each in accounts]
    found = editions({"twitter": some}, ["es", "pt"]).get("twitter", {})
    assert {code: each.profile.account for code, each in found.items()} == family


# ----------------------------------------------------------------------- articles


def test_whose_pictures_the_articles_show(tidy: Site, look: Look) -> None:
    body = tidy.pages["/story-1"][2]
    credited = b"<figcaption>The town hall. Photo: Ana Reis / Reuters</figcaption>"
    tidy.put("/story-1", body.replace(b"<figcaption>The town hall.</figcaption>", credited))
    found = look(f"{tidy.url}/")
    assert (found.pictures, found.credits) == (2, ("Ana Reis", "Reuters"))


def test_the_example_is_an_article_that_can_be_read(tidy: Site, look: Look) -> None:
    tidy.put("/story-1", "<html><body><p>Nothing here.</p></body></html>")
    assert look(f"{tidy.url}/").article == f"{tidy.url}/story-2"


def test_a_linked_feed_that_is_broken_is_told(site: Site, look: Look, said: list[str]) -> None:
    links = "".join(
        f'<h2><a href="/2026/council-votes-on-plan-{n}">Council votes on plan {n} at last</a></h2>'
        for n in range(5)
    )
    page(site, "/", feed_link(), links)
    site.put("/feed/", "<b>Warning</b>: mysqli_connect()", "text/html")
    found = look(f"{site.url}/")
    assert of_kind(found, SourceKind.PAGE) == (f"{site.url}/",)
    assert f"The feed {site.url}/feed/ is linked, but could not be read: mend it." in found.notes
    assert "    It is not a feed." in said


# ------------------------------------------------------------------------ manners


def test_a_slow_site_is_left_after_a_while(
    tidy: Site, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_visit, "LONGEST", timedelta(0))
    found = look(f"{tidy.url}/")
    assert [path for _, path in tidy.seen] == ["/"], "the first page is always asked for"
    assert set(found.channels) <= {"facebook", "twitter"}
    assert any("stopped looking after a minute" in note for note in found.notes)
    assert not any("could not be read" in note for note in found.notes)


def test_robots_are_obeyed_for_pages(tidy: Site, look: Look) -> None:
    tidy.put("/robots.txt", "User-agent: *\nDisallow: /story\n", "text/plain")
    found = look(f"{tidy.url}/")
    assert not [path for _, path in tidy.seen if path.startswith("/story")]
    assert any("robots.txt" in note for note in found.notes)
    assert found.article == f"{tidy.url}/story-1", "a person may read it"


@pytest.mark.parametrize(
    "text",
    [
        "Sitemap: http://[oops\nSitemap: ftp://x/news.xml\nSitemap:",
        "<!doctype html><html><body>User-agent: *\nDisallow: /</body></html>",
        "\x00\xff" * 500,
        "Disallow: /\n" * 5000,
    ],
)
def test_a_robots_txt_that_is_none(tidy: Site, look: Look, text: str) -> None:
    tidy.put("/robots.txt", text, "text/plain")
    assert of_kind(look(f"{tidy.url}/"), SourceKind.FEED) == (f"{tidy.url}/feed/",)


def test_each_thing_is_asked_for_once(tidy: Site, look: Look, said: list[str]) -> None:
    look(f"{tidy.url}/")
    paths = [path for _, path in tidy.seen]
    assert len(paths) == len(set(paths)) <= 6
    assert len(said) >= len(paths), "each step is told"


def test_a_front_page_that_is_the_source_is_asked_for_once(site: Site, look: Look) -> None:
    links = "".join(
        f'<h2><a href="/2026/council-votes-on-plan-{n}">Council votes on plan {n} at last</a></h2>'
        for n in range(5)
    )
    page(site, "/", body=links)
    found = look(f"{site.url}/")
    assert of_kind(found, SourceKind.PAGE) == (f"{site.url}/",)
    assert [path for _, path in site.seen].count("/") == 1


def test_a_site_that_promises_much_is_asked_for_little(tidy: Site, look: Look) -> None:
    alternates = "".join(
        f'<link rel="alternate" hreflang="{code}" href="{tidy.url}/{code}/">'
        for code in ("es", "pt", "fr", "de", "it", "ca", "tr", "ar")
    )
    feeds = "".join(feed_link(path) for path in ("/a", "/b", "/c", "/feed/"))
    page(tidy, "/", API + feeds + alternates)
    wordpress(tidy)
    tidy.put("/robots.txt", "Sitemap: /news-1.xml\nSitemap: /news-2.xml\n", "text/plain")
    found = look(f"{tidy.url}/")
    assert of_kind(found, SourceKind.FEED) == (f"{tidy.url}/feed/",)
    assert len(tidy.seen) == MOST_REQUESTS


def test_a_home_page_that_moves_inside_its_host(tidy: Site, look: Look) -> None:
    tidy.put("/home.php", tidy.pages["/"][2])
    tidy.put("/", "", status=302, Location="/home.php")
    assert look(f"{tidy.url}/").url == f"{tidy.url}/"


@pytest.mark.parametrize(
    "url", ["", "harbour", "ftp://harbour.example/", "https://", "http://[::1", "a b.example", "/x"]
)
def test_what_is_no_address(look: Look, url: str) -> None:
    with pytest.raises(UsageError, match="is no web address"):
        look(url)


def test_the_scheme_may_be_left_out(tidy: Site, look: Look) -> None:
    assert look(tidy.url.removeprefix("http://")).url == f"{tidy.url}/"


def test_a_site_that_is_not_there(site: Site, look: Look) -> None:
    with pytest.raises(FetchError, match="404"):
        look(f"{site.url}/")


def test_a_private_address_is_refused_with_what_to_do(tidy: Site) -> None:
    with (
        Session(deadline=timedelta(seconds=5)) as public,
        pytest.raises(FetchError, match=r"allow_private_addresses = true in bot\.toml"),
    ):
        survey(public, tidy.url, now=datetime.now(UTC), say=lambda _: None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"", "text/html"),
        (b"{}", "application/json"),
        (b"\x00" * 5000, "text/html"),
    ],
)
def test_what_is_no_page_tells_nothing(site: Site, look: Look, body: bytes, kind: str) -> None:
    site.put("/", body, kind)
    found = look(f"{site.url}/")
    assert found.channels == {}
    assert found.name == "127.0.0.1"
