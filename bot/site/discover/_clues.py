"""What a page says of its site's accounts: each mention of one, and where it stands.

Nothing is judged here but the place: what stands in the byline is kept as such,
so that what weighs the clues can hold it against an account.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from bot import text
from bot.identity import bare_host, same_site
from bot.site._document import Document, plain, within
from bot.site._jsonld import Graph, Node, types
from bot.site.discover._likeness import letters
from bot.site.discover._profile import Profile, handle, may_be, profile, via

MAX_LINKS: Final = 400  # to the networks, of one page
MAX_NODES: Final = 200  # of its JSON-LD
MAX_METAS: Final = 20  # of one name
MAX_DECLARED: Final = 200  # accounts in the data
MAX_DEPTH: Final = 60
GROUP_LEVELS: Final = 6  # how far apart links may stand that are one list of channels
MAX_GROUP: Final = 12  # links; more is a list of people
NEAR: Final = 6  # levels above a link that may call it an author's


@dataclass(frozen=True, slots=True)
class Clue:
    """One mention of an account on a page: what sort of mention, and where it stands."""

    profile: Profile
    kind: str
    where: str = ""  # whose sameAs, the text of the link
    group: int = 0  # of links to several networks that stand together; 0: none


_AUTHOR = re.compile(
    r"author(?!i)|byline|contributor|columnist|journalist|reporter|vcard|(?<![a-z])bio(?![a-z])"
    r"|biogra|auteur|autor(?!i)|signature|firmante|redakteur|autore|yazar|writer|profile-card|speaker"
)
_COMMENT = re.compile(r"comment(?!ar(?:y|ies))|disqus|respond\b|kommentar|comentario|commentaire")
_QUOTE = re.compile(
    r"twitter-tweet|instagram-media|fb-post|fb-video|embed|tweet(?!s?-?button)|pullquote|oembed"
)
_PARTS = re.compile(
    r"(?:entry|article|post|story|single|card|widget|content|block|section|meta|modal|panel|item"
    r"|hentry)[-_]*(?:header|footer|head|foot|nav|top|bottom)"
)
_FOOTER = re.compile(r"footer|colophon|(?<![a-z])foot(?![a-z])|fuss|pie-?(?:de-?)?pagina|piepag")
_HEADER = re.compile(
    r"header|masthead|top-?_?bar|topnav|(?<![a-z])(?:nav|head|menu|top)(?![a-z])|navbar|navigation"
    r"|(?:main|mobile|side|off-?canvas)-?menu|hamburger|cabecera|entete|kopf|drawer"
)
_SIDE = re.compile(r"sidebar|widget|(?<![a-z])(?:aside|rail|column)(?![a-z])")
_SOCIAL = re.compile(
    r"social|follow|(?<![a-z])(?:sns|redes|connect)(?![a-z])|siguenos|seguinos|suivez|folgen|seguici"
    r"|find-?us|stay-?connected|soziale|reseaux"
)
_STORY = re.compile(
    r"(?:entry|article|post|story|artikel|text)[-_]*_?(?:content|body|text|main|copy)"
    r"|articlebody|(?<![a-z])hentry(?![a-z])"
)
_ORGANISATIONS: Final = frozenset({"WebSite", "Corporation", "NGO", "Newspaper", "Brand"})
_AUTHOR_METAS: Final = ("author", "article:author", "parsely-author", "sailthru.author")
_BOXES: Final = ("fb-page", "fb-like-box", "g-ytsubscribe")
_BOX = re.compile("|".join(_BOXES))


def clues(doc: Document, graph: Graph) -> tuple[Clue, ...]:
    """List every mention of an account of the four networks on a page.

    Links that share the page, and single posts, are no mention; the account
    that a share link names as its source is one of kind “via”.
    """
    shown = list(doc.root.iter("a", "iframe"))  # one walk: it costs as much as all the rest
    found = [*islice(_declared(doc, graph), MAX_DECLARED), *_of_head(doc), *_of_links(doc, shown)]
    people = [_spelt(name) for name in _people(doc, graph, shown)]
    found += [
        Clue(each, "author", name)
        for each in dict.fromkeys(clue.profile for clue in found)
        if (name := _named_after(each, people))
    ]
    return tuple(dict.fromkeys(found))


# ------------------------------------------------------------- said for machines


def _declared(doc: Document, graph: Graph) -> Iterator[Clue]:
    """List what the page's JSON-LD and microdata say that organisation and author are, too."""
    nodes = graph.nodes
    for node in (*nodes[:MAX_NODES], *_things(graph, "publisher")):
        if _is_organisation(node):
            yield from _same(node, "elsewhere" if _is_elsewhere(node, doc.url) else "sameAs")
    for node in (*nodes[:MAX_NODES], *_things(graph, "author")):
        if "Person" in types(node) and not _is_organisation(node):
            yield from _same(node, "author")
    for element in _marked(doc)[:MAX_NODES]:
        address = element.get("href") or element.get("content") or ""
        around = islice(element.iterancestors(), MAX_DEPTH)
        scope = next(
            (e.get("itemtype") or "" for e in around if e.get("itemscope") is not None), ""
        )
        if found := profile(address):
            yield Clue(found, "author" if "Person" in scope else "sameAs", scope.rpartition("/")[2])


