"""Which account of which network an address belongs to, if it belongs to one.

A page's links to a network are of three sorts: to an account (a profile), to
something of an account (a post, a video), and to a form that shares the page.
Only the first sort names a channel. The rules are the networks' own, as met on
some 1,500 pages of news sites; what they do not know is nobody's account.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import parse_qs, quote, unquote

LONGEST: Final = 4000  # characters of an address; share links carry whole articles
ROUNDS: Final = 3  # addresses wrapped in addresses


@dataclass(frozen=True, slots=True)
class Profile:
    """One account of a network, as a site may list it."""

    platform: str
    account: str  # as the configuration writes it
    url: str  # opens the account
    id: str = ""  # the network's own number of it, where the address gives that

    @property
    def key(self) -> tuple[str, str]:
        """What two spellings of one account share."""
        if self.id:
            return self.platform, self.id
        name = self.account.lower().removeprefix("@")
        return self.platform, name.replace(".", "") if self.platform == "facebook" else name


class _Address(NamedTuple):
    steps: list[str]  # of the path
    query: dict[str, list[str]]

    def step(self, at: int) -> str:
        return self.steps[at] if at < len(self.steps) else ""

    def first(self, name: str) -> str:
        return self.query.get(name, [""])[0].strip()


# What stands before the host, the slips of hands and templates included.
_SCHEME = re.compile(r"\s*(?:(?:https?:?)?/{2,}+|https?:/*+)*+", re.IGNORECASE)
_ARCHIVED = re.compile(r"web\.archive\.org/web/\d+[a-z_]*/", re.IGNORECASE)
_LOCAL: Final = r"(?:(?:www|m|mobile|web|touch|mbasic|business|lm?|[a-z]{2}(?:-[a-z0-9]{2,3})?)\.)?"
_NETWORKS: Final = tuple(
    (platform, re.compile(rf"{_LOCAL}(?:{hosts})"))
    for platform, hosts in (
        ("facebook", r"facebook\.com|fb\.com|m\.me"),
        ("twitter", r"twitter\.com|x\.com"),
        ("instagram", r"instagram\.com|instagr\.am"),
        ("youtube", r"youtube\.com"),
    )
)


def may_be(address: str) -> bool:
    """Tell cheaply whether an address may be one of the four networks'."""
    folded = address.lower()  # a look at every link of a page: a loop would cost twice as much
    return (
        "facebook." in folded or "twitter." in folded or "instagr" in folded or "x.com" in folded
        or "youtube." in folded or "fb.com" in folded or "m.me/" in folded
    )  # fmt: skip


def profile(address: str) -> Profile | None:
    """Tell whose account an address opens, or that follows it; None for anything else.

    Links that share a page, single posts, groups, and pages of the network
    itself are None. Nothing is fetched, so an opaque short link is None too.
    """
    for _ in range(ROUNDS):
        found = _of_network(address)
        if found is None:
            return None
        platform, where = found
        wrapped = _wrapped(where)
        if not wrapped:
            return _RULES[platform](where)
        address = wrapped
    return None


def via(address: str) -> Profile | None:
    """Tell which account of X a share link names as the source of the page."""
    found = _of_network(address)
    if found is None or found[0] != "twitter" or not (name := found[1].first("via")):
        return None
    return _on_x(name) if found[1].step(0) in ("share", "intent", "home") else None


def handle(value: str) -> Profile | None:
    """Read what a page gives as its account on X: “@name”, “name”, or an address."""
    return _on_x(value.strip()) or profile(value)


def _of_network(address: str) -> tuple[str, _Address] | None:
    """Part an address of one of the four networks; None for any other."""
    if len(address) > LONGEST or not may_be(address):
        return None
    plain = re.sub(r"[\t\r\n]", "", html.unescape(address)).strip()
    for prefix in (_SCHEME, _ARCHIVED, _SCHEME):
        if found := prefix.match(plain):
            plain = plain[found.end() :]
    host, path, query, fragment = _parted(plain)
    for platform, hosts in _NETWORKS:
        if hosts.fullmatch(host):
            if fragment.startswith("!/"):  # how both X and Facebook once wrote their paths
                path, _, query = fragment[1:].partition("?")
            try:
                fields = parse_qs(query, max_num_fields=50)
            except ValueError:
                fields = {}
            steps = [unquote(step).strip() for step in path.split("/")]
            return platform, _Address([step for step in steps if step], fields)
    return None


