"""One channel as the page of sites and channels shows it: how it does, and what it has left."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.agenda import Day
from bot.hours import Windows, shown_duration
from bot.platforms.base import Platform
from bot.room._words import Words
from bot.room.base import Ask
from bot.settings import ChannelConfig
from bot.status import ChannelState
from bot.store.accounts import Standing
from bot.store.pauses import Pause
from bot.store.rests import Rest

_WEEKDAY: Final = re.compile("Mon|Tue|Wed|Thu|Fri|Sat|Sun")


@dataclass(frozen=True, slots=True)
class Use:
    """So much of something is used."""

    name: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class Account:
    """A channel, in words."""

    channel: ChannelConfig
    label: str
    state: ChannelState
    look: str  # "good" | "note" | "bad"
    words: str  # how it does
    todo: str  # what a person should do; "" for nothing
    login: str  # the command that connects it; "" where nothing has to be connected
    secrets: tuple[str, ...]  # names of those that are missing, never a value
    standing: Standing | None
    rest: Rest | None
    pauses: tuple[Pause, ...]  # that hold it: its own, its site's, that of everything
    day: Day
    posts: int
    limit: int | None
    quotas: tuple[Use, ...]
    windows: str
    spacing: str
    review: str

    @property
    def own_pause(self) -> Pause | None:
        """Its own pause, where it has one."""
        return next((each for each in self.pauses if each.scope == self.channel.key), None)


def account(
    ask: Ask,
    channel: ChannelConfig,
    state: ChannelState,
    day: Day,
    standing: Standing | None,
    rest: Rest | None,
    pauses: tuple[Pause, ...],
) -> Account:
    """Put together what is known of a channel."""
    platform = ask.app.platform(channel.platform)
    look, words, todo = _condition(ask, channel, state, standing, rest, pauses)
    connect = state.by_hand or bool(state.blocked) or state.ending
    with ask.room.store.read() as tx:
        taken = tx.timetable.between(channel.site, [channel.name], day.start, day.end)
    spacing = shown_duration(channel.spacing) if channel.spacing else ""
    return Account(
        channel=channel,
        label=platform.label,
        state=state,
        look=look,
        words=words,
        todo=todo,
        login=f"bot login {channel.key}" if connect else "",
        secrets=_missing(ask, channel, platform) if state.by_hand else (),
        standing=standing,
        rest=rest,
        pauses=pauses,
        day=day,
        posts=sum(each.counts for each in taken),
        limit=channel.daily_limit or platform.limits.posts_per_day or None,
        quotas=() if state.by_hand else _quotas(ask, channel, platform, ask.now),
        windows=windows_in_words(ask.words, channel.windows),
        spacing=spacing,
        review=_review(ask.words, channel),
    )


def _condition(
    ask: Ask,
    channel: ChannelConfig,
    state: ChannelState,
    standing: Standing | None,
    rest: Rest | None,
    pauses: tuple[Pause, ...],
) -> tuple[str, str, str]:
    """Say how a channel does and what to do: what stops it most comes first."""
    t, zone = ask.words.t, ask.app.zone(channel.site)
    if pauses:
        return "note", t("Paused: nothing goes out here."), ""
    if state.by_hand:
        return (
            "note",
            t("By hand: it is not connected, so somebody posts for it."),
            t("Its posts are made ready as ever. To let the bot post, connect it:"),
        )
    if state.blocked:
        todo = t("Its posts wait. See to it, or connect it again:")
        return "bad", t("It cannot post."), todo
    if rest:
        until = ask.words.when(rest.until, zone, ask.now)
        words = t("It rests until %(until)s, and goes on by itself.", until=until)
        return "note", words, ""
    if state.ending and state.expires_at:
        ends = ask.words.when(state.expires_at, zone, ask.now)
        return "bad", t("Its connection ends soon: %(ends)s.", ends=ends), t("Connect it again:")
    if standing is None or standing.verified_at is None:
        words = t("Ready. Whose account it is, is checked before the first post.")
        return "good", words, ""
    return "good", t("Connected."), ""


def _missing(ask: Ask, channel: ChannelConfig, platform: type[Platform]) -> tuple[str, ...]:
    """Name the secrets that a channel lacks, as they are called in the environment."""
    there = ask.app.secrets(channel)
    lacking = [name for name in platform.secrets if name not in there]
    return tuple(f"BOT_{channel.site}_{channel.name}_{name}".upper() for name in lacking)


def _quotas(
    ask: Ask, channel: ChannelConfig, platform: type[Platform], now: datetime
) -> tuple[Use, ...]:
    """Count what the platform gives the channel's credential a day, and what of it is used."""
    if not platform.quotas:
        return ()
    t = ask.words.t
    named = {"videos.insert": t("Videos"), "units": t("Requests")}
    credential = ask.app.channels().bound(channel.site, channel.name).platform.credential
    with ask.room.store.read() as tx:
        return tuple(
            Use(
                named.get(each.name, each.name),
                tx.meters.used(
                    credential, each.name, f"{now.astimezone(ZoneInfo(each.zone)):%Y-%m-%d}"
                ),
                each.limit,
            )
            for each in platform.quotas
        )


def windows_in_words(words: Words, windows: Windows) -> str:
    """Write windows with the page's names of the days."""
    if not windows.spans:
        return words.t("At any time")
    return (
        _WEEKDAY.sub(lambda found: words.t(found[0]), str(windows))
        .replace("-", "–")
        .replace(",", ", ")
    )


def _review(words: Words, channel: ChannelConfig) -> str:
    """Say who looks at its posts."""
    if channel.use == "pick":
        return words.t("Posts are made ready, and go out only when somebody picks them.")
    if channel.review.rule == "hold":
        wait = shown_duration(channel.review.hold)
        return words.t("Posts go out after %(wait)s, unless somebody holds them.", wait=wait)
    if channel.review.rule == "none":
        return words.t("Posts go out by themselves, but for what should be looked at.")
    return words.t("Somebody approves every post.")
