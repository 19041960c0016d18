"""The studio's process: reads orders, one JSON object a line, and answers each with another.

Started by `studio.Studio` alone. It ends when nobody asks for a while, at once when the
one who started it is gone, and by the system's own hand when it takes too much.
"""

from __future__ import annotations

import errno
import os
import resource
import select
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.errors import BotError, TemplateError
from bot.media import _shelf
from bot.media._kind import NotAPicture
from bot.media._wire import ANSWERS, LEFT, ORDERS, Answer, Fault, Order
from bot.media.base import SIZES, Card, Failure, Picture, Piece, Proof, Shape, Video

if TYPE_CHECKING:
    from bot.media._workshop.crop import Hero

#: A card is made in 0.1 s and a video in 10 s on a small server: what takes so much more
#: than that is a trap. In seconds of CPU, an order.
CARD_CPU: Final = 15
VIDEO_CPU: Final = 150

#: Address space, twice what the largest pictures and a video were seen to take (0.76 GB, of
#: which 0.46 GB were touched).
MOST_MEMORY: Final = 1_500_000_000

#: Of one file that is written; a video has 10 MB.
MOST_WRITTEN: Final = 200_000_000

#: All cards of an article are cut from one picture of at least this size.
MASTER: Final = (
    max(width for width, _ in SIZES.values()),
    max(height for _, height in SIZES.values()),
)

#: What the system says where it is the folder that takes nothing.
_UNKEPT: Final = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM),
    *(errno.ENOTDIR, errno.EEXIST),
}


class Workshop:
    """Carries out orders; the picture of the last one stays open for the next."""

    def __init__(self, folder: Path, mark: str, layouts: list[Path]) -> None:
        self._folder, self._mark, self._layouts = folder, mark, layouts
        self._open: tuple[Picture, Hero] | None = None

    def answer(self, order: Order) -> Answer:
        """Make one piece, or say why not; what nobody foresaw is raised, and ends the process."""
        try:
            missing = _undrawable(order)
            if missing:
                return Answer(failure=Failure("words-undrawable", missing))
            return Answer(piece=self._piece(order))
        except NotAPicture as error:
            return Answer(failure=Failure("picture-unusable", _sentence(error)))
        except TemplateError as error:
            return Answer(fault=Fault(error.file, error.line, error.message))
        except BotError as error:  # a sound that is none, say
            return Answer(failure=Failure("render-failed", _sentence(error)))
        except OSError as error:
            if error.errno not in _UNKEPT:
                raise
            return Answer(unkept=os.strerror(error.errno))

    def _piece(self, order: Order) -> Piece:
        if isinstance(order, Card):
            return self._card(order)
        return self._proof(order) if isinstance(order, Proof) else self._film(order)

    def _proof(self, order: Proof) -> Piece:
        from bot.media._workshop import card, crop

        self._open = None
        content, size = card.proof(crop.upright(order.picture, order.side), order.side)
        path, digest = _shelf.put(content, self._folder, ".jpg", self._mark)
        return Piece(str(path), digest, len(content), "image/jpeg", *size)

    def _card(self, order: Card) -> Piece:
        from bot.media._workshop import card

        content, words, cut = card.draw(order, self._layouts, self._hero(order.picture))
        path, digest = _shelf.put(content, self._folder, ".jpg", self._mark)
        size = SIZES[order.shape]
        return Piece(str(path), digest, len(content), "image/jpeg", *size, words=words, cut=cut)

    def _hero(self, picture: Picture | None) -> Hero | None:
        from bot.media._workshop import crop

        if picture is None:
            return None
        if self._open is None or self._open[0] != picture:
            self._open = None  # before the next is unpacked
            self._open = (picture, crop.hero(picture, at_least=MASTER))
        return self._open[1]

    def _film(self, order: Video) -> Piece:
        from bot.media._workshop import video

        self._open = None
        part = _shelf.room(self._folder, self._mark)
        try:
            seconds, words, cut = video.film(order, part)
            size = part.stat().st_size
            path, digest = _shelf.adopt(part, self._folder, ".mp4")
        finally:
            part.unlink(missing_ok=True)
        width, height = SIZES[Shape.STORY]
        return Piece(str(path), digest, size, "video/mp4", width, height, seconds, words, cut)


def _sentence(error: BotError) -> str:
    return str(error)[:1].upper() + str(error)[1:]


def _undrawable(order: Order) -> str:
    """Say which characters would come out as empty boxes; "" where all can be drawn."""
    from bot.media._workshop import _type

    missing = _type.undrawable(" ".join(_said(order)))
    return missing and f"No font here can draw {missing}."


def _said(order: Order) -> Iterator[str]:
    if isinstance(order, Proof):
        return
    yield order.look.name
    yield from (each.credit for each in order.pictures)
    if isinstance(order, Video) or order.layout != Card.PICTURE_ALONE:
        yield from (order.words.headline, order.words.kicker, order.words.dek, order.words.speaker)
    if isinstance(order, Video):
        yield from order.sentences


def main(arguments: list[str]) -> int:
    """Answer what is asked on stdin until nobody asks any more."""
    if len(arguments) < 3 or sys.stdin.isatty():
        sys.stderr.write("This draws cards and videos for the bot, which starts it by itself.\n")
        return 2
    idle, mark, folder, *layouts = arguments
    answers = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    _take_little()
    threading.Thread(target=_leave_with_parent, args=(Path(folder), mark), daemon=True).start()
    workshop = Workshop(Path(folder), mark, [Path(each) for each in layouts])
    for line in _lines(float(idle)):
        order = ORDERS.validate_json(line)
        _allow(VIDEO_CPU if isinstance(order, Video) else CARD_CPU)
        answer = ANSWERS.dump_json(workshop.answer(order)) + b"\n"
        with open(answers, "wb", closefd=False) as file:
            file.write(answer)
    return LEFT


def _lines(idle: float) -> Iterator[bytes]:
    """What is asked, until nothing was asked for so many seconds."""
    asked = select.poll()
    asked.register(0, select.POLLIN)
    with open(0, "rb", closefd=False) as file:
        while asked.poll(idle * 1000):
            line = file.readline()  # each is answered before the next is sent
            if not line.endswith(b"\n"):
                return
            yield line


def _take_little() -> None:
    os.nice(10)
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, MOST_WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        least = _least(what, most)
        resource.setrlimit(what, (least, least))


def _allow(seconds: int) -> None:
    """Let the system end this process when the next order takes so much CPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (_least(resource.RLIMIT_CPU, most), hard))


def _least(what: int, most: int) -> int:
    """Give `most`, or what the service was started with where that is less: none may raise it."""
    _, hard = resource.getrlimit(what)
    return most if hard == resource.RLIM_INFINITY else min(most, hard)


def _leave_with_parent(folder: Path, mark: str) -> None:
    """End at once, also amid an order, when nobody is left to answer to; leave nothing behind."""
    gone = select.poll()
    gone.register(0, 0)  # a hang-up is always told
    gone.poll()
    _shelf.clear(folder, mark)
    os._exit(LEFT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
