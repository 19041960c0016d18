"""What a teaser shows: a card or a video, of which pictures, with which words on it.

Rights decide first (`editorial.Pictures`). What may not be uploaded, cropped or have words
put on it leaves a card of words, or the platform's own card of the link; an editor is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot import editorial, text
from bot.media.base import ALT_LENGTH, Art, Card, Picture, Shape, Video, Words
from bot.model import Article, Image, Problem
from bot.teaser import _said
from bot.teaser._quote import quotation
from bot.teaser._screen import on_screen
from bot.teaser._voice import Voice

if TYPE_CHECKING:
    from bot.platforms.base import Platform

#: So many words stand on a card beside its headline: an editorial choice.
BESIDE: Final = 12
#: A section with a longer name is no kicker.
KICKER_LENGTH: Final = 30
MOST_PICTURES: Final = 4  # in one video

_GRAVE: Final = Problem(
    "sensitive-video", "A grave matter gets no video: reject this post.", blocking=True
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a teaser shows, the article's pictures in it, and what is to be told of them."""

    art: tuple[Art, ...] = ()
    shown: tuple[Image, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a video shows in turn, below its headline."""
        orders = (each.order for each in self.art)
        return next((each.sentences for each in orders if isinstance(each, Video)), ())

    @property
    def credits(self) -> tuple[str, ...]:
        """Whose the pictures are, each once."""
        return tuple(dict.fromkeys(filter(None, map(credit_of, self.shown))))

    @property
    def bare(self) -> bool:
        """Whether a picture is shown as it is, so that the text alone can say whose it is."""
        cards = (each.order for each in self.art if isinstance(each.order, Card))
        return any(card.picture is not None and card.picture.whole for card in cards)


def plan(
    article: Article,
    voice: Voice,
    platform: type[Platform],
    *,
    link: str,
    grave: bool,
    confirmed: bool = False,
) -> Plan:
    """Decide what the teaser of an article shows on a channel.

    `grave`: no video, and no quotation set large. `confirmed`: an editor says that the
    article's picture may be used here, whatever its credit and its licence say.
    """
    limits = platform.limits
    order = _Order(article, voice, voice.language_of(article), grave, confirmed)
    if limits.media == "video":
        return Plan(problems=(_GRAVE,)) if grave else order.video()
    if voice.form == "reel" and not grave:
        return order.video()
    if limits.link == "attached" and voice.form != "photo+comment":
        return Plan()  # the link has a card of its own
    needed = limits.media == "image" or (limits.link == "text" and not link)
    return order.card(Shape(limits.shape or Shape.WIDE), needed=needed)


def own(path: str, alt: str, voice: Voice, platform: type[Platform]) -> Art:
    """Order an editor's own picture in the shape of the platform, without words on it."""
    shape = Shape(platform.limits.shape or Shape.WIDE)
    return Art(Card(Card.PICTURE_ALONE, shape, Words(""), voice.look, Picture(path)), alt)


def credit_of(image: Image) -> str:
    """Say whose a picture is, with the licence where that asks to be named."""
    credit, licence = text.clean(image.credit), editorial.attribution(image)
    if _letters(licence) in _letters(credit):
        return credit
    return f"{credit} ({licence})" if credit else licence


@dataclass(frozen=True, slots=True)
class _Order:
    """One article on its way to a card or a video."""

    article: Article
    voice: Voice
    lang: str
    grave: bool
    confirmed: bool

    def card(self, shape: Shape, *, needed: bool) -> Plan:
        """Order a card; where none is `needed`, only of a picture that may be used."""
        asked = self.voice.layout
        words, layout = self._words(), asked or ("headline" if needed else Card.PICTURE_ALONE)
        if layout == "quote" or (layout == "headline" and not asked):
            words, layout = self._quoted(words)
        instead = "a card of words stands in" if needed else "the link shows its own card"
        image, told = self._hero(instead, layout)
        if image is None and not needed and asked not in (Card.WORDS_ALONE, "quote"):
            return Plan(problems=told)
        if image is None and layout != "quote":
            layout = Card.WORDS_ALONE
        picture = self._picture(image) if image else None
        order = Card(layout, shape, words, self.voice.look, picture)
        alt = text.clean(image.alt or image.caption) if image else ""
        alt = text.cut_at_word(alt, lambda cut: len(cut) <= ALT_LENGTH)
        art = Art(order, alt, credit_of(image) if image else "")
        return Plan((art,), (image,) if image else (), told)

    def video(self) -> Plan:
        """Order the video, with every picture of the article that it may move over."""
        hero, told = self._hero("the video goes without it", "")
        own = {each.url: each for each in (*filter(None, (hero,)), *self._further())}
        shown = tuple(own.values())[:MOST_PICTURES]
        words = self._words()
        order = Video(
            Words(words.headline, words.kicker, language=self.lang),
            on_screen(self.article, words.headline, self.lang),
            self.voice.look,
            tuple(self._picture(each) for each in shown),
        )
        credit = ", ".join(Plan(shown=shown).credits)
        return Plan((Art(order, credit=credit),), shown, told)

    # ------------------------------------------------------------------- pictures

    def _hero(self, instead: str, layout: str) -> tuple[Image | None, tuple[Problem, ...]]:
        """Give the article's picture where it may be used so, else what an editor can do."""
        image, rights = self.article.image, self.voice.pictures
        if layout == Card.WORDS_ALONE:
            return None, ()
        if image is None or self.confirmed:
            return image, ()
        confirm = "if you may use it so, write “bot edit ID --picture-is-ours”."
        if not rights.may_upload(image):
            message = f"{_whose(image, rights)}, so {instead}: {confirm}"
            return None, (Problem("picture-not-ours", message),)
        if layout != Card.PICTURE_ALONE and not rights.may_alter(image):
            licence = f" ({name})" if (name := editorial.attribution(image)) else ""
            message = (
                f"The licence of the picture{licence} allows no crop and no words on it,"
                f" so {instead}: {confirm}"
            )
            return None, (Problem("picture-no-derivatives", message),)
        return image, ()

    def _further(self) -> tuple[Image, ...]:
        rights = self.voice.pictures
        return tuple(
            image
            for image in self.article.pictures
            if rights.may_upload(image) and rights.may_alter(image)
        )

    def _picture(self, image: Image) -> Picture:
        credit = credit_of(image)
        return Picture(
            image.url,
            focus=image.focus,
            credit=_said.credited("photo", (credit,), self.lang) or credit,
            whole=not (self.confirmed or self.voice.pictures.may_alter(image)),
        )

    # ---------------------------------------------------------------------- words

    def _words(self) -> Words:
        headline = _said.headline(self.article, self.lang)
        kicker = _said.kicker(self.article, headline, self.lang) or self._section(headline)
        dek = _said.dek(self.article, self.lang)
        if dek and editorial.repeats(dek[0], headline):
            dek = ()
        room = BESIDE - text.count_words(kicker)
        while dek and _reading(" ".join(dek)) > room:
            dek = dek[:-1]
        return Words(headline, kicker, " ".join(dek), language=self.lang)

    def _section(self, headline: str) -> str:
        """Give the section, unless it names a place on the page or stands in the headline."""
        section = text.clean(self.article.section)
        placed = section.casefold() in editorial.CMS_TAGS
        said = headline.casefold().startswith(section.casefold())
        return "" if placed or said or len(section) > KICKER_LENGTH else section

    def _quoted(self, words: Words) -> tuple[Words, str]:
        """Part a quotation from its speaker, where the headline is one that may be set large."""
        found = None if self.grave else quotation(words.headline, self.lang)
        if found is None:
            return words, "headline"
        quoted, speaker = found
        return Words(quoted, words.kicker, speaker=speaker, language=self.lang), "quote"


def _letters(line: str) -> str:
    """Give the letters and figures of a line: “CC-BY 4.0” is “cc by 4.0”."""
    return "".join(filter(str.isalnum, line.casefold()))


def _whose(image: Image, rights: editorial.Pictures) -> str:
    """Begin a sentence that says why a picture is not ours to upload."""
    credit = text.clean(image.credit)
    if rights.reuse == "none":
        by = f"; this one is by “{credit}”" if credit else ""
        return f'The site uploads no pictures (pictures.reuse = "none"{by})'
    if not credit:
        return "The picture has no credit that says whose it is"
    return f"The picture is by “{credit}”, whom pictures.own does not name"


def _reading(line: str) -> int:
    """Count words; where nothing parts them, two characters for one."""
    words = text.count_words(line)
    return words if words <= 2 * len(line.split()) else words // 2
