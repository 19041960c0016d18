"""Read the links of a page, for a site that has neither feed nor sitemap.

A link is taken for an article's by its address and by what stands in it; its title
is the headline that links there. What is taken wrongly costs one request at most:
the first poll only remembers, and a page that is no article is refused when it is
read. What is missed is lost. So a doubtful headline is believed.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from bot.errors import NotAnArticle, NotASource
from bot.identity import bare_host, cms_id, url_key
from bot.model import Entry, Listing
from bot.site import _permalink as permalink
from bot.site._document import Document, classes, text_of

MAX_LINKS: Final = 5_000  # looked at
MAX_ENTRIES: Final = 200
LONGEST: Final = 300  # characters; what is longer is a teaser, not a headline
HEADLINE: Final = 20  # characters; what is shorter names a section

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5"})
_BESIDE: Final = frozenset({"nav", "footer", "aside", "form", "dialog"})
_ROLES: Final = frozenset({"navigation", "contentinfo", "complementary", "search", "menu"})
# Words of a class or id that mark what is beside the new articles.
_BESIDE_WORDS: Final = frozenset(
    """
    nav navbar navigation menu submenu breadcrumb breadcrumbs footer sidebar pagination pager paging
    comment comments share sharing social cookie cookies newsletter popular mostread trending
    mostpopular leidas masleidas tagcloud tags advert advertisement publicidad banner related
    relacionados lang languages language
    """.split()
)
_NOT_WITH: Final = frozenset({"no", "has", "with", "without"})  # "has-sidebar" is no sidebar
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.-]+)""", re.IGNORECASE)


def read(body: bytes, url: str, content_type: str = "", *, now: datetime) -> Listing:
    """List the articles of its own site that the page links to, in the order of the page.

    Menus, footers, sidebars, and what else is marked as standing beside the articles
    are left out. Raises NotASource where `url` answered with no page.
    """
    charset = _CHARSET.search(content_type)
    try:
        doc = Document(body, url, charset[1] if charset else "")
    except NotAnArticle as error:
        raise NotASource(str(error)) from error
    found: dict[str, list[tuple[str, bool]]] = {}
    addresses: dict[str, str] = {}
    for link, address in _links(doc):
        key = url_key(address)
        addresses.setdefault(key, address)
        found.setdefault(key, []).append(_said(link))
    entries = [
        Entry(url=addresses[key], cms_id=cms_id(addresses[key], url), title=title)
        for key, said in found.items()
        if (title := _headline(addresses[key], said)) is not None
    ]
    language = (doc.root.get("lang") or "").lower()
    return Listing(tuple(entries[:MAX_ENTRIES]), doc.title, re.split(r"[-_]", language)[0][:3])


def _links(doc: Document) -> list[tuple[Any, str]]:
    """List the links that may lead to an article, with the address of each."""
    own, beside = url_key(doc.url), _Beside(doc.root)
    found = []
    for link in list(doc.root.iter("a"))[:MAX_LINKS]:
        address = doc.absolute(link.get("href")).partition("#")[0]
        if (
            address
            and bare_host(address) == bare_host(doc.url)
            and url_key(address) != own
            and permalink.could_be_article(address)
            and not beside.holds(link)
        ):
            found.append((link, address))
    return found


def _said(link: Any) -> tuple[str, bool]:
    """Give the words of a link, and whether they are a heading."""
    heading = next((e for e in link.iter(*_HEADINGS)), None)
    if heading is not None:
        return text_of(heading), True
    above = [above.tag for _, above in zip(range(3), link.iterancestors(), strict=False)]
    words = text_of(link) or (link.get("title") or "").strip()
    return words[: LONGEST + 1], not _HEADINGS.isdisjoint(above)


def _headline(address: str, said: list[tuple[str, bool]]) -> str | None:
    """Choose the title that the links to an address give it; None where it is no article's."""
    headings = [words for words, heading in said if heading and words]
    others = [words for words, _ in said if len(words) <= LONGEST]
    title = max(headings or others, key=len, default="")
    told = bool(headings) or len(title) >= HEADLINE
    count, marked = permalink.words(address), permalink.is_marked(address)
    if count >= permalink.ENOUGH_WORDS:
        believed = marked or told
    elif marked:
        believed = told
    else:  # nothing but a short slug: a headline must make up for it
        believed = count > 0 and bool(headings) and len(title) >= HEADLINE
    return title if believed else None


class _Beside:
    """Tells what stands beside the articles; remembers what it was asked."""

    def __init__(self, root: Any) -> None:
        self._known: dict[Any, bool] = {root: False}
        self._most = len(root.findall(".//a")) / 2

    def holds(self, element: Any) -> bool:
        path = []
        while element is not None and element not in self._known:
            path.append(element)
            element = element.getparent()
        beside = self._known.get(element, False)
        for step in reversed(path):
            beside = beside or self._is(step)
            self._known[step] = beside
        return beside

    def _is(self, element: Any) -> bool:
        if element.tag in _BESIDE or (element.get("role") or "").lower() in _ROLES:
            return True
        # What holds most of the links is no sidebar, whatever its class says of one.
        return _is_named_so(classes(element)) and len(element.findall(".//a")) <= self._most


@lru_cache(maxsize=4096)
def _is_named_so(names: str) -> bool:
    words = frozenset(re.split(r"[\s_-]+", names))
    return bool(words & _BESIDE_WORDS and not words & _NOT_WITH)
