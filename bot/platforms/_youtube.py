"""What YouTube's answers mean: errors by their reason, how far an upload or a video is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import requests

from bot.http import retry_after
from bot.model import Blocked, Outcome, Published, Refused, Retry, Teaser, Unknown, Waiting
from bot.platforms._channel import Failure, Verdict, verdict_of
from bot.platforms.base import Quota

# rootUrl of the discovery document, revision 20261104 (read 2026-11-22)
API: Final = "https://youtube.googleapis.com"
#: Where upload sessions may live as well.
UPLOAD_HOST: Final = "https://www.googleapis.com"
TOKEN_URL: Final = "https://oauth2.googleapis.com/token"

# https://developers.google.com/youtube/v3/determine_quota_cost, as of 2026-06-01 (read
# 2026-11-22): a day of the project begins at midnight Pacific time.
PACIFIC: Final = "America/Los_Angeles"
INSERTS: Final = Quota("videos.insert", 100, PACIFIC)
UNITS: Final = Quota("units", 10_000, PACIFIC)
READ, WRITE = 1, 50  # units: every list; thumbnails.set, playlistItems.insert, videos.delete

# Reasons of https://developers.google.com/youtube/v3/docs/errors (read 2026-11-22)
_QUOTA: Final = {"quotaExceeded", "dailyLimitExceeded"}
_TOO_FAST: Final = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_ADVICE: Final = {
    "invalid_grant": "connect the channel again with “bot login”; the token of an app whose consent"
    " screen is in “testing” ends after 7 days, so publish the app first",
    "invalid_client": "CLIENT_ID and CLIENT_SECRET do not belong together or were deleted;"
    " take both from the same client in the Google console",
    "youtubeSignupRequired": "this Google account has no YouTube channel; connect one that has,"
    " with “bot login”",
    "accessNotConfigured": "switch “YouTube Data API v3” on for the project in the Google console",
    "insufficientPermissions": "the token lacks this right; connect again with “bot login”",
    "authError": "the token is not accepted; connect again with “bot login”",
}

#: YouTube itself never takes so long; what is at work then is stuck.
PATIENCE: Final = timedelta(days=1)
LOOK_AGAIN: Final = timedelta(minutes=1)


def answer(response: requests.Response, now: datetime, *, token: bool = False) -> Any:
    """Read what `response` says; raise `Failure` where it is no success."""
    if response.status_code in (200, 201):
        return response.json()
    if response.status_code == 204:
        return {}
    raise failure(response, now, token=token)


def failure(response: requests.Response, now: datetime, *, token: bool = False) -> Failure:
    """Say what an answer that is no success means, by YouTube's reason, then by its status.

    It is proof that nothing came of the request where YouTube gives a reason and the
    fault is the request's or the channel's. A session that is gone proves nothing.
    `token`: a refused credential is for a person to renew, whatever its status.
    """
    status, found = response.status_code, reasons(response)
    told = f": {', '.join(found)}" if found else ""
    advice = next((_ADVICE[each] for each in found if each in _ADVICE), "")
    words = f"answered {status}{told}." + (f" Next step: {advice}." if advice else "")
    proof = bool(found) and 400 <= status < 500 and status not in (404, 408, 409, 410)
    if _QUOTA & set(found):
        at = next_midnight(now)
        words = f"the project's quota of today is used up; it begins anew at {at:%Y-%m-%d %H:%M}Z."
        return Failure(words, proof=proof, at=at, rests="credential")
    if "uploadLimitExceeded" in found:  # counts what people upload by hand as well
        words = "the channel has uploaded as many videos as YouTube lets it within 24 hours."
        return Failure(words, proof=proof, at=now + timedelta(days=1), rests="channel")
    if status == 429 or _TOO_FAST & set(found):
        wait = retry_after(response.headers)
        if not wait:
            return Failure(words, proof=proof)
        return Failure(words, proof=proof, at=now + timedelta(seconds=wait), rests="credential")
    verdict: Verdict = verdict_of(status)
    if verdict is Refused and token:
        verdict = Blocked
    elif verdict is Refused and not found:
        verdict = Retry  # not YouTube's own word: a proxy, or a garbled answer
    return Failure(words, verdict, proof=proof)


def reasons(response: requests.Response) -> list[str]:
    """List the reasons and words of a well-formed error of Google's; empty where it is none."""
    try:
        body = response.json()
    except ValueError:
        return []
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str):  # of the token server
        parts = [error, body.get("error_description")]
    elif isinstance(error, dict) and isinstance(error.get("errors"), list):
        parts = [each.get("reason") for each in error["errors"] if isinstance(each, dict)]
        parts += [error.get("message")] if parts else []
    else:
        return []
    return list(dict.fromkeys(part for part in parts if isinstance(part, str) and part))


