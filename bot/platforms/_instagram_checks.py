"""The faults that a teaser can have on Instagram alone; pure."""

from __future__ import annotations

import re
from typing import Final

from bot.model import Problem, Teaser
from bot.platforms._channel import first
from bot.platforms._checks import HASHTAG
from bot.platforms._instagram_containers import MOST_PICTURES, is_public

# The content publishing guide, https://developers.facebook.com/docs/instagram-platform/
# content-publishing (read 2026-11-22): a caption holds 30 hashtags at most, and 20 names.
MOST_HASHTAGS: Final = 30


def own_problems(teaser: Teaser, form: str = "") -> list[Problem]:
    """Name what Instagram would refuse of caption and pictures."""
    return [*_caption(teaser.text), *_pictures(teaser, form)]


def lacking_video(teaser: Teaser) -> Problem:
    """Tell that a Reel was to go out, and what does instead."""
    give = "give it one with “bot edit ID --video FILE”"
    if first(teaser, "image"):
        message = f"This post has no video and goes out as a picture, not as a Reel: {give}."
        return Problem("video-missing", message)
    message = f"A Reel needs a video, and this post has none: {give}, or reject it."
    return Problem("video-missing", message, blocking=True)


def _caption(text: str) -> list[Problem]:
    found = []
    if (count := len(HASHTAG.findall(text))) > MOST_HASHTAGS:
        message = f"Instagram refuses {count} hashtags; it takes {MOST_HASHTAGS}: take some out."
        found.append(Problem("hashtags-refused", message, blocking=True))
    if re.search(r"https?://\S", text):
        message = "A link in an Instagram caption cannot be clicked: take it out."
        found.append(Problem("link-dead", message))
    return found


def _pictures(teaser: Teaser, form: str) -> list[Problem]:
    found = []
    pictures = [media for media in teaser.media if media.kind == "image"]
    if len(pictures) > MOST_PICTURES:
        message = f"Instagram shows {MOST_PICTURES} pictures in a post: take some out."
        found.append(Problem("pictures-too-many", message, blocking=True))
    made = [each for each in pictures if not each.placeholder]
    if hidden := next((each for each in made if not is_public(each.url)), None):
        instead = (
            "" if form == "reel" else ', or set form = "reel" for the channel, which needs neither'
        )
        message = (
            f"Instagram cannot fetch “{hidden.url}”: the picture needs a public web address."
            if hidden.url
            else "Instagram fetches pictures from the web, and this one lies on this machine alone:"
            f" say in bot.toml under [media] how it is reached (listen and public_url){instead}."
        )
        found.append(Problem("picture-not-public", message, blocking=True))
    return found
