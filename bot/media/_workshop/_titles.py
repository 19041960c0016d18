"""The words of a teaser video: set once, and where each of them stands.

Words stand in two blocks inside of what apps leave free: rule, kicker and the words of the
scene above; the publication's name and the picture's credit below. Rule and kicker never
move; the words of the scenes come and go below them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from bot.media import base, storyboard
from bot.media._kind import NotAPicture
from bot.media._workshop import _colour, _soft, _type
from bot.media._workshop._backdrop import Backdrop
from bot.media._workshop._colour import BLACK, RGB, WHITE
from bot.media._workshop._lettering import Drawn, Pen, layer, logo
from bot.media._workshop._planes import FULL, HEIGHT, WIDTH, Layer, Planes, Weights

#: Apps lay their own buttons over the top, the right and the bottom of Shorts and Reels.
LEFT, TOP, RIGHT, BOTTOM = 80, 260, 880, 1440
#: The bar above the words, in the accent.
RULE: Final = (88, 12)

_ACROSS: Final = RIGHT - LEFT
_KICKER = _type.Style(size=36, weight=700)
_HEADLINE = _type.Style(size=96, weight=800, line=1.06, tracking=-0.015)
_SENTENCE = _type.Style(size=64, weight=600, line=1.2, tracking=-0.005)
_NAME = _type.Style(size=36, weight=800)
_CREDIT = _type.Style(size=26, weight=500, line=1.25)
_LARGE_NAME = _type.Style(size=136, weight=800, line=1.04, tracking=-0.02)
_DOMAIN = _type.Style(size=60, weight=700)
_GAP, _SMALL_GAP, _APART = 28, 8, 60
_TALLEST, _CREDITS = 620, 84  # pixels of height: of a scene's words, of a credit
_LOGO = (640, 240)
# Of the end card: what of the field's edge is left and right, and what stands on either side.
_FIELD = 1060, 880
_MARK_BOTTOM, _DOMAIN_TOP = 820, 1130

_SEEN = 2.0  # the contrast of a bar
_TINT = 0.12  # of the accent, in the band that drifts over paper
_SHADE = 260, 260  # pixels above and below the words in which their shade ends
_LEAST_SHADE = 0.3


@dataclass(frozen=True, slots=True)
class Colours:
    """What words, rule and ground are painted with."""

    paper: RGB
    tint: RGB
    field: RGB  # the accent as it is
    ink: RGB  # of words on the ground of the video
    accent: RGB  # as it is seen on paper
    paper_ink: RGB
    field_ink: RGB  # of words on the accent

    @classmethod
    def of(cls, look: base.Look, *, on_paper: bool) -> Colours:
        """Take the site's colours; what could not be seen moves as far as it takes."""
        paper, accent = _colour.parse(look.paper), _colour.parse(look.accent)
        tint, ink = _colour.mixed(paper, accent, _TINT), _colour.parse(look.ink)

        def contrast(each: RGB) -> float:
            return min(_colour.contrast(each, paper), _colour.contrast(each, tint))

        if contrast(ink) < _colour.READABLE:
            ink = max(BLACK, WHITE, key=contrast)
        field_ink = _colour.readable(accent, paper)
        seen = _colour.seen(accent, [paper, tint], ink, _SEEN)
        return cls(paper, tint, accent, ink if on_paper else WHITE, seen, ink, field_ink)

    def accent_on(self, grounds: Sequence[RGB]) -> RGB:
        """The accent as it is seen on all of these, among words on pictures."""
        return _colour.seen(self.field, grounds, self.ink, _SEEN)


