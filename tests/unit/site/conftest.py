"""Pages as content management systems write them, made to order."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

STORY = (
    "The dock workers of the northern harbour stopped work on Monday, and no crane has moved"
    " since.",
    "“We will not go back before the night shift is paid,” said Ana Lee, who speaks for the crews.",
    "The port authority says that eleven ships are waiting outside, among them two with grain.",
)


def wordpress(
    *,
    headline: str = "Dock Workers Stop the Harbour — Eleven Ships Wait",
    dek: str = "No crane has moved in the northern harbour since Monday.",
    story: Sequence[str] = STORY,
    after: str = "",
    caption: str = "Cranes stand still in the northern harbour.",
    alt: str = "",
    lang: str = "en-US",
    section: str = "Labour",
    tags: Sequence[str] = ("Strikes", "Harbours"),
    author: str = "Eva Paz",
    schema: str = "NewsArticle",
    published: str = "2026-11-20T09:30:00+00:00",
    head: str = "",
    jsonld: bool = True,
    url: str = "https://harbour.example/dock-workers-stop/",
) -> bytes:
    """Write an article page as WordPress with Yoast's head does, with all that surrounds it."""
    site = "Harbour Post"
    image = "https://harbour.example/wp-content/uploads/2026/11/cranes.jpg"
    esc = html.escape
    graph: list[dict[str, Any]] = [
        {
            "@type": schema,
            "@id": f"{url}#article",
            "headline": headline,
            "author": {"@id": "https://harbour.example/#/person/1"},
            "datePublished": published,
            "dateModified": "2026-11-21T10:00:00+00:00",
            "mainEntityOfPage": {"@id": url},
            "articleSection": [section] if section else [],
            "keywords": list(tags),
            "image": {"@id": f"{url}#primaryimage"},
            "publisher": {"@id": "https://harbour.example/#organization"},
            "inLanguage": lang,
        },
        {"@type": "WebPage", "@id": url, "url": url, "name": f"{headline} - {site}"},
        {"@type": "ImageObject", "@id": f"{url}#primaryimage", "url": image, "width": 1200},
        {"@type": "WebSite", "@id": "https://harbour.example/#website", "name": site},
        {
            "@type": "Organization",
            "@id": "https://harbour.example/#organization",
            "name": site,
            "logo": {"@type": "ImageObject", "url": "https://harbour.example/mark.png"},
        },
        {"@type": "Person", "@id": "https://harbour.example/#/person/1", "name": author},
    ]
    script = json.dumps({"@context": "https://schema.org", "@graph": graph})
    figure = (
        f'<figure class="wp-block-image"><img src="{image[:-4]}-1024x683.jpg" width="1024"'
        f' height="683" alt="{esc(alt)}"/><figcaption>{esc(caption)}</figcaption></figure>'
    )
    paragraphs = "".join(f"<p>{p if p.startswith('<') else esc(p)}</p>\n" for p in story)
    byline = f'<span class="byline">By <a rel="author" href="/author/x">{esc(author)}</a></span>'
    links = "".join(f'<a href="/tag/{esc(t)}" rel="tag">{esc(t)}</a> ' for t in tags)
    return f"""<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="UTF-8"><title>{esc(headline)} - {site}</title>
<meta name="robots" content="index, follow, max-image-preview:large" />
<link rel="canonical" href="{url}" /><link rel="shortlink" href="https://harbour.example/?p=4711" />
<meta property="og:type" content="article" /><meta property="og:site_name" content="{site}" />
<meta property="og:title" content="{esc(headline)} - {site}" />
<meta property="og:description" content="{esc(dek)}" />
<meta property="og:image" content="{image}" /><meta property="og:image:width" content="1200" />
<meta property="og:image:height" content="800" /><meta name="author" content="admin" />
{f'<script type="application/ld+json">{script}</script>' if jsonld else ""}{head}
</head><body class="post-template-default single single-post postid-4711 has-sidebar">
<header class="site-header"><a href="/"><img src="/mark.png" alt="{site}"></a>
<nav class="menu"><ul><li><a href="/news">News</a></li><li><a href="/opinion">Opinion</a></li></ul>
</nav></header>
<main><article id="post-4711" class="post-4711 post category-labour tag-strikes">
<header class="entry-header"><h1 class="entry-title">{esc(headline)}</h1>
<p class="entry-subtitle">{esc(dek)}</p>
<div class="entry-meta">{byline} <time class="entry-date" datetime="{published}">then</time></div>
</header>{figure}
<div class="sharedaddy"><p>Share this with everybody that you know, wherever they are</p></div>
<div class="entry-content">
{paragraphs}{after}
<div class="sharedaddy sd-sharing"><p>Share this with everybody that you know, on Facebook</p></div>
<p><a href="/other">Read also: the harbour of the south has been quiet for a year</a></p>
<div class="jp-relatedposts"><p>A related piece with a long text about other things.</p></div>
</div><footer class="entry-footer"><span class="cat-links">
<a href="/category/labour" rel="category tag">{esc(section)}</a></span>{links}</footer>
</article><section class="related"><h3>Most recent</h3>
<article><h2><a href="/a">Another piece of news</a></h2><p>By Somebody Else, which tells of
another matter at some length, in order to look like the text of an article to a program.</p>
</article></section></main><aside class="sidebar"><p>Subscribe to our newsletter and read about
everything that happens in the harbour every morning, for nothing at all.</p></aside>
<footer><p>© 2026 {site}, all rights reserved, except those that were never ours.</p></footer>
</body></html>""".encode()


@pytest.fixture(name="wordpress", scope="session")
def wordpress_page() -> Callable[..., bytes]:
    """The maker of a WordPress article page; every part of it can be set."""
    return wordpress
