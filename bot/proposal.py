"""The file of a newly found site, written so that a person is glad to read it.

Its values are cautious: a person looks at every post, nothing goes out at night,
nothing old, little at a time. What was not sure stands there behind a “#”, with
what speaks for it.
"""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from pydantic import BaseModel

from bot._sentences import check
from bot.identity import bare_host
from bot.model import SourceKind
from bot.platforms import base
from bot.settings import Site
from bot.survey import Candidate, Found, Source

SCHEMA_LINE: Final = "#:schema ../site.schema.json"
#: What X charges for a post with a link, and for one without, in US dollars.
#: https://docs.x.com/x-api/getting-started/pricing (read 2026-11-22)
WITH_LINK: Final = 0.20
WITHOUT: Final = 0.015
#: Articles a week where nothing tells how many there are.
SUPPOSED: Final = 20
WEEKS_A_MONTH: Final = 365.25 / 7 / 12

#: Why a site of one's own is asked so often: in WordPress's feeds sy:updatePeriod is “hourly”.
POLLING: Final = "your own site bears it; WordPress feeds ask for an hour"

_COLUMN: Final = 41  # where the comments begin
_WIDTH: Final = 98
#: Under which setting the sources of a kind stand.
KEYS: Final = {
    SourceKind.FEED: "feeds",
    SourceKind.SITEMAP: "sitemaps",
    SourceKind.WORDPRESS: "wordpress",
    SourceKind.PAGE: "pages",
}
_WORDS: Final = {
    SourceKind.FEED: "Where new articles are found",
    SourceKind.SITEMAP: "A sitemap that names new articles; no feed was found",
    SourceKind.WORDPRESS: "The site's WordPress API; no feed was found",
    SourceKind.PAGE: "Pages whose links are articles; no feed was found",
}
_SPARE: Final = {
    SourceKind.WORDPRESS: "Its WordPress API, if the feed is too short or comes too late",
    SourceKind.SITEMAP: "Its news sitemap, if articles are missing from the feed",
}
# What each platform bears: its own line of settings, and why.
_HABITS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "twitter": (("spacing", '"20m"', "at least this long between two posts"),),
    "facebook": (("spacing", '"90m"', "at least this long between two posts"),),
    "instagram": (("daily_limit", "3", "posts a day"),),
    "youtube": (
        ("use", '"pick"', "videos are made ready; a person picks which go out"),
        ("daily_limit", "1", "videos a day"),
    ),
}
#: What a person may say of cards and videos; the last before the tables of the channels.
_LOOK: Final = [
    "# How pictures and videos of posts look. Take away the “#” of “[look]” and of what you want.",
    "# [look]",
    '# logo = "brand/logo.png"               # best a PNG on nothing; else your name is written',
    '# accent = "#b3261e"                    # of rules, and of the mark beside a section',
    '# font = "serif"                        # or "sans", or the file of a font of yours',
]
#: How its pictures get to Instagram, which has to be decided.
_FETCHES: Final = (
    "Instagram fetches pictures from the web: say in bot.toml, under [media], where ours are"
    ' (public_url). Or add form = "reel" to settings: a video is sent to it, from anywhere.'
)
#: What a platform must know of an account that a link does not tell, and where that is found.
NUMBERS: Final = {
    "facebook": ("page_id", "the number of the Page: its “About”, under “Page transparency”"),
    "instagram": ("user_id", "the number of the account, from Meta's developer pages"),
    "youtube": ("channel_id", "begins with UC: YouTube, settings, “Advanced settings”"),
}


def write(found: Found, *, now: datetime) -> str:
    """Write the whole file; `config.load` reads it without a fault."""
    parts = [_head(found, now), _site(found), _sources(found), _rules(found), _LOOK]
    parts += [_channel(found, each, name) for name, each in found.channels.items()]
    parts += [_unsure(found, name, each) for name, each in found.candidates.items() if each]
    missing = [name for name in base.names() if name not in {*found.channels, *found.candidates}]
    if missing:
        labels = ", ".join(base.load(name).label for name in missing)
        parts.append([f"# No account was found on: {labels}."])
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def channel(found: Found, candidate: Candidate, name: str = "", language: str = "") -> str:
    """Write the table of one channel, called as its platform unless it has a `name` of its own."""
    return "\n".join(_channel(found, candidate, name or candidate.profile.platform, language))


def editions(family: Mapping[str, Candidate]) -> Iterator[tuple[str, str, Candidate]]:
    """Give name, language and account of each channel, where there is one for each language."""
    for place, (language, candidate) in enumerate(family.items()):
        platform = candidate.profile.platform
        yield (f"{platform}{language}" if place else platform), language, candidate


