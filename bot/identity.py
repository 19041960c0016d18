"""By what an article is known again, however its address is spelt.

Two things are the same article if they share any of their keys, forever. So a
key must never be shared by two articles: where a rule is not sure, it keeps
the addresses apart, because a doubtful post is held for a person, while a
false match would silently lose an article.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from bot.model import Article, Entry

Key = tuple[
    str, str
]  # kind and value: ("guid", "…"), ("url", "…"), ("canonical", "…"), ("cms", "…")

NO_ALIASES: Final[Mapping[str, str]] = MappingProxyType({})

# Parameters that tell where a reader came from, never what is read.
_TRACKER = re.compile(
    r"""(?: utm_.* | [mp]tm_.* | pk_.* | piwik_.* | xtor | _ga | _gl | cmpid | cmp | intcmp | s_cid
        | at_(?:medium|campaign|custom\d*|creation|variant) | itm_.* | hsa_.* | wt_z?mc | wt\.mc_.*
        | ns_(?:mchannel|source|campaign|linkname|fee) | rss | rssfeed | replytocom
        | fb_(?:action_ids|action_types|ref|source) | fbclid | mibextid | gclid | gclsrc | dclid
        | gad_(?:source|campaignid) | srsltid | gbraid | wbraid | msclkid | yclid | twclid | ttclid
        | igshid | igsh | li_fat_id | ref_(?:src|url)
        | mc_[ce]id | _hsenc | _hsmi | mkt_tok | oly_(?:anon|enc)_id | vero_id | phpsessid
        | __twitter_impression | _openstat | guccounter | guce_referrer(?:_sig|_cs)? )""",
    re.VERBOSE | re.IGNORECASE,
)
# Parameters that mean many things, but not with these values.
_BY_FEED = re.compile(r"(?:ref|source|src|origin|from|via|partner|ch)=rss\b.*|ch=rss_.*", re.I)
_AMP_PARAMETER = re.compile(r"amp(?:=(?:1|true)?)?|outputType=amp", re.IGNORECASE)
_AMP_STEP = re.compile(r"/(?:platform/|google/)?amp(?:html)?(?=/.)", re.IGNORECASE)
_AMP_ENDING = re.compile(r"(?<=[^/])/amp$|\.amp(?=(?:\.html?)?$)", re.IGNORECASE)
_AMP_CACHE = re.compile(
    r"\Ahttps?://(?:[^/]+\.cdn\.ampproject\.org/[cv]|(?:www\.)?google\.[a-z.]+/amp)/(?:(s)/)?",
    re.IGNORECASE,
)
_SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index\.(?:html?|php)|default\.aspx?)$", re.IGNORECASE)
_FRONT_DOOR = re.compile(r"/index\.php(?=/.)", re.IGNORECASE)  # of links that leave it out, or not
# Hosts under which anybody has a site: each name below them is one of its own.
_SHARED: Final = frozenset(
    """
    altervista.org beehiiv.com bigcartel.com canalblog.com fandom.com free.fr ghost.io github.io
    gitlab.io hatenablog.com hatenablog.jp hypotheses.org jimdo.com jimdofree.com livejournal.com
    medium.com myshopify.com neocities.org netlify.app over-blog.com over-blog.net pages.dev
    squarespace.com substack.com tumblr.com typepad.com vercel.app web.app webflow.io webnode.page
    weebly.com wixsite.com wordpress.com wpcomstaging.com
    """.split()
)
_SHARED_LIKE = re.compile(
    r"blogspot\.[a-z]{2,3}(?:\.[a-z]{2})?|(?:ac|co|com?|edu|go[bv]?|gouv|ne|net|org?)\.[a-z]{2}"
)
_SAME_SITE = re.compile(r"\A(?:(?:www|amp|m|mobil|mobile)\.)+(?=[^.]+\.[^.])")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DEFAULT_PORT = {"http": 80, "https": 443}

_WORDPRESS = re.compile(r"(?:^|&)p=(\d{1,12})(?:&|$)")
_SPIP = re.compile(r"(?:^|&)(?:article|id_article=)(\d{1,12})(?:&|$)")
_SPIP_PATH = re.compile(r"/article(\d{1,12})(?:\.html)?$")

# What stands in the place of a guid where a site has none.
_NO_GUID = frozenset({"", "0", "-1", "none", "null", "undefined", "false", "n/a"})


def url_key(url: str) -> str:
    """Spell `url` in the one way in which all its variants agree.

    Scheme, ``www.`` and ``m.``, doubled and trailing slashes, ``index.php``, the
    AMP variant and its caches, fragment, session and known trackers go; every other
    parameter stays, in its order and with its repeats. What is no web address is
    returned as it is.
    """
    url = _AMP_CACHE.sub(_behind_cache, url.strip().replace("&amp;", "&"), count=1)
    parts = _split(url)
    if parts is None:
        return url
    path = _SESSION.sub("", re.sub("/{2,}", "/", _without_dots(parts.path)))
    path = _FRONT_DOOR.sub("", _INDEX.sub("/", _normal_escapes(path)), count=1).rstrip("/")
    path = _AMP_ENDING.sub("", path)
    if _names_one(path):
        path = _AMP_STEP.sub("", path, count=1)
    kept = [p for p in parts.query.split("&") if p and not _is_noise(p)]
    query = "?" + _normal_escapes("&".join(kept)) if kept else ""
    # "#!" routes name a page of their own; any other fragment is a place on it.
    route = "#" + parts.fragment if parts.fragment.startswith("!") else ""
    return _host(parts) + path + query + route


def untracked(url: str) -> str:
    """Take known trackers out of a link; the rest stays letter by letter.

    What a feed hangs on its links would count our readers as the feed's.
    """
    address, mark, place = url.partition("#")
    path, _, query = address.partition("?")
    parameters = query.split("&")
    kept = [each for each in parameters if not _is_tracker(each)]
    if kept == parameters:
        return url
    return path + ("?" + "&".join(kept) if kept else "") + mark + place


def keys_of(thing: Entry | Article, aliases: Mapping[str, str] = NO_ALIASES) -> frozenset[Key]:
    """List the keys of an entry or article: sharing one means being the same.

    A host in `aliases` counts as the host that it leads to there. A canonical
    address counts as an address too, so that a page found under it later is known;
    but not one that could stand on every page of a site: its front page, a folder
    of the page, or the page's script without its parameters. A front page is
    nobody's address where there is any other key.
    """
    url, canonical = url_key(thing.url), url_key(getattr(thing, "canonical", ""))
    keys = {("guid", _guid(thing.guid)), ("cms", thing.cms_id)}
    if not _is_home(url):
        keys.add(("url", url))
    if not _is_for_many(canonical, url):
        keys |= {("canonical", canonical), ("url", canonical)}
    keys = {(kind, value) for kind, value in keys if value} or {("url", url)}
    return frozenset(_under_one_name(keys, aliases) if aliases else keys)


def trusted(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Take the guid from entries that share it, but neither address nor headline.

    Some sites give every article the same one: it would make them all one article.
    """
    told = Counter(entry.guid for entry in entries)
    addresses, titles = defaultdict(set), defaultdict(set)
    for entry in entries:
        if told[entry.guid] < 2:
            continue
        addresses[entry.guid].add(url_key(entry.url))
        titles[entry.guid].add(normal_title(entry.title))
    false = {guid for guid in addresses if len(addresses[guid]) > 1 and len(titles[guid]) > 1}
    return tuple(replace(each, guid="") if each.guid in false else each for each in entries)


