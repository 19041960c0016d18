"""What a good social editor would say of a teaser before it goes out.

Pure: an article and a teaser in, problems out, each with words that say what to
do. The lists of words are the languages' own (`bot/languages/`) and the site's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from bot import text as texts
from bot.language import Language, language
from bot.model import Article, Image, Kind, Problem, Teaser

#: What a section or tag of a CMS says of a page's place, and nothing of its subject.
_CMS_WORDS = (
    "uncategorized uncategorised featured homepage home slider top news breaking general portada"
    " destacado destacada destacados principal actualidad noticias slide notas capa destaque"
    " destaques notícias une accueil actualités actualité startseite aktuell nachrichten allgemein"
    " notizie destacats portadilla manşet gündem genel haber haberler"
    " الرئيسية أخبار عام"
)
CMS_TAGS = frozenset(_CMS_WORDS.split())

#: So much of the body is read for grave matters: what any channel's teaser may say,
#: so that all of them are treated alike.
LEAD_WORDS = 60

#: Words of a teaser that are new beside the headline; fewer, and it says the same.
NEW_WORDS = 0.3

#: Words of a line at most that begins with “By” or “Photo” and is a credit.
CREDIT_WORDS = 6

TITLE_LENGTH = 60  # more of a title hardly anybody sees

#: The advice for each group of words in `Language.sensitive`.
_CARE = {
    "death": "It speaks of a death: no joke, no question to readers, no hashtags, no video.",
    "violence": "It speaks of violence: check picture and words, no hashtags, no video.",
    "suicide": "It speaks of a suicide: leave the method out, no hashtags, no video.",
    "minors": "It speaks of minors: name none of them, no hashtags, no video.",
    "accusation": "It speaks of an accusation: say who accuses; nobody is guilty before a verdict.",
}


@dataclass(frozen=True, slots=True)
class Sensitive:
    """What a site wants a person to look at, beside what the languages list."""

    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pictures:
    """Whose pictures a site may upload."""

    reuse: str = "all"  # "all" | "listed" | "none"
    own: tuple[str, ...] = ()  # agencies and people, as credits name them

    def may_upload(self, image: Image) -> bool:
        """Tell whether the picture is the site's to upload, by its credit."""
        if self.reuse == "listed":
            credit = _folded(image.credit)
            return any(_names(credit, _folded(name)) for name in self.own if name.strip())
        return self.reuse == "all"

    @staticmethod
    def may_alter(image: Image) -> bool:
        """Tell whether its licence lets a picture be cropped and have words put on it."""
        said = "\n".join((image.licence.strip(), image.credit, image.caption))
        squeezed = re.sub(r"[\W\d_]+", "", said.casefold())
        return not (_BY_ND.search(said) or _NO_DERIVATIVES.search(squeezed))


# “CC BY-NC-ND 4.0”, “cc by nd”, …/licenses/by-nd/2.0/; a photo may well be “by ND Lee”.
_BY_ND = re.compile(
    r"(?:\A|\bcc)[ _–-]*by[ _–-]*(?:nc[ _–-]*)?nd\b|\bby[-_–](?:nc[-_–])?nd\b", re.IGNORECASE
)
#: “No derivatives” as Creative Commons writes it in nine languages, and others do; letters alone.
_NO_DERIVATIVES = re.compile(
    "noderiv|nomodif|sin(?:obras?)?derivad|sem(?:obras)?deriva|(?:pasde|sans)modification"
    "|pasd(?:œ|oe)uvres?d[ée]riv|(?:keine?|ohne)bearbeitung|(?:non|no|senza)operederivat"
    "|senseobr[ae]s?derivad|türetilemez|(?:منع|بلا|بدون|لا|عدم)(?:ال)?اشتقاق"
)


def attribution(image: Image) -> str:
    """Name the licence that must stand beside the photographer's name: “CC BY-SA 4.0”, else ""."""
    said = f"{image.licence} {image.credit}"
    if found := _CREATIVE_COMMONS.search(said):
        terms = "-".join(re.findall("by|nc|nd|sa", found[1].lower())).upper()
        return " ".join(filter(None, ("CC", terms, found[2])))
    licence = texts.clean(image.licence)
    spelt = "creative commons" in licence.casefold() and "://" not in licence
    return licence if spelt and len(licence) <= LICENCE_LENGTH else ""


#: A licence that is longer is a legal text, and no name.
LICENCE_LENGTH = 60

