"""The words of the bot as values, and the one table of a post's life.

Everything here is frozen and knows no file, network or database. Times are
aware UTC; a naive time is a programming error and is refused where it enters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

# --------------------------------------------------------------------- article


class Kind(StrEnum):
    """What sort of piece an article is; opinion, for one, is labelled."""

    NEWS = "news"
    OPINION = "opinion"
    INTERVIEW = "interview"
    STATEMENT = "statement"
    OBITUARY = "obituary"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a source, as the source tells it: enough to know it again."""

    url: str
    guid: str = ""
    cms_id: str = ""
    title: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""
    published_at: datetime | None = None
    modified_at: datetime | None = None


class SourceKind(StrEnum):
    """In which way a site tells what it has published."""

    FEED = "feed"  # RSS, RDF, Atom, JSON Feed
    SITEMAP = "sitemap"  # a news sitemap, or an index of sitemaps
    WORDPRESS = "wordpress"  # the REST API, by its root
    PAGE = "page"  # the links of a page


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source holds now, and what of it could not be used."""

    entries: tuple[Entry, ...]  # in the order of the source
    title: str = ""
    language: str = ""
    wait: timedelta | None = None  # how long the source itself asks to be left alone
    skipped: tuple[str, ...] = ()  # one sentence each
    more: tuple[str, ...] = ()  # addresses to read too: the parts of an index, newest first


@dataclass(frozen=True, slots=True)
class Image:
    """The picture of an article, with what decides whether it may be used."""

    url: str
    alt: str = ""
    caption: str = ""
    credit: str = ""
    licence: str = ""
    width: int | None = None
    height: int | None = None
    focus: tuple[float, float] | None = None  # what must stay in sight: from left and top, 0 to 1


@dataclass(frozen=True, slots=True)
class FirstPublication:
    """Where and when a translated or shared piece appeared first."""

    sentence: str  # as the article says it, whole
    language: str = ""  # primary tag of the language of the original, "es"
    outlet: str = ""
    date: str = ""  # as written: the year is often left out


@dataclass(frozen=True, slots=True)
class Article:
    """A published piece: what a teaser may say, and how to know it again."""

    url: str
    headline: str
    social_title: str = ""
    dek: str = ""
    body: tuple[str, ...] = ()  # paragraphs of plain text
    kind: Kind = Kind.NEWS
    authors: tuple[str, ...] = ()
    translators: tuple[str, ...] = ()
    section: str = ""
    tags: tuple[str, ...] = ()
    image: Image | None = None
    pictures: tuple[Image, ...] = ()  # the further ones of the text, in its order
    language: str = ""
    published_at: datetime | None = None
    modified_at: datetime | None = None
    day_only: bool = False  # published_at is local midnight: no hour was given
    first_publication: FirstPublication | None = None
    site_name: str = ""
    canonical: str = ""  # as the page declares it, also when on another host
    guid: str = ""
    cms_id: str = ""
    noindex: bool = False
    language_doubt: str = ""  # what the page declares instead, where its words refute it


# ---------------------------------------------------------------------- teaser


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a post that a person should know; blocking, or not."""

    code: str  # stable, for scripts: "headline-cut"
    message: str  # what is wrong and what to do
    blocking: bool = False


@dataclass(frozen=True, slots=True)
class Media:
    """One picture or video of a teaser.

    `path`, `sha256` and `size` are set once the bytes lie in our own store.
    A placeholder stands for a video that this version cannot make yet.
    """

    kind: str  # "image" | "video"
    url: str = ""
    path: str = ""
    alt: str = ""
    credit: str = ""
    mime: str = ""
    sha256: str = ""
    size: int | None = None
    placeholder: bool = False


@dataclass(frozen=True, slots=True)
class Teaser:
    """What is said of an article on one channel, ready to be sent as it is."""

    text: str
    title: str = ""
    link: str = ""
    media: tuple[Media, ...] = ()
    language: str = ""


# ------------------------------------------------------------------------ post


class State(StrEnum):
    """Where a post stands; see TRANSITIONS for the ways between."""

    HELD = "held"
    APPROVED = "approved"
    SENDING = "sending"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    NEEDS_PERSON = "needs_person"
    PUBLISHED = "published"
    REJECTED = "rejected"
    EXPIRED = "expired"
    REFUSED = "refused"
    DELETED = "deleted"


class Verb(StrEnum):
    """What moves a post from one state to another."""

    HOLD = "hold"
    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    EXPIRE = "expire"
    RECALL = "recall"
    REOPEN = "reopen"
    LEASE = "lease"
    SETTLE = "settle"
    BLOCK = "block"
    LAPSE = "lapse"
    RECONCILE = "reconcile"
    DECIDE = "decide"
    DELETE = "delete"


