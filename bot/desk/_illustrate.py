"""From orders to pictures: the article's own are fetched once, and the studio does the rest.

What cannot be had or made never loses a post. A card of words stands in for a picture
where the platform must have one, and a person is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.desk._outlet import Outlet
from bot.errors import FetchError, TemplateError
from bot.http import Session
from bot.media import picture
from bot.media.base import Art, Card, Failure, Picture, Piece, Video
from bot.model import Article, Media, Problem
from bot.queue import PICTURE_FAILED, VIDEO_FAILED, Made


class Studio(Protocol):
    """What makes pictures and videos; see `media.studio`."""

    @property
    def folder(self) -> Path:
        """Where pictures are kept."""

    def make(self, orders: Sequence[Card | Video]) -> list[Piece | Failure]:
        """Carry out orders; give the results in their order."""


@dataclass
class _Job:
    """One order on its way."""

    art: Art
    needed: bool  # the platform takes no post without it
    as_it_is: bool  # it fetches pictures, and only the article's own has an address on the web
    order: Card | Video | None = None  # None: there is nothing to make
    lost: bool = False  # a picture of it: its credit goes too
    media: Media | None = None
    problems: list[Problem] = field(default_factory=list)

    def tell(self, code: str, message: str, *, blocking: bool = False) -> None:
        self.problems.append(Problem(code, message, blocking))


def illustrate(
    made: Iterable[tuple[Outlet, Made]],
    session: Session,
    studio: Studio,
    article: Article,
    now: datetime,
    *,
    films: bool = False,
    patient: bool = False,
) -> list[tuple[Outlet, Made]]:
    """Carry out what the teasers of an article order, each of its pictures fetched once.

    Videos take long: they are made with `films` only, else their stand-ins stay. With
    `patient` a picture that may be there in a minute raises its FetchError.
    """
    pieces = list(made)
    jobs = [[_job(outlet, art) for art in piece.art] for outlet, piece in pieces]
    todo = [job for each in jobs for job in each if films or job.art.kind == "image"]
    _fetch(todo, session, studio.folder, patient)
    _make(todo, studio)
    _make([job for job in todo if job.media is None and job.order is not None], studio)
    return [
        (outlet, _with_media(outlet, piece, own, article, now))
        for (outlet, piece), own in zip(pieces, jobs, strict=True)
    ]


def _job(outlet: Outlet, art: Art) -> _Job:
    film = art.kind == "video"
    fetches = outlet.needs_picture and not outlet.public
    return _Job(art, needed=film or outlet.needs_picture, as_it_is=fetches and not film)


# ------------------------------------------------------------------------ pictures


def _fetch(jobs: Iterable[_Job], session: Session, folder: Path, patient: bool) -> None:
    """Give each job its order with kept pictures, or one that does without."""
    kept: dict[str, Media | Exception] = {}
    for job in jobs:
        job.order = job.art.order
        for each in job.art.order.pictures:
            if each.path not in kept:
                kept[each.path] = _keep(each.path, session, folder)
            found = kept[each.path]
            if patient and isinstance(found, FetchError) and found.passing:
                raise found
            if isinstance(found, Exception):
                _do_without(job, each, f"The picture is missing: {found}")
            elif job.as_it_is and found.url:
                art, job.order = job.art, None
                job.media = replace(found, alt=art.alt, credit=art.credit)
            else:
                job.order = _put(job.order, each, replace(each, path=found.path))


def _keep(address: str, session: Session, folder: Path) -> Media | Exception:
    if "://" not in address:
        return Media("image", path=address)  # an editor's own, kept already
    try:
        return picture.take(Media("image", url=address), session, folder)
    except (FetchError, picture.NotAPicture) as error:
        return error


def _put(order: Card | Video | None, old: Picture, new: Picture | None) -> Card | Video | None:
    """Put one picture in another's place, or take it out."""
    if order is None:
        return None
    if isinstance(order, Card):
        return replace(order, picture=new)
    places = (new if each == old else each for each in order.pictures)
    return replace(order, pictures=tuple(each for each in places if each is not None))


