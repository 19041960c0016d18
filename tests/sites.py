"""Five sites as they are found: each of another kind, with the traps of its kind.

Each is served by one `world.Site`. `channels` is what a person would say that the site
lists; `publish` puts one more article on it, and gives what a teaser of it must tell.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import ClassVar
from zoneinfo import ZoneInfo

from stories import STORIES, Story
from world import JPEG, Site, ago

HTML, XML = "text/html; charset=UTF-8", "text/xml; charset=UTF-8"


@dataclass(frozen=True)
class Told:
    """An article as its site shows it."""

    story: Story
    number: int
    url: str
    at: datetime


@dataclass
class Sample:
    """A site with what is true of it. Subclasses say how it is served."""

    site: Site
    articles: list[Told] = field(default_factory=list)  # newest first

    name = ""
    language = ""
    timezone = ""
    stories: ClassVar[tuple[Story, ...]] = ()  # the last two are kept back, to be published
    channels: ClassVar[Mapping[str, str]] = {}  # what is surely its own

    def __post_init__(self) -> None:
        self.start = f"{self.site.url}/"  # what a newcomer types
        for number, story in enumerate(self.stories[:-2]):
            self._add(story, ago(days=len(self.stories) - number, hours=3))
        self.serve()

    def publish(self) -> Told:
        """Put the next article on the site, and give it."""
        told = self._add(self.stories[len(self.articles)], ago(minutes=20 - len(self.articles)))
        self.serve()
        return told

    def _add(self, story: Story, at: datetime) -> Told:
        number = 4711 + 13 * len(self.articles)
        told = Told(story, number, self.site.url + self.path(story, number), at)
        self.articles.insert(0, told)
        return told

    def path(self, story: Story, number: int) -> str:
        """The address of an article on this site."""
        raise NotImplementedError

    def serve(self) -> None:
        """Put everything that the site has into place."""
        raise NotImplementedError

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.timezone))


def paragraphs(story: Story) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in story.body)


def rss(title: str, link: str, items: Iterable[str], extra: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{escape(title)}</title><link>{link}</link>{extra}{''.join(items)}</channel></rss>"
    )


def ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


# ------------------------------------------------------------------------- WordPress


class Tidewater(Sample):
    """WordPress with an SEO plugin: everything is declared, and much that is not the site's.

    The comments feed stands first; the author has an X account of his own; share links
    stand beside follow links; the feed holds a piece that needs a password.
    """

    name = "The Tidewater Post"
    language = "en"
    timezone = "Europe/Dublin"
    stories = STORIES["en"]
    channels: ClassVar = {
        "twitter": "tidewaterpost",
        "facebook": "tidewaterpost",
        "instagram": "tidewater.post",
        "youtube": "@tidewaterpost",
    }
    secret = "minutes-of-the-board"

    def path(self, story: Story, number: int) -> str:
        return f"/{story.section.lower()}/{story.slug}/"

    def serve(self) -> None:
        home = self.site.url
        api = f'<{home}/wp-json/>; rel="https://api.w.org/"'
        front = "".join(
            f'<article class="post"><h2><a href="{told.url}">{escape(told.story.headline)}</a></h2>'
            f"<p>{escape(told.story.dek)}</p></article>"
            for told in self.articles
        )
        self.site.put("/", self._page(self.name, "home blog", "", front), HTML, Link=api)
        for told in self.articles:
            self._serve_article(told, api)
        self._serve_protected()
        self._serve_feeds()
        self._serve_api()
        self.site.put(
            "/robots.txt",
            f"User-agent: *\nDisallow: /wp-admin/\n\nSitemap: {home}/wp-sitemap.xml\n",
            "text/plain; charset=utf-8",
        )
        self._serve_sitemaps()
        self.site.put("/wp-content/uploads/photo.jpg", JPEG, "image/jpeg")

    def _page(self, title: str, body_class: str, head: str, main: str, feed: str = "") -> str:
        home, name = self.site.url, self.name
        organisation = {
            "@context": "https://schema.org",
            "@graph": [
                {
                    "@type": "WebSite",
                    "@id": f"{home}/#website",
                    "url": f"{home}/",
                    "name": name,
                    "publisher": {"@id": f"{home}/#organization"},
                    "inLanguage": "en-US",
                },
                {
                    "@type": ["Organization", "NewsMediaOrganization"],
                    "@id": f"{home}/#organization",
                    "name": name,
                    "url": f"{home}/",
                    "sameAs": [
                        "https://www.facebook.com/tidewaterpost/",
                        "https://x.com/tidewaterpost",
                        "https://www.instagram.com/tidewater.post/",
                        "https://www.youtube.com/@tidewaterpost",
                    ],
                },
            ],
        }
        return (
            f'<!DOCTYPE html><html lang="en-US"><head><meta charset="UTF-8">'
            f"<title>{escape(title)}</title>"
            f'<link rel="alternate" type="application/rss+xml" title="{name} » Comments Feed" '
            f'href="{home}/comments/feed/"><link rel="alternate" type="application/rss+xml" '
            f'title="{name} » Feed" href="{home}/feed/">{feed}'
            f'<link rel="https://api.w.org/" href="{home}/wp-json/">'
            f'<meta name="generator" content="WordPress 6.9">'
            f'<meta property="og:site_name" content="{name}">'
            f'<meta name="twitter:site" content="@tidewaterpost">{ld(organisation)}{head}</head>'
            f'<body class="{body_class}"><header id="masthead"><a href="{home}/">{name}</a>'
            f'<nav><a href="{home}/category/city/">City</a></nav></header>{main}'
            f'<footer class="site-footer"><ul class="social-links">'
            f'<li><a href="https://www.facebook.com/tidewaterpost">Facebook</a></li>'
            f'<li><a href="https://twitter.com/tidewaterpost">Twitter</a></li>'
            f'<li><a href="https://www.instagram.com/tidewater.post/">Instagram</a></li>'
            f'<li><a href="https://www.youtube.com/@tidewaterpost?sub_confirmation=1">YouTube</a>'
            f'</li></ul><a href="https://wordpress.org/">Proudly powered by WordPress</a>'
            f'<a href="https://twitter.com/wordpress">WordPress on X</a></footer></body></html>'
        )

    def _serve_article(self, told: Told, api: str) -> None:
        home, story = self.site.url, told.story
        person = f"{home}/author/{story.author.split()[0].lower()}/"
        when = self.local(told.at).isoformat(timespec="seconds")
        node = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.headline,
            "mainEntityOfPage": {"@id": told.url},
            "datePublished": when,
            "dateModified": when,
            "author": {
                "@type": "Person",
                "name": story.author,
                "url": person,
                "sameAs": ["https://x.com/writes_at_night"],
            },
            "publisher": {"@id": f"{home}/#organization"},
            "articleSection": [story.section],
            "image": {
                "@type": "ImageObject",
                "url": f"{home}/wp-content/uploads/photo.jpg",
                "width": 1200,
                "height": 800,
            },
            "inLanguage": "en-US",
        }
        head = (
            f'<link rel="canonical" href="{told.url}">'
            f"<link rel='shortlink' href='{home}/?p={told.number}'>"
            f'<meta property="og:type" content="article">'
            f'<meta property="og:title" content="{escape(story.headline)}">'
            f'<meta property="og:description" content="{escape(story.dek)}">'
            f'<meta property="og:image" content="{home}/wp-content/uploads/photo.jpg">'
            f'<meta property="article:published_time" content="{when}">{ld(node)}'
        )
        main = (
            f'<main><article id="post-{told.number}"><h1 class="entry-title">'
            f'{escape(story.headline)}</h1><p class="entry-subtitle">{escape(story.dek)}</p>'
            f'<p class="byline">By <a rel="author" href="{person}">{story.author}</a> '
            f'<a href="https://twitter.com/writes_at_night">@writes_at_night</a> '
            f'<time class="entry-date" datetime="{when}">{told.at:%B %d, %Y}</time></p>'
            f'<div class="sharedaddy"><a href="https://www.facebook.com/sharer/sharer.php?u='
            f'{told.url}">Share</a><a href="https://twitter.com/intent/tweet?url={told.url}'
            f'&amp;via=tidewaterpost">Tweet</a><a href="whatsapp://send?text={told.url}">Send</a>'
            f'</div><figure><img src="/wp-content/uploads/photo.jpg" alt="The harbour at dawn." '
            f'width="1200" height="800"><figcaption>The harbour at dawn. Photo: Ana Reis'
            f'</figcaption></figure><div class="entry-content">{paragraphs(story)}</div>'
            f"</article></main>"
        )
        feed = (
            f'<link rel="alternate" type="application/rss+xml" title="{self.name} » '
            f'{escape(story.headline)} Comments Feed" href="{told.url}feed/">'
        )
        body = f"wp-singular post-template-default single single-post postid-{told.number}"
        page = self._page(f"{story.headline} - {self.name}", body, head, main, feed)
        self.site.put(told.url.removeprefix(home), page, HTML, Link=api)

    def _serve_protected(self) -> None:
        form = (
            '<main><article id="post-4800"><h1 class="entry-title">Protected: Minutes of the '
            'Board</h1><form action="/wp-login.php?action=postpass" class="post-password-form" '
            'method="post"><p>This content is password-protected. To view it, please enter the '
            'password below.</p><input name="post_password" type="password"></form></article>'
            "</main>"
        )
        body = "single single-post postid-4800"
        page = self._page(f"Protected: Minutes of the Board - {self.name}", body, "", form)
        self.site.put(f"/city/{self.secret}/", page, HTML)

    def _serve_feeds(self) -> None:
        home = self.site.url
        items = [
            f"<item><title>{escape(told.story.headline)}</title><link>{told.url}</link>"
            f"<dc:creator><![CDATA[{told.story.author}]]></dc:creator>"
            f"<pubDate>{format_datetime(told.at)}</pubDate>"
            f"<category><![CDATA[{told.story.section}]]></category>"
            f'<guid isPermaLink="false">{home}/?p={told.number}</guid>'
            f"<description><![CDATA[<p>{told.story.dek}</p>]]></description></item>"
            for told in self.articles
        ]
        if len(self.articles) > len(self.stories) - 2:  # with the first that is published
            items.insert(
                0,
                f"<item><title>Protected: Minutes of the Board</title>"
                f"<link>{home}/city/{self.secret}/</link><pubDate>{format_datetime(ago(minutes=9))}"
                f'</pubDate><guid isPermaLink="false">{home}/?p=4800</guid><description><![CDATA['
                f"There is no excerpt because this is a protected post.]]></description></item>",
            )
        self.site.put("/feed/", rss(self.name, home, items), "application/rss+xml; charset=UTF-8")
        comment = (
            f"<item><title>By: a reader</title><link>{self.articles[-1].url}#comment-1</link>"
            f"<guid>{self.articles[-1].url}#comment-1</guid><description>Well said.</description>"
            f"</item>"
        )
        comments = rss(f"Comments for {self.name}", home, [comment])
        self.site.put("/comments/feed/", comments, "application/rss+xml; charset=UTF-8")

    def _serve_api(self) -> None:
        home = self.site.url
        root = {
            "name": self.name,
            "description": "News from the tideline",
            "url": home,
            "home": home,
            "gmt_offset": "0",
            "timezone_string": self.timezone,
            "namespaces": ["oembed/1.0", "wp/v2"],
        }
        posts = [
            {
                "id": told.number,
                "date_gmt": f"{told.at:%Y-%m-%dT%H:%M:%S}",
                "modified_gmt": f"{told.at:%Y-%m-%dT%H:%M:%S}",
                "guid": {"rendered": f"{home}/?p={told.number}"},
                "link": told.url,
                "status": "publish",
                "type": "post",
                "title": {"rendered": escape(told.story.headline)},
                "content": {"rendered": "", "protected": False},
                "excerpt": {"rendered": f"<p>{told.story.dek}</p>", "protected": False},
            }
            for told in self.articles
        ]
        kind = "application/json; charset=UTF-8"
        self.site.put("/wp-json/", json.dumps(root), kind)
        self.site.put("/wp-json/wp/v2/posts", json.dumps(posts), kind)

    def _serve_sitemaps(self) -> None:
        home, space = self.site.url, 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        self.site.put(
            "/wp-sitemap.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><sitemapindex {space}><sitemap><loc>{home}'
            f"/wp-sitemap-posts-post-1.xml</loc></sitemap><sitemap><loc>{home}"
            f"/wp-sitemap-users-1.xml</loc></sitemap></sitemapindex>",
            "application/xml; charset=UTF-8",
        )
        rows = "".join(f"<url><loc>{told.url}</loc></url>" for told in self.articles)
        self.site.put(
            "/wp-sitemap-posts-post-1.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><urlset {space}>{rows}</urlset>',
            "application/xml; charset=UTF-8",
        )


# ------------------------------------------------------------------------------ SPIP

MONTHS_FR = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
DAYS_FR = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


class CourrierDesDocks(Sample):
    """SPIP in French: no JSON-LD, canonical, feed link or machine-readable date.

    Follow and share links stand side by side; the description is escaped twice; the
    X account is written with an @ in its address.
    """

    name = "Le Courrier des Docks"
    language = "fr"
    timezone = "Europe/Paris"
    stories = STORIES["fr"]
    channels: ClassVar = {
        "twitter": "CourrierDocks",
        "facebook": "courrierdesdocks",
        "youtube": "UCa1b2c3d4e5f6g7h8i9j0k1",
    }

    def path(self, story: Story, number: int) -> str:
        return f"/spip.php?article{number}"

    def serve(self) -> None:
        links = "".join(
            f'<li class="hentry"><a href="spip.php?article{told.number}" rel="bookmark">'
            f"{escape(told.story.headline)}</a><p>{escape(told.story.dek)}</p></li>"
            for told in self.articles
        )
        self.site.put(
            "/", self._page(self.name, "", f"<ul>{links}</ul>"), "text/html; charset=utf-8"
        )
        for told in self.articles:
            self._serve_article(told)
        items = [
            f'<item xml:lang="fr"><title>{escape(told.story.headline)}</title><link>{told.url}'
            f'</link><guid isPermaLink="true">{told.url}</guid>'
            f"<dc:date>{told.at:%Y-%m-%dT%H:%M:%SZ}</dc:date><dc:format>text/html</dc:format>"
            f"<dc:language>fr</dc:language><dc:creator>{told.story.author}</dc:creator>"
            f"<description>{escape('<p>' + told.story.dek + '</p>')}</description></item>"
            for told in self.articles
        ]
        feed = rss(self.name, f"{self.site.url}/", items, "<language>fr</language>")
        self.site.put("/spip.php?page=backend", feed, XML)
        self.site.put("/IMG/arton1.jpg", JPEG, "image/jpeg")

    def _page(self, title: str, head: str, main: str, share: str = "") -> str:
        return (
            f'<!DOCTYPE html><html dir="ltr" lang="fr"><head><title>{escape(title)}</title>'
            f'<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
            f'<meta name="generator" content="SPIP 3.2.19">{head}</head><body class="page">'
            f'<div id="entete"><a rel="start home" href="/">{self.name}</a>'
            f'<a href="https://www.facebook.com/courrierdesdocks/"><img src="fb.png" alt=""></a>'
            f'<a href="https://twitter.com/@CourrierDocks"><img src="tw.png" alt=""></a>'
            f'<a href="https://www.youtube.com/channel/UCa1b2c3d4e5f6g7h8i9j0k1">'
            f'<img src="yt.png" alt=""></a>{share}</div><div id="contenu">{main}</div>'
            f"</body></html>"
        )

    def _serve_article(self, told: Told) -> None:
        story, at = told.story, self.local(told.at)
        dek = escape(escape(f"<p>{story.dek}</p>"))
        head = (
            f'<meta name="description" content="{dek}">'
            f'<meta property="og:title" content="{escape(story.headline)}">'
            f'<meta property="og:description" content="{dek}">'
            f'<meta property="og:image" content="{self.site.url}/IMG/arton1.jpg">'
        )
        share = (
            f'<a href="http://www.facebook.com/sharer.php?u={told.url}">Partager</a>'
            f'<a href="https://twitter.com/share?url={told.url}&amp;via=CourrierDocks">Tweeter</a>'
            f'<a href="whatsapp://send?text={told.url}">WhatsApp</a>'
        )
        written = f"{DAYS_FR[at.weekday()]} {at.day} {MONTHS_FR[at.month - 1]} {at.year}"
        main = (
            f'<div class="cartouche"><h1 class="titre">{escape(story.headline)}</h1>'
            f'<div class="chapo"><p>{escape(story.dek)}</p></div><p class="info-publi">{written}, '
            f'par <span class="auteur">{story.author}</span></p></div>'
            f'<img class="spip_logo" src="IMG/arton1.jpg" alt="" width="900" height="600">'
            f'<div class="texte">{paragraphs(story)}</div>'
            f'<a href="spip.php?page=gacetilla-articulo&amp;id_article={told.number}">Imprimer</a>'
        )
        title = f"{story.headline} - {self.name}"
        self.site.put(
            f"/spip.php?article{told.number}",
            self._page(title, head, main, share),
            "text/html; charset=utf-8",
        )


# ---------------------------------------------------------------------- two languages


class ElMuelle(Sample):
    """WordPress in two languages: a front page, a feed and an X account for each.

    The pages name each other by hreflang. One Facebook page and one Instagram account
    stand for both; which X account is the site's cannot be known from the page.
    """

    name = "El Muelle"
    language = "es"
    timezone = "Europe/Madrid"
    stories = (
        *STORIES["es"][:2],
        STORIES["pt"][0],
        STORIES["es"][2],
        STORIES["pt"][1],
    )
    channels: ClassVar = {"facebook": "elmuelle.info", "instagram": "elmuelle.info"}

    def path(self, story: Story, number: int) -> str:
        return f"/{'pt/' if story.language == 'pt' else ''}{story.slug}/"

    def serve(self) -> None:
        for language, start in (("es", "/"), ("pt", "/pt/")):
            own = [told for told in self.articles if told.story.language == language]
            front = "".join(
                f'<h2 class="entry-title"><a href="{told.url}">'
                f"{escape(told.story.headline)}</a></h2>"
                for told in own
            )
            self.site.put(start, self._page(language, self.name, "home", "", front), HTML)
            items = [
                f"<item><title>{escape(told.story.headline)}</title><link>{told.url}</link>"
                f"<pubDate>{format_datetime(told.at)}</pubDate><category>{told.story.section}"
                f'</category><guid isPermaLink="false">{self.site.url}/?p={told.number}</guid>'
                f"</item>"
                for told in own
            ]
            extra = f"<language>{'es-ES' if language == 'es' else 'pt-PT'}</language>"
            feed = rss(self.name, self.site.url + start, items, extra)
            self.site.put(f"{start}feed/", feed, "application/rss+xml; charset=UTF-8")
            for told in own:
                self._serve_article(told)
        self.site.put("/foto.jpg", JPEG, "image/jpeg")

    def _page(self, language: str, title: str, body: str, head: str, main: str) -> str:
        home = self.site.url
        locale = {"es": "es-ES", "pt": "pt-PT"}[language]
        start = "/" if language == "es" else "/pt/"
        handle = {"es": "elmuelle_es", "pt": "elmuelle_pt"}
        return (
            f'<!DOCTYPE html><html lang="{locale}"><head><meta charset="UTF-8">'
            f"<title>{escape(title)}</title>"
            f'<link rel="alternate" type="application/rss+xml" title="{self.name} » Feed" '
            f'href="{home}{start}feed/"><meta property="og:site_name" content="{self.name}">'
            f'<link rel="alternate" href="{home}/" hreflang="es">'
            f'<link rel="alternate" href="{home}/pt/" hreflang="pt">{head}</head>'
            f'<body class="{body}"><header><a href="{home}{start}">{self.name}</a>'
            f'<ul class="lang"><li><a hreflang="es" href="{home}/">Español</a></li>'
            f'<li><a hreflang="pt" href="{home}/pt/">Português</a></li></ul><div class="social">'
            f'<a href="https://www.facebook.com/elmuelle.info">Facebook</a>'
            f'<a href="https://www.instagram.com/elmuelle.info/">Instagram</a>'
            f'<a href="https://x.com/{handle["es"]}">X (es)</a>'
            f'<a href="https://x.com/{handle["pt"]}">X (pt)</a></div></header>{main}</body></html>'
        )

    def _serve_article(self, told: Told) -> None:
        story, when = told.story, self.local(told.at).isoformat(timespec="seconds")
        head = (
            f'<link rel="canonical" href="{told.url}"><meta property="og:type" content="article">'
            f'<meta property="og:title" content="{escape(story.headline)}">'
            f'<meta property="og:description" content="{escape(story.dek)}">'
            f'<meta property="og:image" content="{self.site.url}/foto.jpg">'
            f'<meta property="article:published_time" content="{when}">'
            f'<meta name="author" content="{story.author}">'
        )
        main = (
            f'<article id="post-{told.number}"><h1 class="entry-title">'
            f'{escape(story.headline)}</h1><p class="entry-subtitle">{escape(story.dek)}</p>'
            f'<p class="byline">Por <a rel="author" href="/autor/">{story.author}</a></p>'
            f'<img src="/foto.jpg" alt="El puerto." width="1200" height="800">'
            f'<div class="entry-content">{paragraphs(story)}</div></article>'
        )
        body = f"single single-post postid-{told.number}"
        page = self._page(story.language, f"{story.headline} – {self.name}", body, head, main)
        self.site.put(told.url.removeprefix(self.site.url), page, HTML)


# ------------------------------------------------------------------------ made by hand

MONTHS_DE = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)


class Hafenblatt(Sample):
    """Written by hand, in ISO-8859-1: no feed, no sitemap, no dates but in words.

    Links are relative, the page says its character set only itself, and one Facebook
    page is all that it is on.
    """

    name = "Hafenblatt Nord"
    language = "de"
    timezone = "Europe/Berlin"
    stories = STORIES["de"]
    channels: ClassVar = {"facebook": "hafenblattnord"}

    def path(self, story: Story, number: int) -> str:
        return f"/artikel/{story.slug}.html"

    def serve(self) -> None:
        rows = "".join(
            f'<tr><td>{self._written(told)}</td><td><a href="artikel/{told.story.slug}.html">'
            f"{escape(told.story.headline)}</a><br>{escape(told.story.dek)}</td></tr>"
            for told in self.articles
        )
        front = self._page(self.name, f"<h2>Aktuell</h2><table>{rows}</table>", "")
        for path in ("/", "/index.html"):
            self._put(path, front)
        self._put("/impressum.html", self._page("Impressum", "<p>Verlag Hafenblatt</p>", ""))
        for told in self.articles:
            story = told.story
            main = (
                f"<h1>{escape(story.headline)}</h1><p><b>{escape(story.dek)}</b></p>"
                f"<p><i>Von {story.author}, {self._written(told)}</i></p>"
                f'<p><img src="../bilder/hafen.jpg" width="800" height="500" alt="Der Hafen"></p>'
                f"{paragraphs(story)}"
            )
            self._put(self.path(story, 0), self._page(story.headline, main, "../"))
        self.site.put("/bilder/hafen.jpg", JPEG, "image/jpeg")

    def _put(self, path: str, page: str) -> None:
        self.site.put(path, page.encode("iso-8859-1", "xmlcharrefreplace"), "text/html")

    def _written(self, told: Told) -> str:
        at = self.local(told.at)
        return f"{at.day}. {MONTHS_DE[at.month - 1]} {at.year}"

    def _page(self, title: str, main: str, up: str) -> str:
        return (
            '<HTML LANG="de"><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; '
            f'charset=iso-8859-1"><TITLE>{escape(title)} | {self.name}</TITLE></HEAD>'
            f'<BODY BGCOLOR="#ffffff"><TABLE WIDTH="100%"><TR><TD VALIGN="top" ID="navigation">'
            f'<A HREF="{up}index.html">Start</A><BR><A HREF="{up}impressum.html">Impressum</A><BR>'
            f'<A HREF="mailto:redaktion@hafenblatt.example">Leserbrief</A><BR><A HREF='
            f'"https://de-de.facebook.com/hafenblattnord/">Besuchen Sie uns auf Facebook</A></TD>'
            f"<TD>{main}</TD></TR></TABLE></BODY></HTML>"
        )


# ------------------------------------------------------------------------- half broken


class GazzettaDelMolo(Sample):
    """Half broken: RDF in a wrong encoding and without ids, lying dates, moved addresses.

    The front page has moved, as has every address of the feed; one entry has no link, and
    one a date of 1970. The news sitemap is named in robots.txt alone. JSON-LD ends in a
    comma too many; a default picture stands on every page; the author's X account is in
    the byline, the outlet's in the footer, and twitter:site names who made the theme.
    """

    name = "La Gazzetta del Molo"
    language = "it"
    timezone = "Europe/Rome"
    stories = STORIES["it"]
    channels: ClassVar = {"twitter": "gazzettamolo", "facebook": "gazzettadelmolo"}

    def path(self, story: Story, number: int) -> str:
        return f"/notizie/{number}/{story.slug}"

    def serve(self) -> None:
        home = self.site.url
        self.site.put("/", "", status=301, Location="/home/")
        front = "".join(
            f'<div class="news"><a href="/notizie/{told.number}">{escape(told.story.headline)}</a>'
            f"</div>"
            for told in self.articles
        )
        self.site.put("/home/", self._page(self.name, "", front), "text/html")
        for told in self.articles:
            self.site.put(
                f"/notizie/{told.number}", "", status=301, Location=told.url.removeprefix(home)
            )
            self._serve_article(told)
        self._serve_rdf()
        self.site.put(
            "/robots.txt", f"User-agent: *\nAllow: /\nSitemap: {home}/news.xml", "text/plain"
        )
        rows = "".join(
            f"<url><loc>{told.url}?ref=rss</loc><news:news><news:publication><news:name>{self.name}"
            f"</news:name><news:language>it</news:language></news:publication>"
            f"<news:publication_date>{self.local(told.at).isoformat(timespec='minutes')}"
            f"</news:publication_date><news:title>{escape(told.story.headline)}</news:title>"
            f"</news:news></url>"
            for told in self.articles
            if told.at > ago(days=2)
        )
        self.site.put(
            "/news.xml",
            '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/'
            'sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
            f"{rows}</urlset>",
            XML,
        )
        self.site.put("/share-default.png", JPEG, "image/jpeg")
        self.site.put("/foto/molo.jpg", JPEG, "image/jpeg")

    def _serve_rdf(self) -> None:
        """Say UTF-8 and send Windows-1252; every entry has the site for its id."""
        items = "".join(
            f'<item rdf:about="{self.site.url}/"><title>{escape(told.story.headline)}</title>'
            f"<link>http://{self.site.url.split('//')[1]}/notizie/{told.number}</link>"
            f"<dc:date>{self._lie(place, told)}</dc:date>"
            f"<description>{escape(told.story.dek)}</description></item>"
            for place, told in enumerate(self.articles)
        )
        feed = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/'
            '22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f'<channel rdf:about="{self.site.url}/"><title>{self.name}</title>'
            f"<link>{self.site.url}/</link></channel>"
            f"<item><title>Abbonati alla Gazzetta</title><description>È facile</description></item>"
            f"{items}</rdf:RDF>"
        )
        self.site.put("/rss.rdf", feed.encode("cp1252"), "text/plain")

    def _lie(self, place: int, told: Told) -> str:
        return "1970-01-01T00:00:00Z" if place % 2 else f"{told.at:%Y-%m-%dT%H:%M:%SZ}"

    def _page(self, title: str, head: str, main: str) -> str:
        return (
            f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(title)}</title>'
            f'<link rel="alternate" type="application/rss+xml" title="Notizie" href="/rss.rdf">'
            f'<meta property="og:locale" content="it_IT"><meta name="twitter:site" content='
            f'"@elegantthemes"><meta property="og:image" content="/share-default.png">{head}'
            f'</head><body><div id="top"><a href="/home/">{self.name}</a></div>{main}'
            f'<div id="footer">Seguici: <a href="//www.facebook.com/gazzettadelmolo">'
            f'Facebook</a> <a href="https://mobile.twitter.com/gazzettamolo?lang=it">Twitter</a>'
            f"</div></body></html>"
        )

    def _serve_article(self, told: Told) -> None:
        story = told.story
        node = json.dumps(
            {
                "@context": "http://schema.org",
                "@type": "NewsArticle",
                "headline": story.headline,
                "datePublished": self.local(told.at).isoformat(timespec="seconds"),
                "author": {"@type": "Person", "name": story.author},
            }
        )
        head = (
            f'<script type="application/ld+json">/*<![CDATA[*/{node[:-1]},}}/*]]>*/</script>'
            f'<meta property="og:url" content="{self.site.url}/home/">'
        )
        main = (
            f'<div class="articolo"><h1>{escape(story.headline)}</h1><h2>{escape(story.dek)}</h2>'
            f'<div class="firma">di {story.author} <a href="https://twitter.com/{story.author[:3]}'
            f'_scrive">segui</a></div><img src="/foto/molo.jpg" alt="Il molo" width="1000" '
            f'height="700">{paragraphs(story)}</div><div class="condividi"><a href="https://www.'
            f'facebook.com/sharer/sharer.php?u={told.url}">Condividi</a><a href="https://twitter.'
            f'com/intent/tweet?url={told.url}&amp;via=gazzettamolo">Tweet</a></div>'
        )
        page = self._page(f"{story.headline} | {self.name}", head, main)
        self.site.put(told.url.removeprefix(self.site.url), page, "text/html")


SITES: dict[str, Callable[[Site], Sample]] = {
    "wordpress": Tidewater,
    "spip": CourrierDesDocks,
    "two languages": ElMuelle,
    "by hand": Hafenblatt,
    "half broken": GazzettaDelMolo,
}