def estimate(per_week: float | None) -> tuple[int, str]:
    """Propose what X may cost a month, in whole dollars, and say how that is reckoned."""
    cost = (per_week or SUPPOSED) * WEEKS_A_MONTH * WITH_LINK
    cap = max(5, math.ceil(cost / 5) * 5)
    if per_week is None:
        return cap, f"US dollars a month: {cap / WITH_LINK:.0f} posts with a link"
    return cap, f"US dollars a month; {per_week:.0f} articles a week cost ${cost:.0f}"


def why(candidate: Candidate) -> str:
    """Say what speaks for an account: the first two reasons, the best."""
    return "; ".join(candidate.evidence[:2]) or "on the site"


# --------------------------------------------------------------------- the parts


def _head(found: Found, now: datetime) -> list[str]:
    return [
        SCHEMA_LINE,
        f"# {_remark(found.name)}: where its articles come from, and the channels they go to.",
        f"# Written by “bot init {_remark(found.url)}” on {now:%Y-%m-%d}; yours to change. What",
        "# stands behind a “#” is not in force. Passwords and tokens never stand here.",
    ]


def _site(found: Found) -> list[str]:
    clock = found.clock
    lines = [
        _line("name", _text(_called(found)), "as teasers name you"),
        _line("url", _text(found.url), "the home page"),
    ]
    if found.language and _accepts(Site, "language", found.language):
        lines.append(_line("language", _text(found.language), "of articles that do not say theirs"))
    else:
        lines.append('# language = "en"' + " " * 24 + "# the site does not say: write it here")
    if clock.sure:
        lines.append(_line("timezone", _text(clock.zone), f"of all hours below, by {clock.why}"))
    else:
        others = ", ".join(each for each in (clock.zone, *clock.others) if each)
        words = f"; by {clock.why} it may be {others}" if others else ""
        lines += _wrapped(f"The clock of all hours below. Nothing tells for sure{words}.")
        lines.append(_line("timezone", '"UTC"', "write yours here"))
    return lines


def _sources(found: Found) -> list[str]:
    lines: list[str] = []
    for kind, key in KEYS.items():
        sources = [each for each in found.sources if each.kind is kind]
        if sources:
            lines += [f"# {_WORDS[kind]}{_pace(sources)}.", _listed(key, sources)]
    if not lines:
        lines = [
            "# No feed, sitemap or page with articles was found: name one here.",
            '# feeds = ["https://…/feed/"]',
        ]
    if len({each.language for each in found.sources if each.language}) > 1:
        lines.append('# A channel that speaks one language takes only = { language = ["en"] }.')
    if found.sources:
        lines.append(_line("poll_every", '"10m"', POLLING))
    for source in found.spare:
        lines.append(f"# {_SPARE[source.kind]}:")
        lines.append(f"# {_listed(KEYS[source.kind], [source])}")
    return lines


def _rules(found: Found) -> list[str]:
    return [
        _line("review", '"required"', 'a person approves each post; "none": nobody does'),
        _line("flood_limit", "5", "more new articles at once wait for a person"),
        *_pictures(found),
        '# utm = { source = "{platform}", medium = "social" }    # marks links for your statistics',
    ]


def _pictures(found: Found) -> list[str]:
    """Say whose pictures may be uploaded, and whose were seen that are not among them."""
    words = "Only pictures whose credit names somebody in `own` are uploaded."
    if others := strangers(found):
        words += f" Seen on your articles: {others}. Add whose pictures you may use."
    elif found.pictures and not found.credits:
        words += ' Your articles name nobody; if all their pictures are yours: reuse = "all".'
    else:
        words += " Add your agencies."
    own = ", ".join(_text(each) for each in (_called(found), *found.own))
    return [*_wrapped(words), f'pictures = {{ reuse = "listed", own = [{own}] }}']


def strangers(found: Found) -> str:
    """Name those whose pictures were seen and may not be used yet."""
    name = _called(found).casefold()
    others = [x for x in found.credits if x not in found.own and name not in x.casefold()]
    return ", ".join(f"“{each}”" for each in others[:5])


def _channel(found: Found, candidate: Candidate, called: str, language: str = "") -> list[str]:
    profile = candidate.profile
    name, reason = profile.platform, why(candidate)
    language = language or found.only.get(called, "")
    lines = [f"[channels.{called}]", *_wrapped(f"{reason[:1].upper()}{reason[1:]}.")]
    if called != name:
        lines.append(_line("platform", _text(name), "a further account there"))
    lines.append(_line("account", _text(profile.account), profile.url))
    if language:
        only = f"{{ language = [{_text(language)}] }}"
        lines.append(_line("only", only, "which articles go there"))
    lines += [
        _line("windows", '["07:30-22:00"]', "posts go out only then, by the clock above"),
        *(_line(*habit) for habit in _HABITS.get(name, ())),
        _line("max_age", '"72h"', "older articles are not posted"),
    ]
    if name == "twitter":
        cap, words = estimate(_per_week(found, language))
        costs = f'"never": a post costs ${WITHOUT} instead of ${WITH_LINK:.2f}'
        lines.append(_line("link", '"always"', costs))
        lines.append(_line("budget", str(cap), words))
    if name == "instagram":
        lines += _wrapped(_FETCHES)
    return [*lines, *_settings(found, candidate)]


