"""The frames of a teaser video, each put together when it is asked for.

From back to front: the pictures, their shade, the credit; the rule, which grows as time goes
by; the words of the scene; over all of it at last the end card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.media import base, storyboard
from bot.media._kind import NotAPicture
from bot.media._workshop import _backdrop, crop
from bot.media._workshop._planes import FULL, HEIGHT, WIDTH, Layer, Planes, Weights, colour
from bot.media._workshop._titles import LEFT, RIGHT, RULE, Colours, Titles

MOST_PICTURES: Final = 4

_PICTURE_FADE: Final = 15  # frames in which a picture gives way to the next
_END_FADE: Final = 15
_LOW = 0.62  # where the picture's focus is below this of the height, the words stand above it
_CLEAR = np.full(HEIGHT, FULL, np.uint16)  # no shade


@dataclass(frozen=True, slots=True)
class _Shown:
    """A picture, or the paper, from frame `begins` on, with what belongs to it alone."""

    begins: int
    backdrop: _backdrop.Backdrop
    lets_through: Weights  # of each row, 0 to FULL
    credit: Layer | None


class Frames:
    """All that a video shows: `paint` makes any one of its `count` frames."""

    def __init__(self, order: base.Video) -> None:
        """Set the words and open the pictures; one that is no picture is left out."""
        self._scenes = storyboard.scenes(order)
        self.count = self._scenes[-1].ends
        pictures, backdrops = self._opened(order.pictures)
        colours = Colours.of(order.look, on_paper=not pictures)
        if not pictures:
            board = _backdrop.paper(colours.paper, colours.tint)
            backdrops = [board.backdrop(self._scenes[-1].begins)]
        high = not pictures or backdrops[0].focus > _LOW
        titles = self._titles = Titles(order, self._scenes, colours, high=high)
        credits = [picture.credit for picture in pictures] or [""]
        self._shown = [
            _Shown(
                begins, drop, titles.lets_through(drop) if pictures else _CLEAR, titles.credit(by)
            )
            for (begins, _), drop, by in zip(
                storyboard.shares(self._scenes, len(backdrops)), backdrops, credits, strict=True
            )
        ]
        on = [(shown.backdrop, shown.lets_through) for shown in self._shown]
        self._rule = titles.top, colour(titles.rule_on(on) if pictures else colours.accent)
        self._end, self._spare = titles.end_card(), Planes.empty()
        self.cut = titles.cut
        named = (*credits, order.look.name, order.look.domain)
        self.words = tuple(dict.fromkeys(filter(None, (*titles.said, *named))))

    def paint(self, frame: int, planes: Planes) -> None:
        """Put one frame together in planes of the full size."""
        ends = self._scenes[-1].begins
        closing = FULL * (frame - ends + 1) // _END_FADE
        if closing >= FULL:
            planes.copy_from(self._end)
            return
        self._paint_pictures(frame, planes)
        self._paint_rule(min(frame / ends, 1.0), planes)
        if self._titles.steady:
            self._titles.steady.onto(planes)
        for scene, words in zip(self._scenes, self._titles.layers, strict=False):
            words.onto(planes, self._opacity(scene, min(frame, ends - 1)))
        planes.mix(self._end, closing)

    def _paint_pictures(self, frame: int, planes: Planes) -> None:
        at = max(n for n, shown in enumerate(self._shown) if shown.begins <= frame)
        new, old = self._shown[at], self._shown[at - 1] if at else None
        opacity = min(FULL * (frame - new.begins + 1) // _PICTURE_FADE, FULL) if old else FULL
        lets_through = new.lets_through
        planes.copy_from(new.backdrop.at(frame - new.begins))
        if old and opacity < FULL:
            self._spare.copy_from(old.backdrop.at(frame - old.begins))
            planes.mix(self._spare, FULL - opacity)
            lets_through = np.minimum(lets_through, old.lets_through)
        planes.darken(lets_through)
        if old and old.credit:
            old.credit.onto(planes, FULL - opacity)
        if new.credit:
            new.credit.onto(planes, opacity)

    def _paint_rule(self, gone: float, planes: Planes) -> None:
        top, accent = self._rule
        width = int(RULE[0] + (RIGHT - LEFT - RULE[0]) * gone) & ~1
        left = RIGHT - width if self._titles.rtl else LEFT
        planes.fill(left, top, left + width, top + RULE[1], accent)

    def _opacity(self, scene: storyboard.Scene, frame: int) -> int:
        """How much of a scene's words is there: nothing but in their own time."""
        if not scene.begins <= frame < scene.ends:
            return 0
        coming = frame - scene.begins + 1 if scene.begins else storyboard.FADE
        stays = scene.ends == self._scenes[-1].begins  # until the end card covers it
        going = storyboard.FADE if stays else scene.ends - frame
        return min(coming, going, storyboard.FADE) * FULL // storyboard.FADE

    def _opened(
        self, given: Sequence[base.Picture]
    ) -> tuple[list[base.Picture], list[_backdrop.Backdrop]]:
        """Open what can be shown, one at a time; without one that cannot, begin anew.

        A picture that must stay whole is none for a video.
        """
        pictures = [each for each in given if not each.whole][:MOST_PICTURES]
        backdrops: list[_backdrop.Backdrop] = []
        while len(backdrops) < len(pictures):
            at = len(backdrops)
            begins, ends = storyboard.shares(self._scenes, len(pictures))[at]
            try:
                board = _backdrop.picture(crop.hero(pictures[at], at_least=(WIDTH, HEIGHT)))
            except NotAPicture:
                del pictures[at]
                backdrops.clear()
                continue
            backdrops.append(board.backdrop(ends - begins + _PICTURE_FADE))
        return pictures, backdrops
