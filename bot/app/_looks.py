"""How the pages look at pictures: small, made anew by the studio, remembered for a while."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

from bot import http
from bot.app._runs import Runs
from bot.errors import FetchError
from bot.media import picture
from bot.media.base import Failure, Picture, Piece, Proof
from bot.model import Image

ON_THE_WEB: Final = ("http://", "https://")

#: The longer side, in pixels, of a picture that is only looked at.
SEEN_SIDE: Final = 640

_AGAIN_AFTER: Final = 600.0  # seconds until a picture that could not be had is asked for again
_MOST_SEEN: Final = 2000

#: Whoever looks waits no longer for a site, nor soon again for one that did not answer.
_LOOK_WITHIN: Final = timedelta(seconds=8)
_SILENT_FOR: Final = 60.0


class Looks(Runs):
    """The bot, with the pictures that its pages show.

    Whoever looks keeps nobody waiting: it fetches on a session of its own.
    """

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
        return tuple(each for each in there if each and each.url.startswith(ON_THE_WEB))

    # ------------------------------------------------------------------------- steps

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

    def _proof(self, content: bytes, side: int) -> Piece | Failure:
        """Make bytes from outside a picture of ours; they themselves are not kept."""
        with TemporaryDirectory(prefix="bot-picture-") as folder:
            path = Path(folder) / "picture"
            path.write_bytes(content)
            (made,) = self.studio.make([Proof(Picture(str(path)), side)])
        return made


def _drop_oldest(known: dict[Any, Any]) -> None:
    if len(known) > _MOST_SEEN:
        known.pop(next(iter(known)), None)