def _settings(found: Found, candidate: Candidate) -> list[str]:
    profile = candidate.profile
    known = NUMBERS.get(profile.platform)
    if not known:
        return []
    key, words = known
    if number := number_of(found, candidate):
        return [_line("settings", f"{{ {key} = {_text(number)} }}", "as the site says")]
    return [f'# settings = {{ {key} = "…" }}    # {words}']


def _per_week(found: Found, language: str) -> float | None:
    """Tell how many articles a week a channel gets: all, or those of its one language."""
    told = [each for each in found.sources if each.language[:2].lower() == language]
    known = [each.per_week for each in told if each.per_week is not None]
    return sum(known) if language and known else found.per_week


def number_of(found: Found, candidate: Candidate) -> str:
    """Give the platform's own number of an account, where the site tells it."""
    profile = candidate.profile
    number = profile.id or (found.page_id if profile.platform == "facebook" else "")
    key = number_key(candidate)
    usable = key and number and _accepts(base.load(profile.platform).Settings, key, number)
    return number if usable else ""


def number_key(candidate: Candidate) -> str:
    """Name the setting that holds the platform's own number of an account; "" where none does."""
    return NUMBERS.get(candidate.profile.platform, ("", ""))[0]


def _unsure(found: Found, platform: str, candidates: Iterable[Candidate]) -> list[str]:
    """Write what may be a channel as comments, the likeliest whole, the others in a line."""
    taken = {each.profile.key for each in found.channels.values()}
    some = [each for each in candidates if each.profile.key not in taken]
    if not some:
        return []
    first, *others = some
    label = base.load(platform).label
    if (family := found.editions.get(platform)) and platform not in found.channels:
        return _each_language(found, label, family)
    named = [f"{each.profile.account} ({why(each)})" for each in (first, *others)]
    if platform in found.channels:
        return _wrapped(f"Also seen on {label}, and not taken for yours: {', '.join(named)}.")
    lines = _wrapped(
        f"{label}: nothing is sure enough. If this account is yours, take the first “#” away "
        "from each of the lines below."
    )
    lines += [f"# {line}" for line in channel(found, first).splitlines()]
    return [*lines, *_wrapped(f"Or it is {' or '.join(named[1:])}.")] if others else lines


def _each_language(found: Found, label: str, family: Mapping[str, Candidate]) -> list[str]:
    """Write the accounts of a platform that are one for each language, as comments."""
    lines = _wrapped(
        f"{label}: an account for each language, it seems. If these are yours, take the first "
        "“#” away from each of the lines below."
    )
    for name, language, candidate in editions(family):
        table = channel(found, candidate, name, language)
        lines += [*(f"# {line}" for line in table.splitlines()), "#"]
    return lines[:-1]


# ---------------------------------------------------------------------- the lines


def _line(key: str, value: str, words: str) -> str:
    """Write one setting with its comment behind it, or before it where the line gets too long."""
    setting, words = f"{key} = {value}", _remark(words)
    behind = f"{setting:<{_COLUMN - 1}} # {words}"
    if not words:
        return setting
    return behind if len(behind) <= _WIDTH else "\n".join([*_wrapped(words), setting])


def _listed(key: str, sources: Iterable[Source]) -> str:
    urls = [_text(each.url) for each in sources]
    if len(urls) == 1:
        return f"{key} = [{urls[0]}]"
    return "\n".join([f"{key} = [", *(f"    {url}," for url in urls), "]"])


def _pace(sources: Iterable[Source]) -> str:
    known = [each.per_week for each in sources if each.per_week is not None]
    return f"; about {sum(known):.0f} articles a week" if known and sum(known) >= 1 else ""


def _called(found: Found) -> str:
    return found.name.strip() or bare_host(found.url) or found.url


def _wrapped(words: str) -> list[str]:
    return textwrap.wrap(_remark(words), _WIDTH, initial_indent="# ", subsequent_indent="# ")


def _text(value: str) -> str:
    """Write a TOML string: JSON's, but for DEL and halves of characters, which TOML refuses."""
    whole = value.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


def _remark(words: str) -> str:
    """Make words fit for a comment: one line, nothing that TOML or a reader's eye stumbles on."""
    plain = "".join(sign if sign.isprintable() else " " for sign in words)
    return " ".join(plain.split())[:300]


def _accepts(model: type[BaseModel], key: str, value: str) -> bool:
    """Tell whether a model takes this value for one of its settings."""
    return not any(at[0] == key for at, _ in check(model, {key: value})[1])
