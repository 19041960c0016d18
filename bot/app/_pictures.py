"""What an editor does with the pictures of a post: choose, bring, cut; and how they are looked at.

Nothing is sent as it was brought: whatever comes from outside is unpacked and made anew by
the studio. Of which picture something was cut is remembered beside it (`picture.Origin`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import IO, Any, Final
from urllib.parse import urlsplit

from bot import editorial, http, queue
from bot.app._runs import Runs
from bot.desk import illustrate, typed
from bot.errors import FetchError, StoreError, UsageError
from bot.media import picture
from bot.media.base import Card, Failure, Picture, Piece, Proof
from bot.media.picture import Origin
from bot.model import Image, Media, Post, Problem

Point = tuple[float, float]

#: The longer side, in pixels, of what is kept of an upload: twice what any platform shows.
KEPT_SIDE: Final = 2400
#: Of a picture that is only looked at, on the pages.
SEEN_SIDE: Final = 640

_AGAIN_AFTER: Final = 600.0  # seconds until a picture that could not be had is asked for again
_MOST_SEEN: Final = 2000

#: Whoever looks waits no longer for a site, nor soon again for one that did not answer.
_LOOK_WITHIN: Final = timedelta(seconds=8)
_SILENT_FOR: Final = 60.0

_ON_THE_WEB: Final = ("http://", "https://")

#: What is told of a picture that could not be made; see `desk.illustrate`.
_FAILED: Final = (queue.VIDEO_FAILED, queue.PICTURE_FAILED, "picture-missing", "picture-unusable")


@dataclass(frozen=True, slots=True)
class Choice:
    """A picture of the article."""

    image: Image
    ours: bool  # neither its credit nor its licence speaks against it


class Pictures(Runs):
    """The bot, with what an editor needs for pictures.

    Whoever chooses, brings or cuts does so one at a time: it fetches on the bot's own session.
    """

    def choices(self, post: Post) -> list[Choice]:
        """List the pictures of a post's article, the first its own."""
        site = self.config.site(post.site).pictures
        rights = editorial.Pictures(site.reuse, site.own)
        return [
            Choice(each, rights.may_upload(each) and rights.may_alter(each))
            for each in self._images(post)
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
        return next((Origin(each) for each in sources if each.startswith(_ON_THE_WEB)), None)

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
        urls = [each.url for each in self._images(post)]
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

    # ------------------------------------------------------------------ to be looked at

    def look(self, source: str) -> Piece | None:
        """Give a picture as it is, small, for a page: of an address, or of a file of our folder.

        None where it cannot be had; whoever asks again soon is not kept waiting.
        """
        there, seen = self._known(source)
        if there:
            return seen
        with self._looking:
            there, seen = self._known(source)
            if not there:
                seen = self._looked(source)
                self._looks[source] = (seen, time.monotonic() + _AGAIN_AFTER)
                _drop_oldest(self._looks)
            return seen

    def article_pictures(self, article_id: int) -> tuple[Image, ...]:
        """List the pictures of an article that can be fetched, the first its own."""
        with self.store.read() as tx:
            article = tx.articles.get(article_id).content
        there = (article.image, *article.pictures) if article else ()
        return tuple(each for each in there if each and each.url.startswith(_ON_THE_WEB))

    def own_picture(self, article_id: int) -> str:
        """Give the address of an article's own picture, "" for none; known for some minutes."""
        known, until = self._owns.get(article_id, ("", 0.0))
        if time.monotonic() >= until:
            known = next((each.url for each in self.article_pictures(article_id)[:1]), "")
            self._owns[article_id] = (known, time.monotonic() + _AGAIN_AFTER)
            _drop_oldest(self._owns)
        return known

    # ------------------------------------------------------------------------- steps

    @cached_property
    def _owns(self) -> dict[int, tuple[str, float]]:
        return {}

    @cached_property
    def _looking(self) -> Lock:
        return Lock()

    @cached_property
    def _looks(self) -> dict[str, tuple[Piece | None, float]]:
        return {}

    @cached_property
    def _silent(self) -> dict[str, float]:
        return {}

    @cached_property
    def _look_session(self) -> http.Session:
        """Its own, so that nobody who looks waits for somebody who works."""
        return http.Session(
            deadline=min(self.web.deadline, _LOOK_WITHIN),
            allow_private=self.config.bot.allow_private_addresses,
            user_agent=self.user_agent,
            masker=self.masker,
        )

    def _known(self, source: str) -> tuple[bool, Piece | None]:
        """Tell whether it is known without a look, and the picture, None where none can be had."""
        seen, until = self._looks.get(source, (None, 0.0))
        if seen is not None:
            return Path(seen.path).is_file(), seen
        return time.monotonic() < max(until, self._silent.get(urlsplit(source).netloc, 0.0)), None

    def _fetched(self, source: str) -> bytes:
        try:
            return http.fetch(self._look_session, source, cap=picture.MOST_BYTES).body
        except FetchError as error:
            if error.status is None:
                self._silent[urlsplit(source).netloc] = time.monotonic() + _SILENT_FOR
                _drop_oldest(self._silent)
            raise

    def _looked(self, source: str) -> Piece | None:
        with suppress(FetchError, OSError):
            if "://" in source:
                content = self._fetched(source)
            else:
                content = (self.media / Path(source).name).read_bytes()
            found = self._proof(content, SEEN_SIDE)
            return found if isinstance(found, Piece) else None
        return None

    def _images(self, post: Post) -> tuple[Image, ...]:
        return self.article_pictures(post.article_id)

    def _proof(self, content: bytes, side: int) -> Piece | Failure:
        """Make bytes from outside a picture of ours; they themselves are not kept."""
        with TemporaryDirectory(prefix="bot-picture-") as folder:
            path = Path(folder) / "picture"
            path.write_bytes(content)
            (made,) = self.studio.make([Proof(Picture(str(path)), side)])
        return made

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


def _drop_oldest(known: dict[Any, Any]) -> None:
    if len(known) > _MOST_SEEN:
        known.pop(next(iter(known)), None)


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