def cms_id(address: str, page_url: str) -> str:
    """Read the number that a CMS gave an article out of one of its addresses.

    WordPress (``/?p=123``) gives ``wp:123@host``, SPIP (``spip.php?article717``)
    ``spip:717@host``, with the host and folder of the address, for which `page_url`
    stands in where it names none: numbers of two sites never meet, nor those of two
    folders of one host, even where a feed offers a sister's articles. "" where there
    is no number.
    """
    address = address.strip().replace("&amp;", "&")
    if address.startswith(("/", "?", "spip.php?")):
        address = _joined(page_url, address)
    parts = _split(address)
    if parts is None:
        return ""
    folder, _, file = parts.path.rpartition("/")
    if file in ("", "index.php") and (found := _WORDPRESS.search(parts.query)):
        return cms_key("wp", found[1], address, folder)
    if file in ("", "index.php", "spip.php") and (found := _SPIP.search(parts.query)):
        return cms_key("spip", found[1], address, folder)
    if found := _SPIP_PATH.search(parts.path):
        return cms_key("spip", found[1], address, folder)
    return ""


def cms_key(cms: str, number: str, page_url: str, folder: str = "") -> str:
    """Write the key of post `number` in the `cms` that runs `folder` of a host."""
    parts = _split(page_url)
    host = _host(parts) if parts else ""
    return f"{cms}:{int(number)}@{host}{folder.rstrip('/')}"


