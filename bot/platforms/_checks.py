"""The faults that a teaser can have on any platform; pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from bot.model import Media, Problem, Teaser
from bot.platforms.base import Limits

#: A "#" that begins a word of its own, not a fragment of a URL.
HASHTAG = re.compile(r"(?<![\w/&?=.#])[#＃](?=\w*[^\W\d_])\w+")

#: An "@" that could name an account; inside an address of mail or web it could not.
MENTION = re.compile(r"(?<![\w.+/-])([@＠])(?=\w)")

NON_JOINER = "\u200c"  # takes no room, and no account's name may hold it


def utf16_units(text: str) -> int:
    """Count `text` as most web services do, and never less than any other way would."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def quiet_mentions(text: str) -> str:
    """Part each "@" from the name behind it, invisibly; nothing else changes."""
    return MENTION.sub(rf"\1{NON_JOINER}", text)


def mention_problems(teaser: Teaser, label: str) -> list[Problem]:
    """Flag what `label` would read as the name of an account."""
    names = re.findall(rf"{MENTION.pattern}(\w[\w.]*)", f"{teaser.title}\n{teaser.text}")
    return [
        Problem(
            "mention",
            f"“@{name}” would notify an account on {label}: write the name instead.",
        )
        for name in dict.fromkeys(name for _, name in names)
    ]


def common(teaser: Teaser, limits: Limits, measure: Callable[[str], int]) -> list[Problem]:
    """Name every fault that `limits` alone can tell, all at once."""
    return [
        *_text(teaser, limits, measure),
        *_title(teaser, limits),
        *_link(teaser, limits),
        *_media(teaser, limits),
    ]


def _text(teaser: Teaser, limits: Limits, measure: Callable[[str], int]) -> list[Problem]:
    found = []
    if not teaser.text.strip():
        found.append(Problem("text-empty", "The post has no text: write one.", blocking=True))
    if (length := measure(teaser.text)) > limits.text:
        over = length - limits.text
        message = f"The text has {length} {limits.unit} of {limits.text}: shorten it by {over}."
        found.append(Problem("text-too-long", message, blocking=True))
    tags = len(HASHTAG.findall(teaser.text))
    if limits.hashtags is not None and tags > limits.hashtags:
        allowed = limits.hashtags or "none"
        message = f"The text has {tags} hashtags where {allowed} should be: take some out."
        found.append(Problem("hashtags-too-many", message))
    return found


def _title(teaser: Teaser, limits: Limits) -> list[Problem]:
    if not limits.title:
        return []
    if not teaser.title.strip():
        return [Problem("title-missing", "The post has no title: write one.", blocking=True)]
    if len(teaser.title) > limits.title:
        message = f"The title has {len(teaser.title)} characters of {limits.title}: shorten it."
        return [Problem("title-too-long", message, blocking=True)]
    return []


def _link(teaser: Teaser, limits: Limits) -> list[Problem]:
    if not teaser.link:
        return []
    if not is_web_address(teaser.link):
        message = f"The link “{teaser.link}” is no http or https address: correct it."
        return [Problem("link-bad", message, blocking=True)]
    if limits.link == "text" and teaser.text.count(teaser.link) != 1:
        message = f"The link {teaser.link} should stand in the text exactly once: edit the text."
        return [Problem("link-not-once", message)]
    return []


def is_web_address(url: str) -> bool:
    """Tell whether `url` is a whole http or https address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    return whole and not re.search(r"\s", url)


def _media(teaser: Teaser, limits: Limits) -> list[Problem]:
    found = []
    needs = limits.media if limits.media != "optional" else ""
    if needs and not any(each.kind == needs for each in teaser.media):
        word = {"image": "picture"}.get(needs, needs)
        message = f"A post here must carry a {word}, and this one has none: add one or reject it."
        found.append(Problem(f"{needs}-missing", message, blocking=True))
    for each in teaser.media:
        found += _picture(each, limits) if each.kind == "image" else _video(each, limits)
        if limits.alt and len(each.alt) > limits.alt:
            message = f"The alt text has {len(each.alt)} characters of {limits.alt}: shorten it."
            found.append(Problem("alt-too-long", message, blocking=True))
    return found


def _picture(media: Media, limits: Limits) -> list[Problem]:
    if media.placeholder:
        return [_waiting("picture", "image")]
    found = []
    if not media.alt.strip() and limits.media != "video":  # there it is a thumbnail
        message = (
            "Nothing says what the picture shows, for those who cannot see it: write it with"
            " “bot edit ID --alt WORDS”."
        )
        found.append(Problem("alt-missing", message))
    if limits.picture_bytes and (media.size or 0) > limits.picture_bytes:
        message = (
            f"The picture has {media.size} bytes of {limits.picture_bytes}: use a smaller one."
        )
        found.append(Problem("picture-too-big", message, blocking=True))
    if limits.picture_types and media.mime and media.mime not in limits.picture_types:
        names = ", ".join(limits.picture_types)
        message = f"The picture is {media.mime}, and only {names} is taken here: use another."
        found.append(Problem("picture-type", message, blocking=True))
    return found


def _video(media: Media, limits: Limits) -> list[Problem]:
    if media.placeholder:
        return [_waiting("video", "video")]
    found = []
    if limits.video_bytes and (media.size or 0) > limits.video_bytes:
        message = f"The video has {media.size} bytes of {limits.video_bytes}: use a smaller one."
        found.append(Problem("video-too-big", message, blocking=True))
    if limits.video_types and media.mime and media.mime not in limits.video_types:
        names = ", ".join(limits.video_types)
        message = f"The video is {media.mime}, and only {names} is taken here: use another."
        found.append(Problem("video-type", message, blocking=True))
    return found


def _waiting(what: str, option: str) -> Problem:
    message = (
        f"The {what} is still to be made: it comes by itself within a minute while “bot run”"
        f" runs, else with “bot poll”; or give one with “bot edit ID --{option} FILE”."
    )
    return Problem(f"{what}-waiting", message, blocking=True)
