"""From an article to what is said of it on one channel, fitted to the platform's own measure.

What gives way to a limit (`bot.fit`), and in which order, is the template's word.
The link, a name, a credit and the inside of a quotation never do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING

from bot import editorial, text
from bot._sandbox import Sheet, Templates
from bot._story import SAYABLE, sentences, story
from bot.fit import GIVES_WAY, HARD, Parts, fit
from bot.language import language, phrase
from bot.model import Article, Kind, Media, Problem, Teaser

if TYPE_CHECKING:
    from bot.platforms.base import Platform

__all__ = ["Rendered", "Templates", "Voice", "judge", "render"]

ALT_LENGTH = 250  # what a picture shows is said in so many characters


@dataclass(frozen=True, slots=True)
class Voice:
    """How a site speaks on one channel: what a teaser needs of the configuration."""

    site: str  # the name by which templates are overridden
    name: str = ""
    domain: str = ""
    account: str = ""
    language: str = ""  # where the article does not say its own
    zone: tzinfo = UTC
    form: str = ""  # "photo+comment": a picture where the link would be attached
    link_in_bio: bool = False
    hashtags: Mapping[str, str] = field(default_factory=dict)
    not_authors: tuple[str, ...] = ()
    sensitive: editorial.Sensitive = field(default_factory=editorial.Sensitive)
    pictures: editorial.Pictures = field(default_factory=editorial.Pictures)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A teaser, what is wrong with it, and why a person must look whatever the rule."""

    teaser: Teaser
    problems: tuple[Problem, ...] = ()
    reasons: tuple[Problem, ...] = ()


def render(
    templates: Templates,
    article: Article,
    *,
    voice: Voice,
    platform: type[Platform],
    link: str,
    now: datetime,
    slot_at: datetime | None = None,
) -> Rendered:
    """Make the teaser of an article for one channel; the same input gives the same teaser.

    `link` is the whole link, campaign included; "" where the channel shows none.
    The text is within the platform's limit, always: where that takes more than
    an editor would allow, a blocking problem says so. Raises TemplateError.
    """
    lang = _code(article, voice)
    copy = _Copy(templates.find(voice.site, platform.name, lang), article, voice, platform, link)
    grave = bool(editorial.review_reasons(article, voice.sensitive, lang=lang))
    media, lacks = _media(article, voice, platform, grave)
    tags = [] if grave else editorial.hashtags(article, voice.hashtags, lang=lang)
    teaser, faults = _write(copy, tags, media, lang)
    said = f"{teaser.title}\n{teaser.text}"
    if tags and editorial.review_reasons(article, voice.sensitive, lang=lang, text=said):
        teaser, faults = _write(copy, [], media, lang)  # the body told what the dek did not
    problems, reasons = judge(
        article, teaser, voice=voice, platform=platform, now=now, slot_at=slot_at
    )
    if lacks:  # says why there is no picture or video: not that one be added
        problems = tuple(each for each in problems if each.code not in _WITHOUT)
    return Rendered(teaser, (*faults, *lacks, *problems), reasons)


_WITHOUT = ("image-missing", "video-missing")