def _parted(plain: str) -> tuple[str, str, str, str]:
    plain, _, fragment = plain.partition("#")
    plain, _, query = plain.partition("?")
    host, _, path = plain.partition("/")
    return host.rpartition("@")[2].partition(":")[0].rstrip(".").lower(), path, query, fragment


def _wrapped(where: _Address) -> str:
    """Give the address to which a network's own redirect or box leads."""
    first, second = where.step(0).lower(), where.step(1).lower()
    if first == "l.php":
        return where.first("u")
    if first == "redirect":
        return where.first("q")
    if first == "plugins" and second.removesuffix(".php") in ("page", "likebox", "follow", "fan"):
        return where.first("href")
    return ""


# ------------------------------------------------------------------- Facebook

_FB_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,73}[A-Za-z0-9_-])?", re.ASCII)
_FB_NUMBER = re.compile(r"(?:.*-)?(\d{5,20})", re.DOTALL)
_FB_TABS = frozenset(
    "about community events home info likes photos posts reels reviews timeline videos".split()
)
_FB_OWN = frozenset(
    """
    about account ads ajax apps badges business campaign careers checkpoint connect developers
    dialog directory donate events feeds flx friends fundraisers gaming groups hashtag help home
    home.php l.php lite legal login login.php logout.php marketplace media messages mobile note.php
    notes notifications p people pages permalink.php pg photo photo.php photos places
    platform plugins policies policy policy.php posts privacy public r.php recover reel reels
    search search.php settings share share.php sharer sharer.php stories story.php terms terms.php
    tr unsupportedbrowser video video.php videos watch whatsapp your-profile profile.php index.php
    """.split()
)


def _facebook(where: _Address) -> Profile | None:
    steps = where.steps[1:] if where.step(0).lower() == "pg" else where.steps
    first = steps[0].lower() if steps else ""
    if first in ("profile.php", "people", "pages", "p"):
        told = where.first("id") if first == "profile.php" else ""
        last = steps[2] if first in ("people", "pages") and len(steps) == 3 else steps[-1]
        found = _FB_NUMBER.fullmatch(told or last)
        return _numbered(found[1]) if found and (told or len(steps) > 1) else None
    tab = steps[1].lower() if len(steps) > 1 else ""
    if not first or first in _FB_OWN or len(steps) > 2 or (tab and not _is_tab(tab)):
        return None
    if found := _FB_NUMBER.fullmatch(steps[0]):
        return _numbered(found[1])
    if first.isdigit() or first.endswith(".php") or not _FB_NAME.fullmatch(steps[0]):
        return None
    return Profile("facebook", steps[0], f"https://www.facebook.com/{steps[0]}")


def _is_tab(step: str) -> bool:
    return step in _FB_TABS or step.startswith(("app_", "?"))


def _numbered(number: str) -> Profile:
    return Profile("facebook", number, f"https://www.facebook.com/{number}", number)


# -------------------------------------------------------------------------- X

# 15 characters today; some older accounts have up to 20.
_X_NAME = re.compile(r"@?([A-Za-z0-9_]{1,20})", re.ASCII)
_X_TABS = frozenset("articles followers following highlights media with_replies".split())
_X_OWN = frozenset(
    """
    about account compose download en explore following followers goodies hashtag hashtags home i
    images intent jobs login logout messages notifications oauth privacy search search-advanced
    settings share signup status statuses tos who_to_follow widgets
    """.split()
)


def _twitter(where: _Address) -> Profile | None:
    first, second = where.step(0), where.step(1).lower()
    if first.lower() == "intent":
        return _on_x(where.first("screen_name")) if second in ("follow", "user") else None
    if len(where.steps) > 2 or (second and second not in _X_TABS):
        return None
    return _on_x(first)