_CREATIVE_COMMONS = re.compile(
    r"(?:creativecommons\.org/licenses/|\bcc[\s_–-]*)(by(?:[\s_–-]*(?:nc|nd|sa)\b)*)\b"
    r"(?:[\s_/–-]*(?:v\.? ?)?(\d\.\d))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a teaser is read: its slot, or now where it has none yet."""

    now: datetime
    slot_at: datetime | None = None
    zone: tzinfo = field(default=UTC)


# ---------------------------------------------------------- what waits for a person


def review_reasons(
    article: Article, lists: Sensitive, *, lang: str = "", text: str = ""
) -> list[Problem]:
    """Name why a person must look, whatever the rule: a death, violence, an accusation.

    Read are headline, social title, dek, first paragraphs, tags and section, and
    `text`, where a teaser says more. Such an article gets no hashtags and no video.
    """
    known = language(lang or article.language)
    lead = _lead(article.body)
    credit = (article.image.credit,) if article.image else ()
    for name in filter(None, (*article.authors, *article.translators, *credit)):
        text = text.replace(name, "")  # a name is no deed: Leïla Haddad, Tom Killian
    said = "\n".join(
        (article.headline, article.social_title, article.dek, lead, *article.tags, article.section)
    )
    found = {
        category: (*words, *more)
        for (category, words), (_, more) in zip(
            _grave_words(known, said), _grave_words(known, text), strict=True
        )
    }
    if ages := _MINORS_AGE.findall(f"{said}\n{text}"):
        found["minors"] = (*found.get("minors", ()), *ages)
    if article.kind is Kind.OBITUARY and not found.get("death"):
        found["death"] = (article.kind.value,)
    reasons = [
        Problem(f"sensitive-{category}", f"{_CARE[category]} ({_listed(dict.fromkeys(words))})")
        for category, words in found.items()
        if words
    ]
    return reasons + _site_reasons(article, lists, known, f"{said}\n{text}")


# “Nahel, 16 ans,” and “Leon (15)”: a name and an age, in letters that have capitals.
_MINORS_AGE = re.compile(
    r"\b[A-ZÀ-ÖØ-ÞĞİŞ][^\W\d_]+(?:, | \()(?:1[0-7]|[1-9])"
    r"(?:[,)](?! ?\d)| (?:ans|años|anos|anni|anys|Jahre)\b)"
)


@lru_cache(maxsize=8)
def _lead(body: tuple[str, ...]) -> str:
    """Give the first paragraphs, as far as a teaser may quote them."""
    lead: list[str] = []
    words = 0
    for paragraph in body:
        if words >= LEAD_WORDS:
            break
        lead.append(paragraph)
        words += texts.count_words(paragraph)
    return "\n".join(lead)


@lru_cache(maxsize=8)  # one article is looked at for each of its channels, before and after
def _grave_words(known: Language, said: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (category, tuple(known.finds(words, said, known.harmless)) if said else ())
        for category, words in known.sensitive.items()
    )


def _site_reasons(article: Article, lists: Sensitive, known: Language, said: str) -> list[Problem]:
    listed = (
        ("section", _common((article.section,), lists.sections)),
        ("tag", _common(article.tags, lists.tags)),
        ("word", known.finds(lists.words, said) if lists.words else []),
    )
    return [
        Problem(f"sensitive-{what}", f"The site's list names the {what} {_listed(words)}: look.")
        for what, words in listed
        if words
    ]


# ------------------------------------------------------------------------ problems


def problems(
    article: Article, teaser: Teaser, occasion: Occasion, *, lang: str = "", sensitive: bool = False
) -> list[Problem]:
    """Name everything a good editor would not let pass in this teaser, each a thing to mend.

    `sensitive` says that `review_reasons` found something. What blocks cannot be
    approved; the rest waits for a person, too.
    """
    known = language(lang or article.language)
    said = f"{teaser.title}\n{teaser.text}".strip()
    return [
        *_day_words(article, said, occasion, known),
        *_shouting(article, said, known),
        *_bait(said, known, sensitive),
        *_strangers(said, teaser.link),
        *_characters(said),
        *_quotations(article, said, known),
        *(_method(article, said, known) if sensitive else ()),
        *_on_sensitive(teaser, sensitive),
        *_title(teaser),
    ]


def _day_words(
    article: Article, said: str, occasion: Occasion, known: Language
) -> Iterator[Problem]:
    words = known.finds(known.relative_days, said, known.harmless)
    if not words:
        return
    read_at = (occasion.slot_at or occasion.now).astimezone(occasion.zone).date()
    written = article.published_at and article.published_at.astimezone(occasion.zone).date()
    if article.first_publication is not None or article.translators:
        why = "the piece appeared elsewhere first"
    elif written is None:
        why = "the piece has no date"
    elif written != read_at:
        why = f"the piece is of {written} and the post of {read_at}"
    else:
        return
    yield Problem("relative-day", f"{_listed(words)} may be wrong, {why}: write the date instead.")


def _shouting(article: Article, said: str, known: Language) -> Iterator[Problem]:
    shouted = next(filter(texts.is_all_caps, (article.headline, *said.splitlines())), "")
    if shouted:
        what = "The headline" if shouted == article.headline else "A line"
        like = " ".join((article.dek, _lead(article.body)))
        proposal = texts.sentence_case(shouted, known.code, like)
        yield Problem("all-caps", f"{what} is all capitals. Write: {proposal}")
    words = _breaking(said, known)
    if words and article.kind is not Kind.LIVE:
        classed = known.finds(known.breaking, "\n".join((article.section, *article.tags)))
        if not classed:
            yield Problem(
                "breaking", f"{_listed(words)}, but the piece is not classed so: take it out."
            )


def _breaking(said: str, known: Language) -> list[str]:
    """Return the words that cry “BREAKING”: as a label or in capitals, not in a sentence."""
    found = known.finds(known.breaking, said)
    if not found:
        return []
    labels = (re.split(r"\s*[:|!–—]", line, maxsplit=1)[0] for line in said.splitlines())
    cried = [re.sub(r"^\W+|\W+$", "", label) for label in labels]
    words = [label for label in cried if known.fold(label) in map(known.fold, known.breaking)]
    return words or [word for word in found if word.isupper()]


def _bait(said: str, known: Language, sensitive: bool) -> Iterator[Problem]:
    if words := known.finds(known.clickbait, said):
        yield Problem("clickbait", f"{_listed(words)} withholds the news: say the fact.")
    if sensitive and (words := known.finds(known.engagement, said)):
        yield Problem(
            "engagement", f"{_listed(words)} asks readers about a grave matter: take it out."
        )


_MENTION = re.compile(r"(?<![\w.+-])[@＠]\w[\w.]*")
_CASHTAG = re.compile(r"(?<![\w$])[$][A-Za-z]{1,6}(?![\w$])")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s\u2066-\u2069]+", re.IGNORECASE)