def judge(
    article: Article,
    teaser: Teaser,
    *,
    voice: Voice,
    platform: type[Platform],
    now: datetime,
    slot_at: datetime | None = None,
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Return what is wrong with a teaser, and why a person must look; also after an edit."""
    lang = teaser.language or _code(article, voice)
    said = f"{teaser.title}\n{teaser.text}"
    grave = editorial.review_reasons(article, voice.sensitive, lang=lang, text=said)
    occasion = editorial.Occasion(now, slot_at, voice.zone)
    found = editorial.problems(article, teaser, occasion, lang=lang, sensitive=bool(grave))
    reasons = (*grave, *(problem for problem in found if not problem.blocking))
    told = {problem.code for problem in reasons}
    wrong = (*platform.check(teaser), *(problem for problem in found if problem.blocking))
    return tuple(problem for problem in wrong if problem.code not in told), reasons


# ------------------------------------------------------------------ what may be said


@dataclass(frozen=True, slots=True)
class _Copy:
    """Everything one teaser is written from."""

    sheet: Sheet
    article: Article
    voice: Voice
    platform: type[Platform]
    link: str

    def safe(self, words: str) -> str:
        """Return words of the article in which the platform sees no mention, no link."""
        return self.platform.neutralise(text.clean(words))

    def all_safe(self, lines: Iterable[str]) -> tuple[str, ...]:
        """Do the same for many clean lines at once."""
        return tuple(self.platform.neutralise("\n".join(lines)).split("\n"))


def _code(article: Article, voice: Voice) -> str:
    return (article.language or voice.language).replace("_", "-").split("-")[0].lower()


def _parts(copy: _Copy, tags: Sequence[str], lang: str) -> Parts:
    """Gather what may be said, in whole sentences, nothing of it twice."""
    article, safe = copy.article, copy.safe
    headline = safe(
        text.cut_at_word(text.clean(article.headline), lambda cut: len(cut) <= SAYABLE, lang)
    )
    labels = _labels(article.kind, lang)
    dek = [safe(each) for each in sentences(text.clean(article.dek), lang)]
    if language(lang).fold(" ".join(dek)).strip(" .:") in labels:
        dek = []  # “Tribune” alone is a label
    same = bool(dek) and editorial.repeats(dek[0], headline)
    told = headline if same else f"{headline} {' '.join(dek)}"
    return Parts(
        headline=headline,
        kicker=_kicker(article, headline, lang),
        dek=tuple(dek),
        same=same,
        labelled=bool(dek) and not same and _is_labelled(dek[0], article.kind, lang),
        story=tuple(
            copy.all_safe(paragraph)
            for paragraph in story(article, lang)
            if not editorial.repeats(" ".join(paragraph), told)
        ),
        hashtags=tuple(tags),
        translation=_label("translation", map(safe, article.translators), lang),
        first_published=safe(getattr(article.first_publication, "sentence", "")),
    )


def _kicker(article: Article, headline: str, lang: str) -> str:
    """Return the word that labels the piece, unless its headline begins with one."""
    label = "" if article.kind is Kind.NEWS else phrase(lang, article.kind.value)
    return "" if _is_labelled(headline, article.kind, lang) else label


def _labels(kind: Kind, lang: str) -> tuple[str, ...]:
    """Return the words by which a language labels such a piece, folded."""
    known = language(lang)
    words = (known.phrases.get(kind.value, ""), *known.kinds.get(kind.value, ()))
    return tuple(known.fold(word) for word in words if word)


def _is_labelled(line: str, kind: Kind, lang: str) -> bool:
    """Tell “Opinion: the port is ours”, which has its label, from “Opinions differ”."""
    marks = [":", " :", " |", " –", " —"]
    if kind is not Kind.OPINION:  # that one is plainly set apart
        marks.append(" ")
    begins = tuple(label + mark for label in _labels(kind, lang) for mark in marks)
    return language(lang).fold(line).startswith(begins)


def _label(key: str, names: Iterable[str], lang: str) -> str:
    """Write “Photo: NAME”; without a phrase in this language a name would say too little."""
    who, what = ", ".join(name for name in names if name), phrase(lang, key)
    colon = "\u00a0:" if lang == "fr" else ":"
    return f"{what}{colon} {who}" if what and who else ""


def _fixed(copy: _Copy, media: Sequence[Media], lang: str) -> dict[str, object]:
    """Return what no limit takes away: link, names, credits."""
    article, voice, safe = copy.article, copy.voice, copy.safe
    nobody = {name.casefold() for name in voice.not_authors}
    authors = [safe(name) for name in article.authors if name.casefold() not in nobody]
    by = phrase(lang, "by")
    shown = any(each.kind == "image" for each in media)
    credit = safe(article.image.credit) if article.image and shown else ""
    link = text.clean(copy.link)
    rtl = language(lang).rtl
    return {
        "link": text.isolate(link) if rtl and link else link,
        "domain": safe(voice.domain),
        "read_at": phrase(lang, "read_at"),
        "link_in_bio": phrase(lang, "link_in_bio") if voice.link_in_bio else "",
        "site": safe(voice.name),
        "account": voice.account,
        "language": lang,
        "kind": article.kind.value,
        "form": voice.form if shown else "link",
        "section": safe(article.section),
        "social_title": safe(article.social_title),
        "authors": authors,
        "byline": " ".join((by, ", ".join(authors))).strip() if authors else "",
        "photo": _label("photo", [credit], lang) or credit,
    }


def _changing(parts: Parts, lang: str) -> dict[str, object]:
    """Return what may give way, as a template sees it."""
    tags = [text.isolate(tag) for tag in parts.hashtags] if language(lang).rtl else parts.hashtags
    told = [" ".join(paragraph) for paragraph in parts.story if paragraph]
    return {
        "headline": parts.headline,
        "kicker": "" if parts.labelled and parts.dek else parts.kicker,
        "dek": [] if parts.same else list(parts.dek),
        "whole_dek": list(parts.dek),
        "story": told,
        "lead": next((paragraph[0] for paragraph in parts.story if paragraph), ""),
        "hashtags": list(tags),
        "translation": parts.translation,
        "first_published": parts.first_published,
    }


# --------------------------------------------------------------------------- media


def _media(
    article: Article, voice: Voice, platform: type[Platform], grave: bool
) -> tuple[tuple[Media, ...], list[Problem]]:
    """Choose the picture or video, and say what it lacks."""
    limits = platform.limits
    if limits.media == "video":
        if not grave:
            return (Media("video", placeholder=True),), []
        message = "A grave matter gets no video: reject this post."
        return (), [Problem("sensitive-video", message, blocking=True)]
    link_has_card = limits.link == "attached" and voice.form != "photo+comment"
    if article.image is None or (link_has_card and limits.media != "image"):
        return (), []
    image = article.image
    if not voice.pictures.may_upload(image):
        whose = f"by “{image.credit}”" if image.credit else "without a credit"
        message = (
            f"The picture is {whose} and not ours to upload:"
            " choose another, or name its owner in pictures.own."
        )
        return (), [Problem("picture-not-ours", message, blocking=limits.media == "image")]
    alt = text.clean(image.alt or image.caption)
    if len(alt) > ALT_LENGTH:
        alt = text.cut_at_word(alt, lambda cut: len(cut) <= ALT_LENGTH)
    return (Media("image", url=image.url, alt=alt, credit=text.clean(image.credit)),), []


# ----------------------------------------------------------------------------- fit


def _write(
    copy: _Copy, tags: Sequence[str], media: tuple[Media, ...], lang: str
) -> tuple[Teaser, list[Problem]]:
    """Render text and title, each fitted to its own limit."""
    sheet, limits = copy.sheet, copy.platform.limits
    measure = lru_cache(maxsize=64)(copy.platform.measure)
    full, fixed = _parts(copy, tags, lang), _fixed(copy, media, lang)

    order = sheet.gives_way if sheet.gives_way is not None else (*GIVES_WAY, *HARD)

    def written(name: str) -> Callable[[Parts], str]:
        @lru_cache(maxsize=32)  # what fitted is asked for again
        def write(parts: Parts) -> str:
            return sheet.render({**fixed, **_changing(parts, lang)}).get(name, "")

        return write

    def in_room(said: str) -> bool:
        bare = said.replace(str(fixed["link"]), "").strip()
        return sheet.room is None or measure(bare) <= sheet.room

    body, faults = fit(
        full, order, written("text"), lambda said: measure(said) <= limits.text, in_room, lang
    )
    title = ""
    if limits.title:
        title, more = fit(
            full, order, written("title"), lambda said: len(said) <= limits.title, None, lang
        )
        told = {fault.code for fault in faults}
        faults += [fault for fault in more if fault.code not in told]
    link = text.clean(copy.link)
    if not body and limits.link == "text" and measure(link) <= limits.text:
        body = link
    return Teaser(body, title, link, media, lang), faults
