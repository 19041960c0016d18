"""From an article to what is said of it on one channel, fitted to the platform's own measure.

A template is rendered whole, measured, and rendered again with less until it
fits: what gives way, and in which order, is the template's word. The link, a
name, a credit and the inside of a quotation never do; the dek goes by whole
sentences; a headline is cut at a word, visibly, and only at the hard limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from bot import editorial, text
from bot._sandbox import Sheet, Templates
from bot.language import language, phrase
from bot.model import Article, Kind, Media, Problem, Teaser

if TYPE_CHECKING:
    from bot.platforms.base import Platform

__all__ = ["Rendered", "Templates", "Voice", "judge", "render"]

GIVES_WAY = ("extra_hashtags", "hashtags", "first_published", "translation", "dek", "story")
#: Only the hard limit takes these, and last of all.
HARD = ("kicker", "headline")

SAYABLE = 5_000  # characters of headline, dek or paragraph: more no teaser could hold
MOST_SENTENCES = 30
STORY_WORDS = 250  # more of the body no teaser needs
PARAGRAPH_WORDS = 45  # a paragraph on a telephone
ALT_LENGTH = 250  # what a picture shows is said in so many characters

SENTENCE_ENDS = tuple(".!?…؟۔。！？।")
CLOSERS = "”’\"'»«›“」』)]"


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


@dataclass(frozen=True, slots=True)
class Parts:
    """What of an article may give way to a limit."""

    headline: str = ""
    kicker: str = ""
    dek: tuple[str, ...] = ()  # sentences
    same: bool = False  # the dek begins with the headline's news again
    story: tuple[tuple[str, ...], ...] = ()  # paragraphs of sentences
    hashtags: tuple[str, ...] = ()
    translation: str = ""
    first_published: str = ""


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
    return Rendered(teaser, (*faults, *lacks, *problems), reasons)


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


def _code(article: Article, voice: Voice) -> str:
    return (article.language or voice.language).replace("_", "-").split("-")[0].lower()


def _parts(copy: _Copy, tags: Sequence[str], lang: str) -> Parts:
    """Gather what may be said, in whole sentences, nothing of it twice."""
    article, safe = copy.article, copy.safe
    headline = safe(
        text.cut_at_word(text.clean(article.headline), lambda cut: len(cut) <= SAYABLE, lang)
    )
    dek = [safe(sentence) for sentence in _sentences(text.clean(article.dek), lang)]
    same = bool(dek) and editorial.repeats(dek[0], headline)
    told = headline if same else f"{headline} {' '.join(dek)}"
    return Parts(
        headline=headline,
        kicker=_kicker(article, lang),
        dek=tuple(dek),
        same=same,
        story=tuple(
            tuple(map(safe, paragraph))
            for paragraph in _story(article, lang)
            if not editorial.repeats(" ".join(paragraph), told)
        ),
        hashtags=tuple(tags),
        translation=_label("translation", map(safe, article.translators), lang),
        first_published=safe(getattr(article.first_publication, "sentence", "")),
    )


def _kicker(article: Article, lang: str) -> str:
    """Return the word that labels the piece, unless its headline begins with it."""
    known = language(lang)
    label = "" if article.kind is Kind.NEWS else known.phrases.get(article.kind.value, "")
    begins = known.fold(article.headline).startswith(known.fold(label))
    return "" if begins else label


@lru_cache(maxsize=4)  # asked for by each of an article's channels in turn
def _story(article: Article, lang: str) -> tuple[tuple[str, ...], ...]:
    """Part the body into short paragraphs; subheadings and credit lines are none."""
    story: list[tuple[str, ...]] = []
    words = 0
    for paragraph in article.body:
        line = text.clean(paragraph)
        if words > STORY_WORDS:
            break
        if line.rstrip(CLOSERS).endswith(SENTENCE_ENDS) and not _is_credit(article, line, lang):
            words += text.count_words(line)
            story += _short(_sentences(line, lang))
    return tuple(story)


def _sentences(line: str, lang: str) -> list[str]:
    """Return the sentences of a line, as far as any platform could take them."""
    found = text.sentences(line[: 2 * SAYABLE], lang)[:MOST_SENTENCES]
    return [
        sentence
        for sentence, end in zip(found, accumulate(map(len, found)), strict=True)
        if end <= SAYABLE
    ]


def _short(sentences: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Part a paragraph where it grows long for a telephone."""
    kept: list[str] = []
    words = 0
    for sentence in sentences:
        words += text.count_words(sentence)
        if kept and words > PARAGRAPH_WORDS:
            yield tuple(kept)
            kept, words = [], text.count_words(sentence)
        kept.append(sentence)
    if kept:
        yield tuple(kept)


