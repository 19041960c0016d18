"""Two real articles through the real program: a page as it was served, and one rebuilt."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import pytest
from world import ALL_CHANNELS, JPEG, Bot, Site, ago

from bot.language import language

SISTER = "/Antonin-Bernanos-en-prison-depuis-pres-de-deux-mois-en-raison-de-son-militantisme"
QUOTATION = '"en prison depuis près de deux mois en raison de son militantisme"'
CARAVAN = "/new-migrant-caravan-heads-to-the-us-open-the-borders/"

#: All that may stand against a post here: YouTube takes videos alone, a grave matter has none.
NO_VIDEO = {"sensitive-video", "video-missing"}

Posts = Mapping[str, Mapping[str, Any]]


# ------------------------------------------------------ the sister site, as it was served


@pytest.fixture(params=["without a site", "with its site"])
def sister(request: pytest.FixtureRequest, site: Site, bot: Bot, shared_dir: Path) -> Bot:
    """The page at its own path on loopback; what may be fetched from is said in bot.toml."""
    page = shared_dir / "realinput" / "sister-site-article.html"
    site.put(SISTER, page.read_bytes(), "text/html; charset=utf-8")
    if request.param == "with its site":
        bot.configure(
            f'url = "{site.url}/"\nlanguage = "fr"\ntimezone = "Europe/Paris"\n{ALL_CHANNELS}'
        )
    else:
        (bot.folder / "config").mkdir()
        (bot.folder / "config" / "bot.toml").write_text("allow_private_addresses = true\n")
    return bot


def test_the_page_of_the_sister_site(sister: Bot, site: Site) -> None:
    url = site.url + SISTER
    shown = sister.json("preview", url)
    article, posts = shown["article"], {post["platform"]: post for post in shown["posts"]}
    assert article["headline"] == f"Antonin Bernanos ’{QUOTATION}"
    assert article["dek"].startswith("Antonin Bernanos, antifasciste parisien, est en prison")
    assert article["image"]["url"] == "http://www.revolutionpermanente.fr/IMG/arton16445.jpg"
    assert article["body"][0] == "Communiqué de presse Libérons-Les - 12 juin 2019"
    assert len(article["body"]) == 9
    assert (article["authors"], article["language"]) == ([], "fr")
    assert article["published_at"].startswith("2019-06-13T00:00:00"), "by the site's own clock"
    assert set(posts) == {"twitter", "facebook", "instagram", "youtube"}
    assert site.seen == [("GET", SISTER)], "a preview reads the page and nothing else"
    keeps_the_rules(posts, url, article, kicker="Communiqué")
    speaks_one_language(posts, "fr", "en")
    for platform in ("twitter", "instagram", "youtube"):
        assert QUOTATION in posts[platform]["title"] + posts[platform]["text"]

    page = sister("preview", url).out
    assert re.search(r"^Published +2019-06-13 *$", page, re.M)
    assert url in page.replace("\n", "").replace(" ", ""), "the link is shown whole"
    for word in ("X (Twitter)", "Facebook", "Instagram", "YouTube", article["image"]["url"]):
        assert word in page
    assert not list(sister.folder.glob("var/*")), "nothing is stored"


def keeps_the_rules(posts: Posts, url: str, article: Mapping[str, Any], kicker: str) -> None:
    """Hold the teasers against what must hold on each platform, whatever the article."""
    for post in posts.values():
        assert 0 < post["count"] <= post["limit"]
        blocking = {problem["code"] for problem in post["problems"] if problem["blocking"]}
        assert blocking <= NO_VIDEO
        is_careful(post)
        says_nothing_else(post, url, article, kicker)
        assert "@" not in post["text"]
    x, facebook, instagram, youtube = (
        posts[name] for name in ("twitter", "facebook", "instagram", "youtube")
    )
    assert x["text"].endswith(f"\n{url}")
    assert x["text"].count("http") == 1
    assert len(x["text"].removesuffix(url)) <= 200
    assert len(re.findall(r"#\w", x["text"])) <= 2
    assert facebook["link"] == url
    assert "http" not in facebook["text"]
    assert "#" not in facebook["text"]
    assert article["headline"] not in facebook["text"], "the link's card says it"
    assert "http" not in instagram["text"]
    told = [line for line in instagram["text"].split("\n")[1:] if not is_credit(line, article)]
    assert 60 <= len(" ".join(told).split()) <= 150
    assert len(re.findall(r"#\w", instagram["text"])) <= 5
    assert 0 < len(youtube["title"]) <= 100
    assert url in youtube["text"]
    assert article["dek"] in youtube["text"], "the dek stands there whole"


def is_careful(post: Mapping[str, Any]) -> None:
    """A grave matter gets no hashtags and no video, and a person is told."""
    codes = [problem["code"] for problem in post["problems"]]
    if any(code.startswith("sensitive") for code in codes):
        assert not re.search(r"#\w", post["text"])
        assert not [media for media in post["media"] if media["kind"] == "video"]


def says_nothing_else(
    post: Mapping[str, Any], url: str, article: Mapping[str, Any], kicker: str
) -> None:
    """Every line is the article's own, or a label, a credit, hashtags or the link."""
    lines = post["title"].split("\n") + post["text"].split("\n")
    said = " ".join([article["headline"], article["dek"], *article["body"]])
    for line in filter(None, lines):
        words = line.removeprefix(f"{kicker} | ").removesuffix(f" | {kicker}")
        own = all(words_of in said for words_of in re.split(r"(?<=[.!?]) ", words))
        tags = all(word.startswith("#") for word in words.split())
        assert own or tags or words == url or is_credit(words, article), line


