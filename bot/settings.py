"""What can be configured: every setting with its type, its default and its faults.

The models know no file; `config` reads them. A validator's ValueError is the
end of a sentence that begins with the name of the setting. The sentence under a
setting is what an editor shows of it: `schema` hands it on.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    field_validator,
)

from bot._sentences import Several, choice, meant
from bot.hours import Window, Windows, duration, shown_duration
from bot.model import PLATFORM_ALIASES, Kind, SourceKind

_PLACEHOLDERS = ("platform", "site", "channel")

# ------------------------------------------------------------------ kinds of values


@dataclass(frozen=True, slots=True)
class Review:
    """Whether a person looks at a post before it goes out."""

    rule: Literal["required", "hold", "none"] = "required"
    hold: timedelta = timedelta(0)  # how long a post of the rule "hold" waits for an objection

    @classmethod
    def parse(cls, text: str) -> Review:
        """Read "required", "none" or "hold 15m"; anything else is a ValueError."""
        words = text.split()
        if text in ("required", "none"):
            return cls("required" if text == "required" else "none")
        if len(words) == 2 and words[0] == "hold":
            return cls("hold", _positive(duration(words[1])))
        raise ValueError(f'must be "required", "none" or, for a pause, "hold 15m", not “{text}”.')

    def __str__(self) -> str:
        return f"hold {shown_duration(self.hold)}" if self.rule == "hold" else self.rule


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError(f'is a length of time, in quotes and with its unit: "{value}m".')
    return duration(value)


def _positive(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("must be longer than nothing.")
    return value


def _review(value: object) -> Review:
    return value if isinstance(value, Review) else Review.parse(str(value))


def _windows(value: object) -> Windows:
    if isinstance(value, Windows):
        return value
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError('must be a list of texts, as in ["Mon-Fri 07:30-22:00"].')
    if not value:
        raise ValueError("is empty, which would mean never; leave it out to post at any time.")
    windows, faults = [], []
    for place, text in enumerate(value):
        try:
            windows.append(Window.parse(text))
        except ValueError as error:
            faults.append((place, str(error)))
    if faults:
        raise Several(faults)
    return Windows(tuple(windows))


def _zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (OSError, ValueError, KeyError):
        advice = meant(str(value), available_timezones())
    raise ValueError(
        f"“{value}” is not a time zone{advice or '; write its IANA name, as in “Europe/Lisbon”.'}"
    )


def _language(value: str) -> str:
    value = value.replace("_", "-")
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise ValueError(f"“{value}” is not a language code; write it as in “en” or “pt-BR”.")
    return value


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and parts.hostname and not re.search(r"\s", value)
    except ValueError:  # a broken IPv6 address or port
        good = False
    if not good:
        raise ValueError(f"“{value}” is not a whole address; write it as in “https://…/”.")
    if parts.username or parts.password:
        raise ValueError("holds a user name or password; an address here must not carry any.")
    return value


def _alias(value: str) -> str:
    if not re.fullmatch(r"[^\s/:@?#]+\.[^\s/:@?#]+", value):
        raise ValueError(f"“{value}” is not the name of a host; write it as in “old.example”.")
    return value.lower().removeprefix("www.")  # as hosts are compared everywhere


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if value and (not host or not port.isascii() or not port.isdigit() or int(port) > 65535):
        raise ValueError(f"“{value}” must be address and port, as in “127.0.0.1:8700”.")
    return value


def _database(value: str) -> str:
    if not re.match(r"(sqlite|postgresql(\+psycopg)?)://", value):
        raise ValueError(
            "must begin with sqlite:/// (and the path of a file) or postgresql:// (and a server)."
        )
    return value


def _account(value: str) -> str:
    if not value.strip("@ ") or "://" in value:
        raise ValueError(
            f"“{value}” is not the name of an account; write the name alone, as in “harbour_post”."
        )
    return value.strip()


def _utm_name(value: str) -> str:
    if not re.fullmatch(r"[a-z_]+", value) or value.startswith("utm_"):
        raise ValueError(f"“{value}”: write the name without utm_, as in “source” or “medium”.")
    return value


def _utm_value(value: str) -> str:
    known = ", ".join(f"{{{name}}}" for name in _PLACEHOLDERS)
    try:
        used = [(name, spec, how) for _, name, spec, how in string.Formatter().parse(value)]
    except ValueError:
        raise ValueError(f"“{value}” holds a brace without its partner.") from None
    for name, spec, how in used:
        if name is not None and (name not in _PLACEHOLDERS or spec or how):
            raise ValueError(f"“{{{name}}}” cannot be filled in; these can: {known}.")
    return value


def _colour(value: str) -> str:
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}){1,2}", value):
        raise ValueError(f"“{value}” is not a colour; write it in hexadecimal, as in “#b3261e”.")
    short = len(value) == 4
    return "#" + "".join(digit * (1 + short) for digit in value[1:].lower())


def _layout(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", value):
        raise ValueError(
            f"“{value}” is not the name of a layout; write that of its file, as in “quote”."
        )
    return value


def _kind(value: str) -> str:
    kinds = [str(kind) for kind in Kind]
    if value not in kinds:
        raise ValueError(f"there is no kind “{value}”{choice(value, kinds)}")
    return value


# How values are written in a file, as far as a pattern can tell; the validators judge.
_LENGTH = Annotated[str, Field(pattern=r"^([0-9]+[dhms] *)+$")]
_RULE = Literal["required", "none"] | Annotated[str, Field(pattern=r"^hold ([0-9]+[dhms])+$")]
_HOURS = Annotated[
    str, Field(pattern=r"^[A-Za-z, –-]*[0-9]{1,2}:[0-9]{2} *[-–] *[0-9]{1,2}:[0-9]{2}$")
]
_IANA = Annotated[str, Field(pattern=r"^[A-Za-z]+([/_+-][A-Za-z0-9]+)*$")]

Span = PlainValidator(_duration, json_schema_input_type=_LENGTH)
Duration = Annotated[timedelta, Span]
Length = Annotated[timedelta, Span, AfterValidator(_positive)]
ReviewRule = Annotated[Review, PlainValidator(_review, json_schema_input_type=_RULE)]
Hours = Annotated[Windows, PlainValidator(_windows, json_schema_input_type=list[_HOURS])]
Zone = Annotated[ZoneInfo, PlainValidator(_zone, json_schema_input_type=_IANA)]
Language = Annotated[str, AfterValidator(_language)]
Url = Annotated[str, AfterValidator(_url), Field(json_schema_extra={"format": "uri"})]
Host = Annotated[str, AfterValidator(_alias)]
Listen = Annotated[str, AfterValidator(_listen)]
Words = tuple[str, ...]
Colour = Annotated[
    str,
    AfterValidator(_colour),
    Field(json_schema_extra={"pattern": "^#([0-9a-fA-F]{3}){1,2}$"}),
]
Switch = Annotated[bool, Field(strict=True)]

# ------------------------------------------------------------------------- models


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    given: ClassVar[tuple[str, ...]] = ()  # fields that the program fills in, not a person


class ReviewPage(_Model):
    """Where the review room is, and whom it believes."""

    listen: Listen = "127.0.0.1:8700"
    """Address and port; 127.0.0.1 means from this machine only."""
    url: Annotated[str, AfterValidator(lambda value: _url(value) if value else "")] = ""
    """The https address under which people reach the room; links in notices begin with it."""
    second_look: bool = False
    """Whether nobody may approve words of their own."""
    proxies: tuple[str, ...] = ()
    """Addresses of the web server in front of it, believed when it says where somebody is."""
    user_header: str = ""
    """The header in which that server names who has signed in with it; "" for none."""

    @field_validator("proxies")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            try:
                ip_network(each)
            except ValueError:
                raise ValueError(f"“{each}” is no address: write one like 10.0.0.2.") from None
        return value

    @field_validator("user_header")
    @classmethod
    def _comes_from_a_proxy(cls, value: str, info: Any) -> str:
        if value and not re.fullmatch(r"[A-Za-z0-9-]+", value):
            raise ValueError(f"“{value}” is no name of a header: write one like Remote-User.")
        if value and info.data.get("proxies") == ():
            raise ValueError("anybody could name themselves in it: list the proxy in proxies.")
        return value


class MediaStore(_Model):
    """Where pictures and videos lie, and how platforms reach them."""

    dir: Annotated[str, Field(min_length=1)] = "var/media"
    """The folder in which pictures and videos are kept."""
    listen: Listen = ""
    """Address and port of a listener that serves pictures alone; "" for none."""
    public_url: Annotated[str, AfterValidator(lambda value: _url(value) if value else "")] = ""
    """The address under which `dir` is reachable from outside; Instagram fetches from there."""


class Publishing(_Model):
    """How long one request, one attempt and one doubt may last."""

    deadline: Length = timedelta(seconds=30)
    """How long one request to a platform may take."""
    lease: Length = timedelta(minutes=2)
    """How long one attempt may take before another may be made."""
    quarantine: Annotated[Length, Field(validate_default=True)] = timedelta(minutes=3)
    """How long a doubtful post rests before it is looked for; longer than the deadline."""

    @field_validator("quarantine")
    @classmethod
    def _outlasts(cls, value: timedelta, info: Any) -> timedelta:
        deadline = info.data.get("deadline", timedelta(0))
        if value <= deadline:
            raise ValueError(
                f"{shown_duration(value)} must be longer than the deadline "
                f"({shown_duration(deadline)}), or a post still on its way would be looked for."
            )
        return value


class Bot(_Model):
    """What holds for the whole program: `bot.toml`."""

    database: Annotated[str, AfterValidator(_database)] = "sqlite:///var/bot.db"
    """Where articles and posts are kept: sqlite:///PATH or postgresql://…."""
    allow_private_addresses: Switch = False
    """Whether pages may be fetched from this machine and private networks; false on a server."""
    contact: str = ""
    """Whom to ask about the bot; goes along with every request."""
    notify: Words = ()
    """Where notices go: Apprise addresses."""
    review: ReviewPage = ReviewPage()
    """The review page."""
    media: MediaStore = MediaStore()
    """Pictures and videos."""
    publishing: Publishing = Publishing()
    """How long things may take."""