def _is_credit(article: Article, line: str, lang: str) -> bool:
    first = article.first_publication
    if first is not None and first.sentence and text.clean(first.sentence) in line:
        return True
    return any(language(lang).credit(kind, line) for kind in language(lang).credits)


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
        "section": safe(article.section),
        "social_title": safe(article.social_title),
        "authors": authors,
        "byline": " ".join((by, ", ".join(authors))).strip() if authors else "",
        "photo": _label("photo", [credit], lang) or credit,
    }


def _changing(parts: Parts, lang: str) -> dict[str, object]:
    """Return what may give way, as a template sees it."""
    tags = [text.isolate(tag) for tag in parts.hashtags] if language(lang).rtl else parts.hashtags
    story = [" ".join(paragraph) for paragraph in parts.story if paragraph]
    return {
        "headline": parts.headline,
        "kicker": parts.kicker,
        "dek": [] if parts.same else list(parts.dek),
        "whole_dek": list(parts.dek),
        "story": story,
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
    sheet, limits, measure = copy.sheet, copy.platform.limits, copy.platform.measure
    full, fixed = _parts(copy, tags, lang), _fixed(copy, media, lang)

    order = sheet.gives_way if sheet.gives_way is not None else (*GIVES_WAY, *HARD)

    def written(name: str) -> Callable[[Parts], str]:
        return lambda parts: sheet.render({**fixed, **_changing(parts, lang)}).get(name, "")

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


def fit(
    full: Parts,
    order: Sequence[str],
    written: Callable[[Parts], str],
    fits: Callable[[str], bool],
    in_room: Callable[[str], bool] | None,
    lang: str,
) -> tuple[str, list[Problem]]:
    """Return the fullest text within the limit, and what had to be cut to get there.

    `order` names what gives way to room and limit; whatever else there is gives
    way to the limit alone. What fitted stays as it is when it is fitted again.
    """

    def wanted(parts: Parts) -> bool:
        said = written(parts)
        return (in_room is None or in_room(said)) and fits(said)

    def allowed(parts: Parts) -> bool:
        return fits(written(parts))

    parts = _give_way(full, [name for name in order if name not in HARD], wanted)
    if allowed(parts):
        return written(parts), []
    parts = _give_way(parts, dict.fromkeys((*order, *GIVES_WAY, "kicker")), allowed, back=False)
    if allowed(parts):
        return written(parts), []
    whole = parts.headline
    parts = replace(
        parts,
        headline=text.cut_at_word(whole, lambda cut: allowed(replace(parts, headline=cut)), lang),
    )
    if not allowed(parts):
        return "", [Problem("too-long", _TOO_LONG, blocking=True)]
    if not parts.headline:
        return written(parts), [Problem("headline-too-long", _UNCUTTABLE, blocking=True)]
    return written(parts), [Problem("headline-cut", f"The headline was cut: {whole}")]


_TOO_LONG = "Link, names and credits alone are longer than the platform allows: write the text."
_UNCUTTABLE = "The headline does not fit, and no cut of it leaves its quotation whole: rewrite it."


def _give_way(
    full: Parts, order: Iterable[str], fits: Callable[[Parts], bool], *, back: bool = True
) -> Parts:
    """Take away in steps until it fits; then give back what still may be, the dearest first."""
    parts, names = full, [name for name in order if name != "headline"]
    enough = fits(parts)
    for name in names:
        for value in () if enough else _ladder(name, parts):
            parts = _with(parts, name, value)
            if enough := fits(parts):
                break
    for name in reversed(names if enough and back else []):
        for value in (_value(full, name), *_ladder(name, full)):
            if value == _value(parts, name):
                break
            if fits(more := _with(parts, name, value)):
                parts = more
                break
    return parts


def _ladder(name: str, parts: Parts) -> Iterator[Any]:
    """Yield ever less of a part, down to nothing: by hashtag, by sentence, or as a whole."""
    value = _value(parts, name)
    while len(value) > (name == "extra_hashtags"):
        value = "" if isinstance(value, str) else _shorter(value)
        yield value


def _shorter(value: tuple[Any, ...]) -> tuple[Any, ...]:
    *kept, last = value
    return (*kept, last[:-1]) if isinstance(last, tuple) and len(last) > 1 else tuple(kept)


def _value(parts: Parts, name: str) -> Any:
    return getattr(parts, name.removeprefix("extra_"))


def _with(parts: Parts, name: str, value: Any) -> Parts:
    return replace(parts, **{name.removeprefix("extra_"): value})
