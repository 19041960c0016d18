"""What a site knows when it makes posts: how to read an article, and its channels.

Used by the poll, by one-off posts and by the preview, so that an article reads
and looks the same on every way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from urllib.parse import quote, urlsplit, urlunsplit

from bot import http, identity
from bot.desk._illustrate import Studio, illustrate
from bot.desk._outlet import Outlet
from bot.errors import NotAnArticle, UsageError
from bot.model import PLATFORM_ALIASES, Article, Entry, Teaser

__all__ = ["Desk", "Outlet", "Studio", "campaign", "illustrate", "reword", "typed"]

#: Control codes (not the end of a line) and what turns the reading direction unseen.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


@dataclass(frozen=True, slots=True)
class Desk:
    """A site as those who make its posts see it."""

    site: str
    name: str
    home: str
    aliases: Mapping[str, str]  # hosts of the same articles, each with the site's own
    zone: tzinfo
    flood_limit: int
    not_authors: Sequence[str]
    kinds: Mapping[str, Sequence[str]]
    outlets: tuple[Outlet, ...]

    def wanting(self, article: Article) -> tuple[Outlet, ...]:
        """List the channels that are for this article."""
        return tuple(outlet for outlet in self.outlets if outlet.wants(article))

    def among(self, names: Sequence[str]) -> tuple[Outlet, ...]:
        """Find channels by their names; no name means all of them.

        Raises UsageError where one is unknown or the site has none.
        """
        chosen = []
        for name in names:
            either = (name, PLATFORM_ALIASES.get(name, name))
            found = [each for each in self.outlets if each.channel.name in either]
            if not found:
                there = ", ".join(each.channel.name for each in self.outlets) or "none"
                raise UsageError(f"{self.site} has no channel “{name}”; there are: {there}.")
            chosen += found
        if not self.outlets:
            raise UsageError(f"{self.site} has no channels: add one to its file.")
        return tuple(dict.fromkeys(chosen)) or self.outlets

    def read(self, session: http.Session, url: str, entry: Entry | None = None) -> Article:
        """Fetch a page and read its article; what the source knows better stands.

        Raises FetchError where the page cannot be had, NotAnArticle where it is none
        or lies on another site.
        """
        from bot.site import page  # it brings lxml, which a poll without news does not need

        answer = http.fetch(session, url)
        kind = answer.headers.get("Content-Type", "text/html").lower()
        if "html" not in kind:
            raise NotAnArticle(f"{url} is no web page but {kind.split(';')[0]}.")
        elsewhere = identity.bare_host(answer.url) != identity.bare_host(url)
        if elsewhere and not identity.same_site(answer.url, self.home, self.aliases):
            raise NotAnArticle(f"{url} leads to another site, {answer.url}.")
        article = page.read(
            answer.body,
            identity.untracked(answer.url),
            charset=answer.charset,
            timezone=self.zone,
            not_authors=tuple(self.not_authors),
            site_name=self.name,
            kinds=self.kinds,
        )
        if {"noindex", "none"} & set(
            re.split(r"[\s,:]+", answer.headers.get("X-Robots-Tag", "").lower())
        ):
            article = replace(article, noindex=True)
        return article if entry is None else _merge(article, entry, (self.name, *self.not_authors))


def _merge(article: Article, entry: Entry, nobody: Sequence[str]) -> Article:
    folded = {name.casefold() for name in nobody}
    authors = tuple(name for name in entry.authors if name.casefold() not in folded)
    dated = article.published_at is not None and not article.day_only
    return replace(
        article,
        guid=entry.guid,
        cms_id=article.cms_id or entry.cms_id,
        authors=article.authors or authors,
        tags=article.tags or entry.tags,
        language=article.language or entry.language,
        published_at=article.published_at if dated else entry.published_at or article.published_at,
        day_only=article.day_only and entry.published_at is None,
        modified_at=article.modified_at or entry.modified_at,
    )


def typed(words: str) -> str:
    """Leave out of a person's words what no terminal shows, so that nobody approves it unseen."""
    return _UNSEEN.sub("", words.replace("\t", " "))


def reword(teaser: Teaser, text: str, article_url: str, *, add_link: bool) -> Teaser:
    """Put a person's own text into a teaser.

    A link to the article that the text brings, without the campaign, is the
    post's link then; with `add_link` a text that brings none gets the whole link.
    """
    text = typed(text)
    if teaser.link and teaser.link not in text:
        if article_url in text:
            return replace(teaser, text=text, link=article_url)
        if add_link:
            text = f"{text.rstrip()}\n\n{teaser.link}"
    return replace(teaser, text=text)


def campaign(url: str, parameters: Mapping[str, str]) -> str:
    """Add campaign parameters to a link; what it carries stays as it is, but for their namesakes.

    The query is not parsed and written anew: links that repeat a parameter, or
    spell it oddly, must arrive as they were.
    """
    if not parameters:
        return url
    parts = urlsplit(url)
    kept = [
        each for each in parts.query.split("&") if each and each.split("=", 1)[0] not in parameters
    ]
    ours = [f"{name}={quote(value, safe='')}" for name, value in parameters.items()]
    return urlunsplit(parts._replace(query="&".join((*kept, *ours))))
