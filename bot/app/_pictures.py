"""What an editor does with the pictures of a post: choose, bring, cut.

Nothing is sent as it was brought: whatever comes from outside is unpacked and made anew by
the studio. Of which picture something was cut is remembered beside it (`picture.Origin`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

from bot import editorial, queue
from bot.app._looks import ON_THE_WEB, Looks
from bot.desk import illustrate, typed
from bot.errors import FetchError, StoreError, UsageError
from bot.media import picture
from bot.media.base import Card, Failure, Picture, Piece
from bot.media.picture import Origin
from bot.model import Image, Media, Post, Problem

Point = tuple[float, float]

#: The longer side, in pixels, of what is kept of an upload: twice what any platform shows.
KEPT_SIDE: Final = 2400

#: What is told of a picture that could not be made; see `desk.illustrate`.
_FAILED: Final = (queue.VIDEO_FAILED, queue.PICTURE_FAILED, "picture-missing", "picture-unusable")


@dataclass(frozen=True, slots=True)
class Choice:
    """A picture of the article."""

    image: Image
    ours: bool  # neither its credit nor its licence speaks against it


class Pictures(Looks):
    """The bot, with what an editor needs for pictures.

    Whoever chooses, brings or cuts does so one at a time: it fetches on the bot's own session.
    """

    def choices(self, post: Post) -> list[Choice]:
        """List the pictures of a post's article, the first its own."""
        site = self.config.site(post.site).pictures
        rights = editorial.Pictures(site.reuse, site.own)
        return [
            Choice(each, rights.may_upload(each) and rights.may_alter(each))
            for each in self.article_pictures(post.article_id)
        ]

    def origin(self, post: Post) -> Origin | None:
        """Say of which picture a post's is cut; None where that cannot be changed."""
        outlet, shown = self._outlet(post), _shown(post)
        if shown is None or (outlet.needs_picture and not outlet.public):
            return None  # the platform fetches the article's own, as it is
        known = picture.recall(Path(shown.path)) if shown.path else None
        if known is not None:
            return known
        orders = (each.order for each in outlet.make(self._article(post), self.now()).art)
        cards = (each for each in orders if isinstance(each, Card) and each.picture)
        sources = (card.picture.path for card in cards if card.picture)
        return next((Origin(each) for each in sources if each.startswith(ON_THE_WEB)), None)

    def chosen(
        self, post: Post, number: int, *, focus: Point | None = None, ours: bool = False
    ) -> Media:
        """Make a post's picture of one of the article's; `ours`: a person says that it may be used.

        Raises UsageError where its rights speak against it, or it cannot be had.
        """
        there = self.choices(post)
        if number >= len(there):
            raise UsageError("The article has no such picture any more: load the page anew.")
        image = there[number].image
        if not (ours or there[number].ours):
            raise UsageError(
                "The credit or the licence of this picture speaks against it: tick that the"
                " newsroom may use it, or take another."
            )
        media = self._of_article(post, replace(image, focus=focus or image.focus), ours)
        return self._remembered(media, Origin(image.url, focus, ours=ours))

    def brought(self, post: Post, file: IO[bytes], *, alt: str = "", credit: str = "") -> Media:
        """Make a post's picture of one that an editor brings; UsageError where it is none."""
        content = file.read(picture.MOST_BYTES + 1)
        if len(content) > picture.MOST_BYTES:
            most = picture.MOST_BYTES // 10**6
            raise UsageError(f"The picture has more than {most} MB: use a smaller one.")
        kept = _done(self._proof(content, KEPT_SIDE))
        origin = Origin(Path(kept.path).name, None, typed(credit).strip())
        return self._own(post, origin, typed(alt).strip())

    def cut(self, post: Post, focus: Point) -> Media:
        """Cut a post's picture anew, so that this point of it stays in sight."""
        origin, shown = self.origin(post), _shown(post)
        if origin is None or shown is None:
            raise UsageError("This picture cannot be cut anew: choose or bring another.")
        if "://" not in origin.source:
            return self._own(post, replace(origin, focus=focus), shown.alt)
        urls = [each.url for each in self.article_pictures(post.article_id)]
        if origin.source not in urls:
            raise UsageError("The article has no such picture any more: choose another.")
        made = self.chosen(post, urls.index(origin.source), focus=focus, ours=origin.ours)
        return replace(made, alt=shown.alt)

    def film_brought(self, post: Post, file: IO[bytes]) -> Media:
        """Take a video that an editor brings into our own store; UsageError where it is none."""
        from bot.media import film

        with TemporaryDirectory(prefix="bot-video-") as folder:
            path = Path(folder) / "video"
            with path.open("wb") as copy:
                while block := file.read(1_000_000):
                    copy.write(block)
            try:
                return self._outlet(post).reachable(film.read(path, self.media))
            except film.NotAVideo as error:
                raise UsageError(str(error).replace(str(path), "What you chose")) from None

    # ------------------------------------------------------------------------- steps

    def _of_article(self, post: Post, image: Image, ours: bool) -> Media:
        """Make what the channel shows of a picture of the article, or the picture alone."""
        outlet, now = self._outlet(post), self.now()
        article = replace(self._article(post), image=image, pictures=())
        made = replace(outlet.make(article, now, confirmed=ours), reasons=())
        orders = [each for each in made.art if isinstance(each.order, Card) and each.order.picture]
        if orders:
            alone = replace(made, art=tuple(orders[:1]))
            ((_, whole),) = illustrate([(outlet, alone)], self.web, self.studio, article, now)
            failed = _failures(whole.reasons)
            if failed or not whole.teaser.media:
                raise UsageError(failed[0] if failed else "The picture could not be made.")
            return whole.teaser.media[0]
        try:
            kept = picture.take(Media("image", url=image.url), self.web, self.media)
        except FetchError as error:
            raise UsageError(str(error)) from None
        alt = image.alt or image.caption
        return self._cut(post, Picture(kept.path, image.focus, image.credit), alt)

    def _own(self, post: Post, origin: Origin, alt: str) -> Media:
        source = str(self.media / Path(origin.source).name)
        media = self._cut(post, Picture(source, origin.focus, origin.credit), alt)
        return self._remembered(media, origin)

    def _cut(self, post: Post, source: Picture, alt: str) -> Media:
        outlet = self._outlet(post)
        art = outlet.own(Path(source.path), alt)
        assert isinstance(art.order, Card), "an own picture is shown on a card"
        art = replace(art, order=replace(art.order, picture=source), credit=source.credit)
        (made,) = self.studio.make([art.order])
        return outlet.reachable(art.media(_done(made)))

    def _remembered(self, media: Media, origin: Origin) -> Media:
        try:
            if media.path and not media.placeholder:
                picture.remember(Path(media.path), origin)
        except OSError as error:
            raise StoreError(
                f"pictures cannot be kept in {self.media} ({error.strerror}): make room there, or"
                " give this user the right to write."
            ) from None
        return media


def _shown(post: Post) -> Media | None:
    """Find the picture that a post shows."""
    return next((each for each in post.teaser.media if each.kind == "image"), None)


def _done(made: Piece | Failure) -> Piece:
    if isinstance(made, Failure):
        raise UsageError(made.message)
    return made


def _failures(reasons: Sequence[Problem]) -> list[str]:
    """Say why what was made is not what was asked for."""
    return [each.message.partition(" Now ")[0] for each in reasons if each.code in _FAILED]