class Only(_Model):
    """Which articles a channel takes; empty means all."""

    language: tuple[Language, ...] = ()
    """Codes of languages; empty: all."""
    section: Words = ()
    """Names of sections; empty: all."""


class Sensitive(_Model):
    """What always waits for a person, beside the shipped lists."""

    sections: Words = ()
    """Sections whose articles always wait for a person."""
    tags: Words = ()
    """Tags whose articles always wait for a person."""
    words: Words = ()
    """Words whose articles always wait for a person."""


class Pictures(_Model):
    """Whose pictures may be uploaded: everybody's, those of `own`, or nobody's."""

    reuse: Literal["all", "listed", "none"] = "all"
    """Whose pictures may be uploaded; “listed”: those that credit somebody in `own`."""
    own: Words = ()
    """Names in a picture's credit that make it yours."""


class Look(_Model):
    """How cards and videos look; paths are relative to the working directory."""

    logo: str = ""
    """The picture of the site's logo, best a PNG on nothing; left out: the site's name."""
    accent: Colour = "#b3261e"
    """The colour of rules and of the mark beside a section."""
    paper: Colour = "#fbfaf7"
    """The ground of a card without a picture."""
    ink: Colour = "#161616"
    """The colour of words on it."""
    font: Annotated[str, Field(min_length=1)] = "sans"
    """“sans”, “serif”, or the file of a font (TTF or OTF)."""
    audio: str = ""
    """The file of a sound that you may use, under videos; left out: silence."""
    layouts: Mapping[str, Annotated[str, AfterValidator(_layout)]] = Field(default_factory=dict)
    """The layout of cards by channel or platform, as in { instagram = "quote" }."""

    def layout_for(self, channel: ChannelConfig) -> str:
        """Give the layout that a channel's cards are to have, or "" where none was asked for."""
        names = (channel.name, channel.platform, *_aliases(channel.platform))
        return next((self.layouts[name] for name in names if name in self.layouts), "")