def _strangers(said: str, link: str) -> Iterator[Problem]:
    rest = said.replace(link, " ") if link else said
    for code, pattern, what in (
        ("mention", _MENTION, "names an account: write the name instead."),
        ("cashtag", _CASHTAG, "would become a link to a share price: write the name instead."),
        ("other-link", _ADDRESS, "is a second link: take it out."),
    ):
        if found := list(dict.fromkeys(pattern.findall(rest))):
            yield Problem(code, f"{_listed(found)} {what}")


# Letters dressed up as another typeface, which screen readers spell out or skip:
# mathematical alphanumerics, circled and squared letters (not the four that are emoji).
_PSEUDO = re.compile(
    "[\U0001d400-\U0001d7ff\u24b6-\u24e9\U0001f110-\U0001f169\U0001f172-\U0001f17d\U0001f180-\U0001f189]+"
)


def _characters(said: str) -> Iterator[Problem]:
    if found := _PSEUDO.findall(said):
        plain = ", ".join(f"“{unicodedata.normalize('NFKC', word)}”" for word in found[:3])
        yield Problem(
            "pseudo-font", f"Letters of a fancy typeface cannot be read aloud; write {plain}."
        )
    if any(map(_goes_on_after_emoji, said.split("\n"))):
        yield Problem("emoji", "An emoji stands as a bullet or for a word: write the word.")


_EMOJI = re.compile(
    "[\u231a-\u23ff\u2600-\u27bf\u2b05-\u2b55\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]"
    "|[0-9#*]\ufe0f?\u20e3"
)
_LETTER = re.compile(r"\w")


def _goes_on_after_emoji(line: str) -> bool:
    """Tell whether words follow an emoji; one at the end of a line is mere decoration."""
    first = _EMOJI.search(line)
    return first is not None and _LETTER.search(line, first.end()) is not None


def _quotations(article: Article, said: str, known: Language) -> Iterator[Problem]:
    lines = [(line, texts.quotations(line, known.code)) for line in said.split("\n") if line]
    if not any(spans for _, spans in lines):
        return
    source = {
        _words(saying[start:end])
        for saying in _sayings(article)
        for start, end in texts.quotations(saying, known.code)
    }
    for place, (line, spans) in enumerate(lines):
        for start, end in spans:
            quoted = line[start:end]
            if not (len(quoted) > 1 and _MARKS.match(quoted[-1])):
                message = f"A quotation is opened and never closed: {quoted[:60]}"
                yield Problem("quotation-open", message)
            elif _words(quoted) not in source:
                message = f"{quoted} does not stand in the article so: restore every word."
                yield Problem("quotation-altered", message)
        if spans and not any(_prose(*each, known) for each in lines[place : place + 2]):
            message = f"Nobody is said to have said it: {line[:60]} Name the speaker."
            yield Problem("quotation-unattributed", message)