def _marked(doc: Document) -> list[Any]:
    return doc.microdata.get("sameAs", []) if "sameAs" in doc.source else []


def _things(graph: Graph, key: str) -> list[Node]:
    each = (thing for node in graph.nodes for thing in graph.things(node.get(key)))
    return list(islice(each, MAX_NODES))


def _is_organisation(node: Node) -> bool:
    return any(t.endswith("Organization") or t in _ORGANISATIONS for t in types(node))


def _is_elsewhere(node: Node, url: str) -> bool:
    """Tell whether an organisation says that its site is another: a sister, a subject."""
    home = node.get("url")
    host = bare_host(home) if isinstance(home, str) else ""
    return "." in host and bool(bare_host(url)) and not same_site(str(home), url)


def _same(node: Node, kind: str) -> Iterator[Clue]:
    value = node.get("sameAs")
    for address in (value if isinstance(value, list) else [value])[:50]:
        if isinstance(address, str) and (found := profile(address)):
            yield Clue(found, kind, plain(node.get("name")))


def _of_head(doc: Document) -> Iterator[Clue]:
    sites = {
        found.key
        for value in islice(doc.metas("twitter:site"), MAX_METAS)
        if (found := handle(value))
    }
    for kind, names in (
        ("twitter:site", ("twitter:site",)),
        ("creator", ("twitter:creator",)),
        ("publisher", ("article:publisher", "og:see_also")),
        ("author", ("article:author",)),
    ):
        for value in islice(doc.metas(*names), MAX_METAS):
            found = handle(value) if kind in ("twitter:site", "creator") else profile(value)
            if found and not (kind == "creator" and found.key in sites):
                yield Clue(found, kind)
    for link in doc.links.get("me", ())[:MAX_METAS]:
        if found := profile(link.get("href") or ""):
            yield Clue(found, "rel-me")


# -------------------------------------------------------------------------- links


def _of_links(doc: Document, shown: list[Any]) -> Iterator[Clue]:
    links = list(islice(_links(doc, shown), MAX_LINKS))
    groups = _groups([(element, found) for element, found, kind in links if kind != "via"])
    for element, found, kind in links:
        if kind == "via":
            yield Clue(found, kind)
            continue
        place, social = _place(element)
        here = Clue(found, place, _text(element), groups.get(element, 0))
        yield here
        if kind or (social and place not in _STRANGE):
            yield replace(here, kind=kind or "social")
        if "me" in (element.get("rel") or "").lower().split():
            yield replace(here, kind="rel-me")


#: Places where an account stands that is rather somebody else's.
_STRANGE: Final = frozenset({"author", "comment", "quote", "article"})