def is_credit(line: str, article: Mapping[str, Any]) -> bool:
    first = article["first_publication"]
    names = [*article["authors"], *article["translators"], *([first["sentence"]] if first else [])]
    return any(name in line for name in names)


def speaks_one_language(posts: Posts, code: str, other: str) -> None:
    """No phrase of the other language's catalogue stands in a teaser."""
    strange = set(language(other).phrases.values()) - set(language(code).phrases.values())
    for post in posts.values():
        for phrase in filter(None, strange):
            assert not re.search(rf"\b{re.escape(phrase)}\b", post["text"] + post["title"]), phrase


# ------------------------------------------------- the other article, as WordPress would


@pytest.fixture
def caravan(shared_dir: Path) -> list[str]:
    """The blocks of the page's text: headline, dek, share line with caption, paragraphs."""
    text = (shared_dir / "realinput" / "leftvoice-article-page.txt").read_text("utf-8")
    return [block.strip() for block in text.split("\n\n")]


def wordpress(site: Site, blocks: list[str], section: str) -> str:
    """Build the page as the site's WordPress would: head, share lines, article, what is related."""
    end = next(i for i, block in enumerate(blocks) if block.startswith("Translation by")) + 1
    headline, dek, caption = blocks[1], blocks[2], blocks[3].split("\n")[1]
    story = "".join(f"<p>{escape(block)}</p>" for block in blocks[4:end])
    related = "".join(f"<p>{escape(block)}</p>" for block in blocks[end + 2 :])
    share = f"<div class='sharedaddy'>{escape(blocks[end])}</div>"
    linked = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": headline,
        "datePublished": ago(minutes=5).isoformat(),
        "articleSection": [section],
        "author": {"@type": "Organization", "name": "La Izquierda Diario Mexico"},
        "inLanguage": "en-US",
    }
    return (
        f"<!doctype html><html lang='en-US'><head><meta charset='utf-8'><title>{escape(headline)}"
        f"</title><link rel='canonical' href='{site.url}{CARAVAN}'>"
        f"<meta property='og:type' content='article'>"
        f"<meta property='og:title' content='{escape(headline)}'>"
        f"<meta property='og:description' content='{escape(dek)}'>"
        f"<meta property='og:image' content='{site.url}/caravan.jpg'>"
        f"<script type='application/ld+json'>{json.dumps(linked)}</script></head>"
        f"<body class='single'><nav>{escape(blocks[0])}</nav><main><article>"
        f"<h1 class='entry-title'>{escape(headline)}</h1>"
        f"<p class='entry-subtitle'>{escape(dek)}</p>{share}"
        f"<figure><img src='/caravan.jpg' alt=''><figcaption>{escape(caption)}</figcaption>"
        f"</figure><div class='entry-content'>{story}</div>{share}</article>"
        f"<aside class='related-posts'>{related}</aside></main></body></html>"
    )


@pytest.mark.parametrize("section", ["Latin America", "Opinion"])
def test_the_call_of_the_other_page(site: Site, bot: Bot, caravan: list[str], section: str) -> None:
    bot.configure(
        f'name = "Harbour Post"\nurl = "{site.url}/"\nlanguage = "en"\n'
        f'feeds = ["{site.url}/feed/"]\nnot_authors = ["La Izquierda Diario Mexico"]\n'
        f"{ALL_CHANNELS}"
    )
    site.put(CARAVAN, wordpress(site, caravan, section))
    site.put("/caravan.jpg", JPEG, "image/jpeg")
    url = site.url + CARAVAN
    shown = bot.json("preview", url)
    article, posts = shown["article"], {post["platform"]: post for post in shown["posts"]}
    opinion = section == "Opinion"
    assert article["headline"] == "New Migrant Caravan Heads to the U.S. — Open the Borders"
    assert article["translators"] == ["K.S. Mehta"]
    assert article["first_publication"]["language"] == "es"
    assert article["first_publication"]["outlet"] == "La Izquierda Diario Mexico"
    assert article["image"]["caption"].startswith("Central American migrants in a caravan going")
    assert article["kind"] == ("opinion" if opinion else "news")
    assert len(article["body"]) == 7
    assert "Jujuy" not in " ".join(article["body"]), "what is related is no part of it"
    keeps_the_rules(posts, url, article, kicker="Opinion")
    for post in posts.values():
        labelled = "Opinion | " in post["text"] or " | Opinion" in post["title"]
        assert labelled is opinion
        assert "By La Izquierda" not in post["text"], "not_authors are nobody"
    for platform in ("facebook", "instagram", "youtube"):
        assert "Translation: K.S. Mehta" in posts[platform]["text"]
        assert article["first_publication"]["sentence"] in posts[platform]["text"]


def test_the_call_becomes_posts_that_are_rehearsed(
    site: Site, harbour: Bot, caravan: list[str]
) -> None:
    site.put(CARAVAN, wordpress(site, caravan, "Opinion"))
    site.put("/caravan.jpg", JPEG, "image/jpeg")
    site.feed(site.item(CARAVAN.lstrip("/"), at=ago(minutes=5)))
    harbour("poll", code=None)
    rows = {row["platform"]: row for row in harbour.queue()}
    assert len(rows) == 4
    assert {row["state"] for row in rows.values()} == {"held"}
    sendable = {name: row for name, row in rows.items() if name != "youtube"}
    harbour("approve", *(str(row["id"]) for row in sendable.values()))
    rehearsed = harbour.json("publish", "--dry-run")
    assert {row["post"]["platform"] for row in rehearsed} == set(sendable)
    assert {row["outcome"] for row in rehearsed} == {"published"}
    bodies = json.dumps([row["requests"] for row in rehearsed], ensure_ascii=False)
    assert "Translation: K.S. Mehta" in bodies
