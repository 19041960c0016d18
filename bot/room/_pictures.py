"""What a post shows: another picture of its article, one of somebody's own, another cut of it.

Each is a button of the form of `_edit`, and travels with the words that are typed there. A
picture is made while one waits; a video, which takes longer, by the bot in its own time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from starlette.datastructures import UploadFile

from bot import queue
from bot.errors import BotError, TransitionError, UsageError
from bot.model import Media, Post, Problem
from bot.room import _edit
from bot.room.base import Answer, Ask, Away, Page

#: So wide, in pixels, the picture stands on the page on which one points at what must stay.
POINTED: Final = 280


@dataclass(frozen=True, slots=True)
class New:
    """What a post shall show, and what is to be said of it."""

    media: tuple[Media, ...]
    why: str  # for the log
    found: tuple[Problem, ...] = ()
    keeps_alt: bool = False


def picture(ask: Ask) -> Answer:
    """Give a post another picture, and come back to its words as they are typed."""
    post = ask.app.post(ask.given["post_id"])
    words = _edit.written(ask, post)
    typed = bool(_edit.changes(post, words))
    try:
        seen = _edit.seen(ask)
        if seen != post.version or post.state not in _edit.EDITABLE:
            message = f"post {post.id} was changed by somebody else meanwhile: look at it again."
            raise TransitionError(message)
        with ask.room.alone:
            new = _new(ask, post)
        post = ask.editor.edit(post.id, media=new.media, found=new.found, why=new.why, version=seen)
    except TransitionError as error:
        return _edit.conflicting(ask, words, error)
    except BotError as error:
        return _edit.sheet(ask, post, words, trouble=str(error), status=_edit.refusal(error))
    if not typed:
        return Away(f"{_edit.again(ask, post)}#picture")
    if not new.keeps_alt:
        words = replace(words, alt=_edit.described(post.teaser))
    told = ask.words.t("The picture is changed. Your words are not saved yet.")
    return _edit.sheet(ask, post, words, saved=told)


def _new(ask: Ask, post: Post) -> New:
    """Do what the pressed button says."""
    do, ours = ask.text("do") or "", bool(ask.text("ours"))
    name, _, number = do.partition(":")
    if ask.text("focus.x") is not None or do == "cut":
        return New(_with(post, ask.app.cut(post, _point(ask, post))), "cut", keeps_alt=True)
    if name == "article" and number.isascii() and number.isdigit() and len(number) < 4:
        made = ask.app.chosen(post, int(number), ours=ours)
        return New(_with(post, made), "the picture is ours" if ours else "another picture")
    if do == "upload":
        return _brought(ask, post)
    if do == "made":
        return _made(ask, post, ours)
    if do == "none":
        return New(_with(post, None), "no picture")
    if name == "earlier" and number.isascii() and number.isdigit() and len(number) < 10:
        return New(_with(post, _earlier(ask, post, int(number))), "an earlier picture")
    raise UsageError(ask.words.t("Choose what the post shall show."))


def _with(post: Post, picture: Media | None) -> tuple[Media, ...]:
    """Put a picture in the place of those that a post has; a video stays."""
    videos = tuple(each for each in post.teaser.media if each.kind == "video")
    return (*videos, picture) if picture else videos


def _brought(ask: Ask, post: Post) -> New:
    file = ask.upload("file")
    if file is None:
        raise UsageError(ask.words.t("Choose a file first: a picture, or a video."))
    if (file.content_type or "").startswith("video/"):
        return New(_film(ask, post, file), "a video of one's own")
    made = ask.app.brought(
        post, file.file, alt=ask.text("new_alt") or "", credit=ask.text("new_credit") or ""
    )
    return New(_with(post, made), "a picture of one's own")


def _film(ask: Ask, post: Post, file: UploadFile) -> tuple[Media, ...]:
    limits = ask.app.platform(post.platform).limits
    shows = limits.media == "video" or bool(limits.video_types or limits.video_bytes)
    if not shows:
        raise UsageError(ask.words.t("This channel shows no videos: choose a picture."))
    made = ask.app.film_brought(post, file.file)
    pictures = (each for each in post.teaser.media if each.kind == "image")
    return (made, *pictures) if limits.media == "video" else (made,)


def _made(ask: Ask, post: Post, ours: bool) -> New:
    """Go back to what is made of the article; a video comes by itself a little later."""
    why = "the picture is ours" if ours else "made anew"
    stand_ins = ask.app.written(post)
    film = any(each.kind == "video" for each in stand_ins.teaser.media)
    if film and not ours:
        return New(stand_ins.teaser.media, why, stand_ins.reasons)
    made = ask.app.remade(post, confirmed=ours)
    for problem in made.reasons:
        if problem.code in (queue.VIDEO_FAILED, queue.PICTURE_FAILED):
            raise UsageError(problem.message)
    if not made.teaser.media:
        told = [each.message for each in (*made.problems, *made.reasons) if "picture" in each.code]
        raise UsageError(
            told[0] if told else ask.words.t("This channel shows the link's own picture.")
        )
    return New(made.teaser.media, why, made.reasons)


def _earlier(ask: Ask, post: Post, version: int) -> Media:
    with ask.room.store.read() as tx:
        kept = tx.drafts.at(post.id, version)
    pictures = (each for each in kept.teaser.media if each.kind == "image") if kept else iter(())
    found = next(pictures, None)
    if found is None or not (ask.app.media / found.path.rpartition("/")[2]).is_file():
        raise UsageError(ask.words.t("This earlier picture is not kept any more."))
    return found


def _point(ask: Ask, post: Post) -> tuple[float, float]:
    """Read what must stay in sight: where somebody pointed, else the two numbers.

    The button that shows the picture sends 0,0 where it was pressed by a key.
    """
    x, y = _share(ask, "focus.x", 1), _share(ask, "focus.y", 1)
    origin = ask.app.origin(post)
    seen = ask.app.look(origin.source) if origin and (x or y) else None
    if seen is not None and seen.width and seen.height:
        return min(1.0, x / POINTED), min(1.0, y / (POINTED * seen.height / seen.width))
    return min(1.0, _share(ask, "across", 100)), min(1.0, _share(ask, "down", 100))


def _share(ask: Ask, name: str, of: int) -> float:
    given = ask.text(name) or "0"
    if not (given.isascii() and given.isdigit() and len(given) < 6):
        raise UsageError(ask.words.t("Say it in numbers from 0 to 100."))
    return int(given) / of


PAGES: Final = (Page("/posts/{post_id:int}/picture", picture, "POST", files=1, slow=True),)