def _do_without(job: _Job, lost: Picture, why: str) -> None:
    """Take a picture out of an order: a card of words stands in, where there must be one."""
    job.lost = True
    if isinstance(job.order, Card) and not job.needed:
        job.order = None
        words = "the post goes out without one"
    elif isinstance(job.order, Card):
        job.order = replace(job.order, layout=Card.WORDS_ALONE, picture=None)
        job.art = replace(job.art, alt="", credit="")
        words = "words stand in its place"
    else:
        job.order = _put(job.order, lost, None)
        words = "the video does without"
    job.tell("picture-missing", f"{why} Now {words}; give one with “bot edit ID --image FILE”.")


# -------------------------------------------------------------------------- making


def _make(jobs: Sequence[_Job], studio: Studio) -> None:
    """Let the studio carry out orders; what fails leaves another order, or none."""
    ready = [(job, job.order) for job in jobs if job.order is not None]
    if not ready:
        return
    for (job, order), result in zip(ready, _made([o for _, o in ready], studio), strict=True):
        if isinstance(result, Failure):
            _failed(job, order, result)
            continue
        job.media = job.art.media(result)
        if result.cut:
            words = "does not fit whole into its picture, and ends there with “…”"
            job.tell("card-cut", f"The headline {words}: give a picture of yours, or let it pass.")


def _made(orders: Sequence[Card | Video], studio: Studio) -> list[Piece | Failure]:
    """Let the studio carry out orders; a layout that is wrong fails its own orders alone."""
    try:
        return studio.make(orders)
    except TemplateError as error:
        if len(orders) == 1:
            return [Failure("template", f"{error} Mend the layout.")]
        return [result for order in orders for result in _made([order], studio)]


def _failed(job: _Job, order: Card | Video, failure: Failure) -> None:
    lost = next(iter(order.pictures), None)
    if isinstance(order, Video):
        job.order = None
        again = "Try it with “bot edit ID --remake”, or give one with “bot edit ID --video FILE”."
        job.tell(VIDEO_FAILED, f"{failure.message} {again}", blocking=True)
    elif lost is None:
        job.order = None
        job.problems.clear()  # it is not true any more that words stand in for a picture
        own = "Give a picture with “bot edit ID --image FILE”."
        job.tell(PICTURE_FAILED, f"{failure.message} {own}", blocking=job.needed)
    elif failure.code == "words-undrawable" and order.layout != Card.PICTURE_ALONE:
        job.order = replace(order, layout=Card.PICTURE_ALONE)
        job.tell(failure.code, f"{failure.message} The picture goes out without them.")
    else:
        _do_without(job, lost, failure.message)


def _with_media(
    outlet: Outlet, piece: Made, jobs: Sequence[_Job], article: Article, now: datetime
) -> Made:
    """Put what was made into the teaser, and judge it anew: size and type are known only now."""
    if not jobs:
        return piece
    media = tuple(each for job in jobs if (each := _shown(job)) is not None)
    teaser = replace(piece.teaser, media=tuple(outlet.reachable(each) for each in media))
    if any(job.lost for job in jobs):
        teaser = replace(teaser, text=_without_credit(outlet, piece, article, now))
    found = [problem for job in jobs for problem in job.problems]
    silent = {"image-missing", "video-missing", "video-waiting"} if found else set[str]()
    before = outlet.judge(article, piece.teaser, now, None).problems
    after = outlet.judge(article, teaser, now, None).problems
    own = [problem for problem in piece.problems if problem not in before]
    problems = [*own, *(each for each in after if each.code not in silent)]
    return replace(piece, teaser=teaser, problems=tuple(problems), reasons=(*piece.reasons, *found))


def _without_credit(outlet: Outlet, piece: Made, article: Article, now: datetime) -> str:
    """Write the text as without a picture; a person's own words stay."""
    own = outlet.make(article, now).teaser.text != piece.teaser.text
    bare = replace(article, image=None, pictures=())
    return piece.teaser.text if own else outlet.make(bare, now).teaser.text


def _shown(job: _Job) -> Media | None:
    """Give what was made; a video that is still to be made, or failed, keeps its place."""
    return job.media or (job.art.stand_in if job.art.kind == "video" else None)