def _prose(line: str, spans: Iterable[tuple[int, int]], known: Language) -> tuple[str, ...]:
    """Return the words outside of quotations; a label, a credit, a link is none of them."""
    words = _words(_without(line, spans))
    labels, begins = _fixed(known)
    credit = len(words) <= CREDIT_WORDS and words[:1] in begins
    extra = "://" in line or _HASHTAG.match(line.lstrip("\u2068"))
    return () if words in labels or credit or extra else words


@lru_cache(maxsize=16)
def _fixed(known: Language) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return what labels a piece in a language, and how its credits begin."""
    labels = [_words(known.phrases.get(kind.value, "")) for kind in Kind]
    credits = [_words(known.phrases.get(key, ""))[:1] for key in ("by", "photo", "translation")]
    return labels, credits


def _sayings(article: Article) -> Iterator[str]:
    yield from (article.headline, article.social_title, article.dek, *article.body)
    if article.image is not None:
        yield article.image.caption
    if article.first_publication is not None:
        yield article.first_publication.sentence


_MARKS = re.compile("[“”„‟«»‹›\"‘’‚'「」『』]")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\u2066-\u2069]")


def _words(quoted: str) -> tuple[str, ...]:
    """Return what must not change in a quotation: its words in their order."""
    seen = _UNSEEN.sub("", unicodedata.normalize("NFC", quoted))
    return tuple(re.findall(r"[\w%€$£]+", _MARKS.sub("", seen)))


def _without(line: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        line = line[:start] + line[end:]
    return line


def _method(article: Article, said: str, known: Language) -> Iterator[Problem]:
    words = known.finds(known.methods, said)
    told = (article.headline, article.dek, _lead(article.body), *article.tags, said)
    if words and known.finds(known.sensitive["suicide"], "\n".join(told)):
        yield Problem("suicide-method", f"{_listed(words)} tells how: leave the method out.")


def _title(teaser: Teaser) -> Iterator[Problem]:
    if len(teaser.title) > TITLE_LENGTH:
        message = (
            f"The title has {len(teaser.title)} characters, and little more than"
            f" {TITLE_LENGTH} are read: shorten it."
        )
        yield Problem("title-long", message)


_HASHTAG = re.compile(r"(?<![\w/&?=.#])[#＃]\w*[^\W\d_]\w*")


def _on_sensitive(teaser: Teaser, sensitive: bool) -> Iterator[Problem]:
    if not sensitive:
        return
    if found := _HASHTAG.findall(teaser.text):
        yield Problem(
            "sensitive-hashtags", f"No hashtags on a grave matter: take {_listed(found)} out."
        )
    if any(media.kind == "video" for media in teaser.media):
        yield Problem(
            "sensitive-video", "No video of a grave matter: reject this post.", blocking=True
        )


# ------------------------------------------------------------------ words and tags


def repeats(text: str, headline: str) -> bool:
    """Tell whether `text` says hardly more than the headline says."""
    words = set(_WORDS.findall(text.casefold()))
    return not words or len(words - _told(headline)) < NEW_WORDS * len(words)


@lru_cache(maxsize=8)  # one headline is held against many sentences
def _told(headline: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(headline.casefold()))


_WORDS = re.compile(r"\w+")


def hashtags(article: Article, labels: Mapping[str, str], *, lang: str = "") -> list[str]:
    """Return the hashtags, the best first: the site's own words, then tags that occur in the text.

    A tag of the CMS (“Portada”) is none, nor is the name of an author.
    """
    code = lang or article.language
    known = language(code)
    own = {_folded(tag): label for tag, label in labels.items()}
    said = "\n".join((article.headline, article.dek, *article.body))
    people = {_folded(name) for name in (*article.authors, *article.translators)}
    from_map, from_text = [], []
    for tag in (*article.tags, article.section):
        folded = _folded(tag)
        if folded in own:
            from_map.append(texts.hashtag(own[folded], code))
        elif folded not in CMS_TAGS and folded not in people and known.finds((tag,), said):
            from_text.append(texts.hashtag(tag, code))
    unique: dict[str, str] = {}
    for tag in (*from_map, *from_text):
        unique.setdefault(tag.casefold(), tag)
    unique.pop("", None)
    return list(unique.values())


def _common(words: Iterable[str], listed: Iterable[str]) -> list[str]:
    known = {_folded(word) for word in listed}
    return [word for word in words if word and _folded(word) in known]


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _names(credit: str, name: str) -> bool:
    """Tell whether a credit has a name as words of their own: “AP” is not in “Papadakis”."""
    if name.upper() == name.lower():  # scripts without capitals may write words together
        return name in credit
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", credit))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in list(words)[:4])