class Titles:
    """The words of one video, set, and where they stand."""

    def __init__(
        self,
        order: base.Video,
        scenes: Sequence[storyboard.Scene],
        colours: Colours,
        *,
        high: bool,
    ) -> None:
        """Set them in the upper part of the frame or, as is usual, in its lower part."""
        self._order, self._look, self._colours = order, order.look, colours
        self.rtl = _type.is_rtl(order.words.headline, order.words.language)
        self._pen = Pen(order.look.font, order.words.language, colours.ink)
        kicker, name = self._kicker(), self._name()
        drawn = [self._scene(scene) for scene in scenes[:-1]]
        above = RULE[1] + _GAP + (kicker.height + _GAP if kicker else 0)
        tallest = above + max(each.height for each in drawn)
        self._credit_top = BOTTOM - _CREDITS
        self._name_top = self._credit_top - (name.height + _SMALL_GAP if name else 0)
        self.top = (TOP if high else self._name_top - _APART - tallest) & ~1
        self._words = self.top, self.top + tallest
        #: Of each scene but the end card.
        self.layers = [layer([self._at(each, self.top + above)]) for each in drawn]
        steady = [self._at(name, self._name_top)] if name else []
        if kicker:
            steady.append(self._at(kicker, self.top + RULE[1] + _GAP))
        #: What stands there all the time.
        self.steady = layer(steady) if steady else None
        self.cut = any(each.cut for each in drawn)
        said = kicker.text if kicker else "", *(each.text for each in drawn)
        self.said = tuple(words for words in said if words)

    def credit(self, words: str) -> Layer | None:
        """Set who made a picture, in three lines at the most."""
        if not words:
            return None
        drawn = self._pen.write(words, _CREDIT, (_ACROSS, _CREDITS), smallest=22, most_lines=3)
        return layer([self._at(drawn, self._credit_top)])

    def lets_through(self, backdrop: Backdrop) -> Weights:
        """Say for each row how much of a picture may shine through so that words can be read."""
        rows = np.arange(HEIGHT)
        shade = np.zeros(HEIGHT)
        for top, bottom in (self._words, (self._name_top, BOTTOM)):
            under = backdrop.under(LEFT, top, RIGHT, bottom)
            needed = max(_LEAST_SHADE, _colour.scrim_for(under, wanted=_colour.READABLE))
            above, below = (top - 12 - rows) / _SHADE[0], (rows - bottom - 12) / _SHADE[1]
            near = _soft.smooth(1 - np.maximum(above, below))
            shade = np.maximum(shade, needed * near)
        return np.floor(FULL * (1 - shade)).astype(np.uint16)

    def rule_on(self, backdrops: Sequence[tuple[Backdrop, Weights]]) -> RGB:
        """Choose the bar's colour so that it is seen wherever it grows to, on all of these."""
        grounds: list[RGB] = []
        for backdrop, lets_through in backdrops:
            under = backdrop.under(LEFT, self.top, RIGHT, self.top + RULE[1])
            for part in np.array_split(under, 4, axis=1):
                red, green, blue = part.mean(axis=(0, 1)) * (int(lets_through[self.top]) / FULL)
                grounds.append((int(red), int(green), int(blue)))
        return self._colours.accent_on(grounds)

    def end_card(self) -> Planes:
        """Draw the last seconds: logo or name on paper, and the domain on a field of the accent."""
        colours = self._colours
        board = Image.new("RGB", (WIDTH, HEIGHT), colours.paper)
        edge = [(0, _FIELD[0]), (WIDTH, _FIELD[1]), (WIDTH, HEIGHT), (0, HEIGHT)]
        ImageDraw.Draw(board).polygon(edge[::-1], fill=colours.field)
        end = Planes.of(np.asarray(board))
        domain = self._domain(replace(self._pen, ink=colours.field_ink))
        mark = self._mark(replace(self._pen, ink=colours.paper_ink))
        if mark:
            layer([self._at(mark, _MARK_BOTTOM - mark.height)]).onto(end)
        if domain:
            layer([self._at(domain, _DOMAIN_TOP)]).onto(end)
        return end

    def _mark(self, pen: Pen) -> Drawn | None:
        try:
            if self._look.logo:
                return logo(self._look.logo, _LOGO, self._colours.paper)
        except NotAPicture:
            pass  # the name stands in; the doctor tells
        if not self._look.name:
            return None
        return pen.write(self._look.name, _LARGE_NAME, (_ACROSS, 440), smallest=40)

    def _domain(self, pen: Pen) -> Drawn | None:
        words = self._look.domain
        return pen.write(words, _DOMAIN, (_ACROSS, 120), smallest=24) if words else None

    def _name(self) -> Drawn | None:
        words = self._look.name or self._look.domain
        if not words:
            return None
        return self._pen.write(words, _NAME, (_ACROSS, 100), smallest=26, most_lines=1)

    def _scene(self, scene: storyboard.Scene) -> Drawn:
        headline = scene.kind == "headline"
        style, smallest = (_HEADLINE, 46) if headline else (_SENTENCE, 40)
        most_lines = 8 if headline else None
        return self._pen.write(scene.words, style, (_ACROSS, _TALLEST), smallest, most_lines)

    def _kicker(self) -> Drawn | None:
        """The section, where it fits into one line whole."""
        words = self._order.words.kicker
        if not words:
            return None
        drawn = self._pen.write(words, _KICKER, (_ACROSS, 80), smallest=26, most_lines=1)
        return None if drawn.cut else drawn

    def _at(self, drawn: Drawn, top: int) -> tuple[Drawn, int, int]:
        return drawn, RIGHT - drawn.width if self.rtl else LEFT, top