_S = State
TRANSITIONS: Final[Mapping[tuple[State | None, Verb], frozenset[State]]] = MappingProxyType(
    {
        (None, Verb.HOLD): frozenset({_S.HELD, _S.APPROVED}),
        (_S.HELD, Verb.APPROVE): frozenset({_S.APPROVED}),
        (_S.HELD, Verb.EDIT): frozenset({_S.HELD}),
        (_S.APPROVED, Verb.EDIT): frozenset({_S.HELD}),
        (_S.HELD, Verb.REJECT): frozenset({_S.REJECTED}),
        (_S.APPROVED, Verb.REJECT): frozenset({_S.REJECTED}),
        (_S.HELD, Verb.EXPIRE): frozenset({_S.EXPIRED}),
        (_S.APPROVED, Verb.EXPIRE): frozenset({_S.EXPIRED}),
        (_S.APPROVED, Verb.RECALL): frozenset({_S.HELD}),
        (_S.REJECTED, Verb.REOPEN): frozenset({_S.HELD}),
        (_S.EXPIRED, Verb.REOPEN): frozenset({_S.HELD}),
        (_S.REFUSED, Verb.REOPEN): frozenset({_S.HELD}),
        (_S.APPROVED, Verb.LEASE): frozenset({_S.SENDING}),
        (_S.WAITING, Verb.LEASE): frozenset({_S.SENDING}),
        (_S.SENDING, Verb.SETTLE): frozenset(
            {_S.PUBLISHED, _S.WAITING, _S.APPROVED, _S.REFUSED, _S.UNKNOWN}
        ),
        (_S.SENDING, Verb.BLOCK): frozenset({_S.APPROVED}),
        (_S.SENDING, Verb.LAPSE): frozenset({_S.UNKNOWN}),
        (_S.UNKNOWN, Verb.RECONCILE): frozenset({_S.PUBLISHED, _S.APPROVED, _S.NEEDS_PERSON}),
        (_S.NEEDS_PERSON, Verb.DECIDE): frozenset({_S.PUBLISHED, _S.APPROVED, _S.REJECTED}),
        (_S.PUBLISHED, Verb.DELETE): frozenset({_S.DELETED}),
    }
)
del _S

# What an editor may still have to deal with; the rest is history.
OPEN: Final = frozenset(
    {
        State.HELD,
        State.APPROVED,
        State.SENDING,
        State.WAITING,
        State.UNKNOWN,
        State.NEEDS_PERSON,
    }
)


#: Names that people use for a platform, beside its own.
PLATFORM_ALIASES: Final = MappingProxyType({"x": "twitter"})


@dataclass(frozen=True, slots=True)
class Channel:
    """One account on one platform, belonging to a site."""

    site: str
    name: str
    platform: str
    account: str


@dataclass(frozen=True, slots=True)
class Post:
    """One teaser on one channel for one occasion, with its state."""

    id: int
    article_id: int
    site: str
    channel: str
    platform: str
    account: str
    occasion: str
    state: State
    teaser: Teaser
    problems: tuple[Problem, ...]
    key: str  # the mark by which it is found again on its platform
    article_url: str
    article_title: str
    created_at: datetime
    due_at: datetime | None = None  # its slot
    not_before: datetime | None = None  # a retry waits for this
    expires_at: datetime | None = None  # None: a person gave it a time
    approved_at: datetime | None = None
    approved_by: str = ""
    frozen_hash: str = ""  # of text and media, fixed at approval
    token: int = 0  # fencing token: grows with every lease
    check_at: datetime | None = None  # when a waiting post is looked at again
    remote_id: str = ""
    remote_url: str = ""
    reason: str = ""  # why it stands where it stands, in words
    version: int = 1  # grows with every change: two editors cannot overwrite each other


@dataclass(frozen=True, slots=True)
class LogRow:
    """One transition that happened: append-only."""

    post_id: int
    at: datetime
    who: str
    verb: Verb
    before: State | None
    after: State
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to publish a post: append-only."""

    post_id: int
    token: int
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str = ""
    detail: str = ""


# --------------------------------------------------------------------- outcome


@dataclass(frozen=True, slots=True)
class Published:
    """The platform said so. `extras` are steps that may still follow it."""

    remote_id: str
    url: str = ""
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work goes on; call again with `resume` at `check_at`."""

    resume: Mapping[str, Any] = field(default_factory=dict)
    check_at: datetime | None = None  # None: at once


@dataclass(frozen=True, slots=True)
class Retry:
    """Provably not sent; try again at `at`.

    `rests` says what must be left alone until then: the "post" alone, its whole
    "channel", or every channel of the same "credential" (a quota of a project).
    """

    reason: str
    at: datetime | None = None
    rests: str = "post"


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform says never."""

    reason: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """The channel itself cannot post: token, rights, wrong account, money."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell whether the post is live."""

    reason: str


@dataclass(frozen=True, slots=True)
class Absent:
    """Read back and not there; `proven` where the platform's word settles it."""

    proven: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Who a credential is, by the platform's own word."""

    id: str  # the platform's number of the account
    name: str  # as a site would list it: "harbour_post", "@harbourpost"
    lacks: tuple[str, ...] = ()  # rights that it needs and has not, in the platform's words
    expires_at: datetime | None = None  # of the credential; None: never, or not told
    hidden: str = ""  # why the public cannot see what it posts; "" where it can


@dataclass(frozen=True, slots=True)
class Renewed:
    """A new credential in place of one that ends; the old one may be dead already."""

    secrets: Mapping[str, str]  # by name: what changed
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """Where to look for a post of which nobody can tell whether it is live."""

    since: datetime  # when the first attempt that may have reached the platform began
    others: frozenset[str] = frozenset()  # remote ids that are known to be other posts


Outcome = Published | Waiting | Retry | Refused | Blocked | Unknown | Absent