def _links(doc: Document, shown: list[Any]) -> Iterator[tuple[Any, Profile, str]]:
    """List the elements that lead to an account: links, and the networks' own boxes."""
    for each in shown:
        framed = each.tag == "iframe"
        address = each.get("src" if framed else "href")
        if not address or not may_be(address):
            continue
        if found := profile(address):
            box = framed or "twitter-timeline" in (each.get("class") or "")
            yield each, found, "box" if box else ""
        elif not framed and (found := via(address)):
            yield each, found, "via"
    boxed = any(box in doc.source for box in _BOXES)  # a glance costs less than a walk
    for element in within(doc.root, _BOX) if boxed else ():
        if found := profile(_boxed(element)):
            yield element, found, "box"


def _boxed(element: Any) -> str:
    if number := element.get("data-channelid"):
        return f"https://www.youtube.com/channel/{number}"
    name = element.get("data-channel")
    return f"https://www.youtube.com/user/{name}" if name else element.get("data-href") or ""


def _text(element: Any) -> str:
    """Give the beginning of what a link shows; where it is never closed that is no whole page."""
    return text.clean(" ".join(islice(element.itertext(), 8))[:200])[:80]


def _place(element: Any) -> tuple[str, bool]:
    """Tell in which part of the page a link stands, and whether in a list of channels."""
    place, social = "", False
    if "author" in (element.get("rel") or "").lower().split():
        return "author", False
    for level, around in enumerate((element, *islice(element.iterancestors(), MAX_DEPTH))):
        if around.tag in ("body", "html"):
            break
        words = _words(around)
        social = social or (level <= NEAR and bool(_SOCIAL.search(words)))
        if around.tag == "blockquote" or _QUOTE.search(words):
            return "quote", social
        if level <= NEAR and _AUTHOR.search(words):
            return "author", social
        if _COMMENT.search(words):
            return "comment", social
        if around.tag == "article" or _STORY.search(words):
            return "article", social
        place = place or _part(around, words)
    return place or "link", social


def _words(element: Any) -> str:
    given = (element.get(name) for name in ("class", "id", "role", "aria-label", "itemprop"))
    return " ".join(value for value in given if value)[:500].lower()


def _part(element: Any, words: str) -> str:
    words = _PARTS.sub("", words)
    if element.tag == "footer" or _FOOTER.search(words):
        return "footer"
    if element.tag in ("header", "nav") or _HEADER.search(words):
        return "header"
    return "sidebar" if element.tag == "aside" or _SIDE.search(words) else ""


def _groups(links: list[tuple[Any, Profile]]) -> dict[Any, int]:
    """Number the lists in which links to several networks stand close together."""
    inside: dict[Any, list[str]] = {}
    for element, found in links:
        for around in islice(element.iterancestors(), GROUP_LEVELS):
            inside.setdefault(around, []).append(found.platform)
    numbers: dict[Any, int] = {}
    groups: dict[Any, int] = {}
    for element, _ in links:
        for around in islice(element.iterancestors(), GROUP_LEVELS):
            if len(set(inside[around])) > 1:
                if len(inside[around]) <= MAX_GROUP:
                    groups[element] = numbers.setdefault(around, len(numbers) + 1)
                break
    return groups


# ------------------------------------------------------------------------ people


def _people(doc: Document, graph: Graph, shown: list[Any]) -> list[str]:
    """List the names of people that the page gives as its authors."""
    nodes = [n for n in _things(graph, "author") if not _is_organisation(n)]
    nodes += islice(graph.of_type("Person"), MAX_NODES)
    signed = (a for a in shown if "author" in (a.get("rel") or ""))
    names = [
        *(plain(node.get("name")) for node in nodes),
        *islice(doc.metas(*_AUTHOR_METAS), MAX_METAS),
        *(_text(a) for a in islice(signed, 20)),
    ]
    return [name for name in dict.fromkeys(names[:100]) if 1 < len(name.split()) <= 4]


def _spelt(name: str) -> tuple[str, str, str]:
    """Give a name with its first letter and its last word, as accounts are made of them."""
    words = [word for part in name.split() if (word := letters(part))]
    return (name, words[0][0], words[-1]) if len(words) > 1 else (name, "", "")


def _named_after(account: Profile, people: list[tuple[str, str, str]]) -> str:
    """Give the author whose name an account bears, "" where it bears none's."""
    own = letters(account.account)
    for name, initial, last in people:
        if len(last) > 3 and last in own and own[0] == initial:
            return name
    return ""
