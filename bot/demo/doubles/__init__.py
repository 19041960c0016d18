"""The four platforms as HTTP servers on loopback: for the demo, and for tests.

Each is made from the platform's official description and knows nothing of the bot. What
the public would see is an *effect*: one line in `effects.jsonl`, on the disk before the
double answers. Faults are ordered with `fault`, here or from another process (`POST
/_double/faults`); `GET /` shows what the public sees. `python -m bot.demo.doubles` runs
all four in a process of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.demo.doubles._double import Double
from bot.demo.doubles._facebook import Facebook
from bot.demo.doubles._faults import AFTER, BEFORE, Fault, Storm
from bot.demo.doubles._instagram import Instagram
from bot.demo.doubles._log import Log, Told
from bot.demo.doubles._x import X
from bot.demo.doubles._youtube import YouTube

__all__ = ["AFTER", "BEFORE", "Double", "Doubles", "Fault", "Storm"]


class Doubles:
    """The four platforms, running; what they publish is written below `folder`.

    `port` is the first of four; 0 lets the system choose. `visible_after` is how many
    seconds later a list shows what was published. `told` hears of every effect.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        visible_after: float = 0,
        clock: Callable[[], datetime] | None = None,
        told: Told | None = None,
    ) -> None:
        self.log = Log(folder, told)
        ports = iter(range(port, port + 4) if port else (0, 0, 0, 0))
        how: dict[str, Any] = {"visible_after": visible_after, "clock": clock}
        self.x = X(self.log, port=next(ports), **how)
        self.facebook = Facebook(self.log, port=next(ports), **how)
        self.instagram = Instagram(self.log, port=next(ports), **how)
        self.youtube = YouTube(self.log, port=next(ports), **how)

    def __enter__(self) -> Doubles:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Double]:
        return iter((self.x, self.facebook, self.instagram, self.youtube))

    def __getitem__(self, platform: str) -> Double:
        """The double of a platform, by the platform's name."""
        return next(double for double in self if double.platform == platform)

    def close(self) -> None:
        """Stop all four."""
        for double in self:
            double.close()
        self.log.close()

    def effects(self, **facts: Any) -> list[dict[str, Any]]:
        """Every effect so far, or those with these facts, from the file."""
        return self.log.effects(**facts)

    def settings(self, platform: str) -> dict[str, str]:
        """The `settings` of a channel that posts to the double."""
        own = {
            "twitter": {},
            "facebook": {"page_id": self.facebook.account_id},
            "instagram": {"user_id": self.instagram.account_id},
            "youtube": {
                "channel_id": self.youtube.account_id,
                "token_url": f"{self.youtube.url}/token",
            },
        }
        return {"api_url": self[platform].url, **own[platform]}

    def credentials(self, platform: str) -> dict[str, str]:
        """The credentials that a double accepts, by the names of a channel's secrets."""
        keys, google = self.x.keys, self.youtube.grants
        known = {
            "twitter": {
                "API_KEY": keys.api_key,
                "API_SECRET": keys.api_secret,
                "ACCESS_TOKEN": keys.access_token,
                "ACCESS_SECRET": keys.access_secret,
            },
            "facebook": {
                "PAGE_TOKEN": self.facebook.token,
                "APP_SECRET": self.facebook.app_secret,
            },
            "instagram": {
                "TOKEN": self.instagram.token,
                "APP_SECRET": self.instagram.app_secret,
            },
            "youtube": {
                "CLIENT_ID": google.client_id,
                "CLIENT_SECRET": google.client_secret,
                "REFRESH_TOKEN": next(iter(google.refresh), ""),
            },
        }
        return known[platform]

    def secrets(self, site: str) -> dict[str, str]:
        """The same of all four, as environment variables of a site."""
        return {
            f"BOT_{site}_{double.platform}_{name}".upper(): value
            for double in self
            for name, value in self.credentials(double.platform).items()
        }