def _aliases(platform: str) -> tuple[str, ...]:
    return tuple(alias for alias, name in PLATFORM_ALIASES.items() if name == platform)


class ChannelConfig(_Model):
    """One account on one platform, as its site's file describes it."""

    given = ("site", "name")
    site: str
    name: str
    platform: str
    """The platform, where it is not the channel's name."""
    account: Annotated[str, AfterValidator(_account)]
    """The account, as the site lists it."""
    language: Language | None = None
    """The language of its teasers; left out: the article's own."""
    only: Only = Only()
    """Which articles it takes; left out: all."""
    use: Literal["all", "pick"] = "all"
    """“pick”: posts are made ready, and sent only when a person picks them."""
    review: ReviewRule = Review()
    """Who looks at a post first; left out: as the site says."""
    windows: Hours = Windows()
    """When it may post, by the site's clock; left out: always."""
    spacing: Duration = timedelta(0)
    """At least this long between two posts."""
    daily_limit: Annotated[int | None, Field(strict=True, ge=1)] = None
    """At most so many posts a day; left out: what the platform allows."""
    max_age: Length = timedelta(hours=24)
    """Older articles are not posted."""
    link: Literal["always", "never"] = "always"
    """Whether a post carries the link; X charges more for one that does."""
    budget: Annotated[float | None, Field(strict=True, ge=0, allow_inf_nan=False)] = None
    """US dollars a month, where the platform charges."""
    settings: Any = None  # an instance of the platform's own model
    """What the platform itself wants to know."""

    @property
    def key(self) -> str:
        """The channel's name among all sites: "harbour/twitter"."""
        return f"{self.site}/{self.name}"