def normal_title(text: str) -> str:
    """Reduce a headline to what two spellings of it share: letters and digits."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    spaced = "".join(" " if unicodedata.category(c)[0] in "PZCS" else c for c in folded)
    return " ".join(spaced.split())


def bare_host(url: str) -> str:
    """Give the host of an address as people name a site, without ``www.``; "" where it has none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # brackets that hold no address
        return ""
    return host.removeprefix("www.")


def same_site(address: str, home: str, aliases: Collection[str] = ()) -> bool:
    """Tell whether `address` is of the site at `home`: its host, one above or below, an alias.

    A host under which strangers have their sites, like ``wordpress.com`` or
    ``co.uk``, is not of the site of any of them.
    """
    there, ours = bare_host(address), bare_host(home)
    if there == ours or there in aliases:
        return bool(there)
    above, below = sorted((there, ours), key=len)
    if not below.endswith(f".{above}") or is_shared(above):
        return False
    return above == ours or "." in above


def is_shared(host: str) -> bool:
    """Tell whether strangers have their sites under a host: a host of blogs, a ``co.uk``."""
    return host in _SHARED or bool(_SHARED_LIKE.fullmatch(host))


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # judged only when asked for
    except ValueError:
        return None
    return parts if parts.scheme in _DEFAULT_PORT and parts.hostname else None


def _joined(page_url: str, address: str) -> str:
    try:
        return urljoin(page_url, address)
    except ValueError:
        return ""


def _behind_cache(found: re.Match[str]) -> str:
    return "https://" if found[1] else "http://"


def _host(parts: SplitResult) -> str:
    host, port = _plain_host(parts.hostname or ""), parts.port
    return host if port in (None, _DEFAULT_PORT[parts.scheme]) else f"{host}:{port}"


def _plain_host(name: str) -> str:
    host = name.lower().rstrip(".")
    if not host.isascii():
        host = _ascii_host(host)
    return _SAME_SITE.sub("", host)


def _under_one_name(keys: Iterable[Key], aliases: Mapping[str, str]) -> Iterator[Key]:
    names = {_plain_host(name): _plain_host(main) for name, main in aliases.items()}
    for kind, value in keys:
        start, at, address = value.rpartition("@") if kind == "cms" else ("", "", value)
        host = re.match(r"[^/?#:]*", address)
        if kind != "guid" and host and host[0] in names:
            address = names[host[0]] + address[host.end() :]
        yield kind, start + at + address


def _guid(guid: str) -> str:
    """Give the guid where it can stand for one article, else ""."""
    guid = html.unescape(guid).strip()  # an API writes "&#038;" where the feed has "&"
    vain = guid.lower() in _NO_GUID or (_split(guid) is not None and _is_home(url_key(guid)))
    return "" if vain else guid


def _is_for_many(canonical: str, url: str) -> bool:
    """Tell whether a canonical key could stand on every page of a site."""
    if _is_home(canonical):
        return True
    cut = url[len(canonical) : len(canonical) + 1] if url.startswith(canonical) else ""
    return cut == "#" or (cut in ("/", "?", "&") and not _names_one(canonical.partition("?")[0]))


def _names_one(path: str) -> bool:
    """Tell whether a path ends with what names one article: a slug of three words, a number."""
    step = path.rpartition("/")[2]
    return len(re.findall("[-_]", step)) > 1 or bool(re.search(r"\d{5}", step))


def _ascii_host(host: str) -> str:
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return host


def _is_home(key: str) -> bool:
    return not re.search(r"[/?#]", key)


def _is_noise(parameter: str) -> bool:
    return _is_tracker(parameter) or bool(_AMP_PARAMETER.fullmatch(parameter))


def _is_tracker(parameter: str) -> bool:
    name = parameter.partition("=")[0]
    return bool(_TRACKER.fullmatch(name) or _BY_FEED.fullmatch(parameter))


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    for step in path.split("/")[1:]:
        if step == "..":
            del kept[-1:]
        elif step != ".":
            kept.append(step)
    return "/" + "/".join(kept)


def _normal_escapes(text: str) -> str:
    """Escape what is no ASCII, unescape what needs none, write hex in capitals."""

    def one(found: re.Match[str]) -> str:
        char = chr(int(found[1], 16))
        return char if char in _UNRESERVED else found[0].upper()

    return _ESCAPE.sub(one, quote(text, safe="%/?:@!$&'()*+,;=~-._[]|", errors="replace"))
