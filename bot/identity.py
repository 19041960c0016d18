"""By what an article is known again, however its address is spelt.

Two things are the same article if they share any of their keys, forever. So a
key must never be shared by two articles: where a rule is not sure, it keeps
the addresses apart, because a doubtful post is held for a person, while a
false match would silently lose an article.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import SplitResult, quote, urlsplit

from bot.model import Article, Entry

# Parameters that tell where a reader came from, never what is read.
_TRACKER = re.compile(
    r"""(?: utm_.* | [mp]tm_.* | pk_.* | piwik_.* | xtor | _ga | _gl | cmpid
        | at_(?:medium|campaign|custom\d*|creation|variant)
        | fb_(?:action_ids|action_types|ref|source) | fbclid | gclid | gclsrc | dclid
        | gbraid | wbraid | msclkid | yclid | twclid | ttclid | igshid | igsh | li_fat_id
        | mc_[ce]id | _hsenc | _hsmi | mkt_tok | oly_(?:anon|enc)_id | vero_id
        | __twitter_impression | _openstat | guccounter | guce_referrer(?:_sig|_cs)? )""",
    re.VERBOSE | re.IGNORECASE,
)
_AMP_PARAMETER = re.compile(r"amp(?:=(?:1|true)?)?|outputType=amp", re.IGNORECASE)
_AMP_ENDING = re.compile(r"(?<=[^/])/amp$|\.amp(?=(?:\.html?)?$)", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index\.(?:html?|php)|default\.aspx?)$", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DEFAULT_PORT = {"http": 80, "https": 443}

_WORDPRESS = re.compile(r"(?:^|&)p=(\d{1,12})(?:&|$)")
_SPIP = re.compile(r"(?:^|&)(?:article|id_article=)(\d{1,12})(?:&|$)")
_SPIP_PATH = re.compile(r"/article(\d{1,12})(?:\.html)?$")


def url_key(url: str) -> str:
    """Spell `url` in the one way in which all its variants agree.

    Scheme, ``www.``, trailing slash, AMP variant, fragment and known trackers
    go; every other parameter stays, in its order and with its repeats. What is
    no web address is returned as it is.
    """
    url = url.strip().replace("&amp;", "&")
    parts = _split(url)
    if parts is None:
        return url
    path = _INDEX.sub("/", _normal_escapes(_without_dots(parts.path))).rstrip("/")
    path = _AMP_ENDING.sub("", path)
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
    kept = [each for each in parameters if not _TRACKER.fullmatch(each.split("=", 1)[0])]
    if kept == parameters:
        return url
    return path + ("?" + "&".join(kept) if kept else "") + mark + place


def keys_of(thing: Entry | Article) -> frozenset[tuple[str, str]]:
    """List the keys of an entry or article: sharing one means being the same.

    A canonical address counts as an address too, so that a page found under
    it later is known. A home page is nobody's address where there is any other
    key: on sites whose every canonical is “/”, all articles would be one.
    """
    canonical = getattr(thing, "canonical", "")
    keys = {("guid", thing.guid), ("cms", thing.cms_id)}
    if not _is_home(thing.url):
        keys.add(("url", url_key(thing.url)))
    if canonical and not _is_home(canonical):
        keys |= {("canonical", url_key(canonical)), ("url", url_key(canonical))}
    keys = {(kind, value) for kind, value in keys if value}
    return frozenset(keys or {("url", url_key(thing.url))})


def cms_id(address: str, page_url: str) -> str:
    """Read the number that a CMS gave an article out of one of its addresses.

    WordPress (``/?p=123``) gives ``wp:123@host``, SPIP (``spip.php?article717``)
    ``spip:717@host``, the host being that of `page_url`: numbers of two sites,
    or of two folders of one host, never meet. "" where there is none.
    """
    parts = _split(address.strip().replace("&amp;", "&"))
    if parts is None:
        return ""
    folder, _, file = parts.path.rpartition("/")
    if file in ("", "index.php") and (found := _WORDPRESS.search(parts.query)):
        return cms_key("wp", found[1], page_url, folder)
    if file in ("", "index.php", "spip.php") and (found := _SPIP.search(parts.query)):
        return cms_key("spip", found[1], page_url, folder)
    if found := _SPIP_PATH.search(parts.path):
        return cms_key("spip", found[1], page_url, folder)
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
    return (urlsplit(url).hostname or "").removeprefix("www.")


def same_site(address: str, home: str, aliases: Collection[str] = ()) -> bool:
    """Tell whether `address` is of the site at `home`: its host, one above or below, an alias."""
    there, ours = bare_host(address), bare_host(home)
    if there == ours or there in aliases:
        return bool(there)
    return there.endswith(f".{ours}") or (there.count(".") > 0 and ours.endswith(f".{there}"))


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # judged only when asked for
    except ValueError:
        return None
    return parts if parts.scheme in _DEFAULT_PORT and parts.hostname else None


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        host = _ascii_host(host)
    for prefix in ("www.", "amp."):
        if host.startswith(prefix) and "." in host[len(prefix) :]:
            host = host[len(prefix) :]
    port = parts.port
    return host if port in (None, _DEFAULT_PORT[parts.scheme]) else f"{host}:{port}"


def _ascii_host(host: str) -> str:
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return host


def _is_home(url: str) -> bool:
    key = url_key(url)
    return not key or not re.search(r"[/?#]", key)


def _is_noise(parameter: str) -> bool:
    name = parameter.partition("=")[0]
    return bool(_TRACKER.fullmatch(name) or _AMP_PARAMETER.fullmatch(parameter))


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