class Site(_Model):
    """A publication: where its articles come from and where they go."""

    given = ("id",)
    id: str
    url: Url
    """The home page."""
    name: str = Field(default_factory=lambda known: _host(known.get("url", "")), min_length=1)
    """What the publication is called; left out: the host of `url`."""
    language: Language = ""
    """The language of articles that do not say theirs."""
    timezone: Zone = ZoneInfo("UTC")
    """The IANA zone of all hours in this file."""
    feeds: tuple[Url, ...] = ()
    """Feeds in which new articles are found."""
    sitemaps: tuple[Url, ...] = ()
    """News sitemaps in which new articles are found."""
    wordpress: tuple[Url, ...] = ()
    """Roots of WordPress APIs, as in “https://…/wp-json/”."""
    pages: tuple[Url, ...] = ()
    """Pages whose links are articles."""
    aliases: tuple[Host, ...] = ()
    """Other hosts under which the same articles are found."""
    poll_every: Length | None = None
    """How often to look; left out: as busy as each source is."""
    review: ReviewRule = Review()
    """Who looks at a post first: “required”, “hold 15m” or “none”; a channel may differ."""
    flood_limit: Annotated[int, Field(strict=True, ge=0)] = 5
    """More new articles than this in one poll wait for a person."""
    utm: Mapping[
        Annotated[str, AfterValidator(_utm_name)], Annotated[str, AfterValidator(_utm_value)]
    ] = Field(default_factory=dict)
    """What links carry for your statistics; {platform}, {site}, {channel} are filled in."""
    hashtags: Mapping[str, str] = Field(default_factory=dict)
    """Tags that become hashtags, and how those are written."""
    not_authors: Words = ()
    """Names that stand where an author should, and are none."""
    kinds: Mapping[Annotated[str, AfterValidator(_kind)], Words] = Field(default_factory=dict)
    """Sections and tags that make a piece opinion, interview, obituary and so on."""
    sensitive: Sensitive = Sensitive()
    """What always waits for a person, beside the words the bot knows."""
    pictures: Pictures = Pictures()
    """Whose pictures may be uploaded."""
    look: Look = Look()
    """Logo, colours and font of cards and videos."""
    channels: Mapping[str, ChannelConfig] = Field(default_factory=dict)
    """The accounts that articles are announced on."""

    @property
    def sources(self) -> tuple[tuple[SourceKind, str], ...]:
        """The sources that are named, each with its kind; none means that they are looked for."""
        named = {
            SourceKind.FEED: self.feeds,
            SourceKind.SITEMAP: self.sitemaps,
            SourceKind.WORDPRESS: self.wordpress,
            SourceKind.PAGE: self.pages,
        }
        return tuple((kind, url) for kind, urls in named.items() for url in urls)

    def utm_for(self, channel: ChannelConfig) -> dict[str, str]:
        """Fill in the parameters that a link on `channel` carries: {"utm_source": "twitter"}."""
        known = {"platform": channel.platform, "site": self.id, "channel": channel.name}
        return {f"utm_{name}": value.format(**known) for name, value in self.utm.items()}


def _host(url: str) -> str:
    return (urlsplit(url).hostname or url).removeprefix("www.")