def next_midnight(now: datetime) -> datetime:
    """Tell when the quotas of Google's projects begin anew."""
    here = now.astimezone(ZoneInfo(PACIFIC))
    tomorrow = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return tomorrow.astimezone(now.tzinfo)


def received(response: requests.Response) -> int:
    """Count the bytes that a session has, by a 308 of it."""
    span = response.headers.get("Range", "")
    if not span:
        return 0
    found = re.fullmatch(r"(?:bytes=)?0-(\d+)", span.strip())
    if not found:
        raise Failure(f"says it has “{span[:40]}” of the video, which is no range.")
    return int(found[1]) + 1


def resource(teaser: Teaser, key: str, privacy: str) -> dict[str, Any]:
    """Build what describes the video; its tag `x-<key>` is how it is found again."""
    snippet = {
        "title": teaser.title,
        "description": teaser.text,
        "tags": [tag(key)],
        "categoryId": "25",  # News & Politics
    }
    if teaser.language:
        snippet["defaultLanguage"] = teaser.language
    # Without a privacy a video is public since 2026-11-02: it is always said.
    return {
        "snippet": snippet,
        "status": {"privacyStatus": privacy, "selfDeclaredMadeForKids": False},
    }


def tag(key: str) -> str:
    """Give the tag by which a post's video is found again; only its owner sees it."""
    return f"x-{key}"


def is_of(video: Mapping[str, Any], teaser: Teaser, key: str) -> bool:
    """Tell whether `video` is the post's: by its tag, else by the link, were the tag taken out.

    A video with the tag of another post is never this one's, whatever it links to.
    """
    marks = [each for each in video["snippet"].get("tags", ()) if re.fullmatch(r"x-\w+", each)]
    return tag(key) in marks if marks else links(video, teaser)


def links(video: Mapping[str, Any], teaser: Teaser) -> bool:
    """Tell whether the link of `teaser` stands under `video`."""
    return bool(teaser.link) and teaser.link in video["snippet"].get("description", "").split()


def judge(
    video: Mapping[str, Any], made: Mapping[str, Any], privacy: str, now: datetime
) -> Outcome:
    """Say what has become of an uploaded video: published is what the public can see."""
    status, name = video["status"], str(video["id"])
    address = f"https://www.youtube.com/watch?v={name}"
    shown, uploaded = status["privacyStatus"], status["uploadStatus"]
    failed = video.get("processingDetails", {}).get("processingStatus") in ("failed", "terminated")
    if uploaded == "processed" and shown == privacy:
        return Published(name, address)
    if uploaded == "processed":
        return Unknown(
            f"YouTube shows {address} as {shown}, and {privacy} was asked for:"
            f" make it {privacy} there, or say here what became of it."
        )
    if uploaded == "uploaded" and not failed:
        return at_work(dict(made) | {"video": name}, now)
    why = status.get("rejectionReason") or status.get("failureReason")
    why = why or video.get("processingDetails", {}).get("processingFailureReason") or "no reason"
    return Refused(f"YouTube took the video and then would not show it: {uploaded}, {why}.")


def at_work(made: Mapping[str, Any], now: datetime) -> Outcome:
    """Wait for YouTube to process a video; for a person, where it never ends."""
    since = datetime.fromisoformat(made["since"]) if "since" in made else now
    if now - since > PATIENCE:
        address = f"https://www.youtube.com/watch?v={made['video']}"
        return Unknown(f"YouTube has not finished with {address} for a day: look there.")
    return Waiting(dict(made) | {"since": since.isoformat()}, now + LOOK_AGAIN)