def _on_x(name: str) -> Profile | None:
    found = _X_NAME.fullmatch(name)
    if not found or found[1].lower() in _X_OWN or re.fullmatch(r"\d{16,}", found[1]):
        return None
    return Profile("twitter", found[1], f"https://x.com/{found[1]}")


# ------------------------------------------------------------------ Instagram

_IG_NAME = re.compile(r"@?([A-Za-z0-9_](?:[A-Za-z0-9._]{0,28}[A-Za-z0-9_])?)", re.ASCII)
_IG_TABS = frozenset("channel feed reels tagged".split())
_IG_OWN = frozenset(
    """
    _u about accounts api blog challenge developer direct directory download emails explore graphql
    legal oauth p press privacy reel reels share stories topics tv web
    """.split()
)


def _instagram(where: _Address) -> Profile | None:
    steps = where.steps[1:] if where.step(0) == "_u" else where.steps
    found = _IG_NAME.fullmatch(steps[0]) if steps else None
    if not found or found[1].lower() in _IG_OWN:
        return None
    if len(steps) > 2 or (len(steps) == 2 and steps[1].lower() not in _IG_TABS):
        return None
    return Profile("instagram", found[1], f"https://www.instagram.com/{found[1]}/")


# -------------------------------------------------------------------- YouTube

_YT_ID = re.compile(r"UC[A-Za-z0-9_-]{22}", re.ASCII)
_YT_NAME = re.compile(r"\w[\w.·-]{0,99}")
_YT_TABS = frozenset(
    "about channels community custom discussion featured join live playlists podcasts search "
    "shorts streams videos".split()
)
_YT_OWN = frozenset(
    """
    about account ads attribution_link c channel clip comment creators embed feed feeds gaming
    hashtag howyoutubeworks iframe_api jobs kids live login logout musicpremium new oembed
    paid_memberships playlist playlists post premium press profile redirect results s shorts
    signin source subscription_center subscription_manager t testtube trends upload user v video
    videos view_play_list watch watch_popup yt
    """.split()
)


def _youtube(where: _Address) -> Profile | None:
    first, second = where.step(0), where.step(1)
    if first == "subscription_center":
        number = where.first("add_user_id")
        return _channel(f"UC{number.removeprefix('UC')}") or _named(where.first("add_user"), "user")
    if first.lower() == "channel":
        return _channel(second)
    if first.lower() in ("c", "user"):
        return _named(second, first.lower())
    if first.startswith("@"):
        return _named(first[1:], "@")
    if second and second.lower() not in _YT_TABS:
        return None
    return None if first.lower() in _YT_OWN or first.endswith(".php") else _named(first, "")


def _channel(number: str) -> Profile | None:
    if not _YT_ID.fullmatch(number):
        return None
    return Profile("youtube", number, f"https://www.youtube.com/channel/{number}", number)


def _named(name: str, form: str) -> Profile | None:
    """Give the channel of a handle (form “@”) or of one of YouTube's older names."""
    if _YT_ID.fullmatch(name):
        return _channel(name)
    if not _YT_NAME.fullmatch(name) or _is_disguised(name):
        return None
    path = f"@{name}" if form == "@" else f"{form}/{name}".lstrip("/")
    address = f"https://www.youtube.com/{quote(path, safe='/@')}"
    return Profile("youtube", f"@{name}" if form == "@" else name, address)


def _is_disguised(name: str) -> bool:
    """Tell whether letters of other scripts stand among Latin ones, which they look like."""
    latin = any("a" <= char <= "z" for char in name.lower())
    return latin and any("\u0370" <= char <= "\u058f" for char in name)  # Greek to Armenian


_RULES: Final[dict[str, Callable[[_Address], Profile | None]]] = {
    "facebook": _facebook,
    "twitter": _twitter,
    "instagram": _instagram,
    "youtube": _youtube,
}
