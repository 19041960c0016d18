"""`bot login`: connect a channel to its account."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from bot.cli._base import Command, opened
from bot.cli._print import moment, say
from bot.errors import SealedError, UsageError
from bot.model import PLATFORM_ALIASES

if TYPE_CHECKING:
    from bot.app import App
    from bot.login import Connected
    from bot.settings import ChannelConfig


@click.command(cls=Command)
@click.argument("channel", metavar="[SITE/]CHANNEL")
@click.option("--paste", is_flag=True, help="X, YouTube: paste the address the browser ends on.")
@click.option("--redirect", is_flag=True, help="Facebook, Instagram: agree in a browser.")
@click.option(
    "--port",
    type=click.IntRange(1024, 65535),
    default=8733,
    show_default=True,
    help="X, YouTube: where the browser comes back to.",
)
@click.option("--another", is_flag=True, help="Another account took the place of the first.")
@click.pass_context
def login(
    ctx: click.Context, channel: str, paste: bool, redirect: bool, port: int, another: bool
) -> int:
    """Connect a channel to its account, and keep the credential sealed in the database.

    \b
    X, YouTube           your browser asks you to agree. X must know the address
                         http://127.0.0.1:8733/callback beforehand. On a server
                         without a browser you agree elsewhere and paste the
                         address where that browser ends; --paste asks for that.
    Facebook, Instagram  you paste the token of a system user (or of the Page);
                         also “bot login facebook < token.txt”. --redirect asks
                         you to agree on Facebook instead, while “bot run” runs:
                         its pages must be reachable under https (url under
                         [review] in bot.toml), and the app must list the address
                         https://YOUR-PAGES/login/callback.

    CLIENT_ID and CLIENT_SECRET (X, YouTube), APP_ID and APP_SECRET (Meta) are taken from
    BOT_SITE_CHANNEL_NAME where they are set there, else you are asked.

    The account must be the one that the site's file names: any other is refused, and then
    nothing is stored. Connecting again keeps everything else. Ends with 1 where the file
    lacks a number that was found out; it is shown.
    """
    if paste and redirect:
        raise UsageError("give --paste or --redirect, not both.")
    way = "paste" if paste else "redirect" if redirect else ""
    with opened(ctx) as app:
        chosen = _channel(app, channel)
        return _tell(app, chosen, _connect(app, chosen, way, port, another))


def _connect(app: App, chosen: ChannelConfig, way: str, port: int, another: bool) -> Connected:
    from bot.credentials import secrets_of
    from bot.login import Login, connect

    channels = app.channels()
    seeds = channels.seeds(chosen)
    known, anew = _known(app, chosen)
    outside = secrets_of(chosen.site, chosen.name, ("APP_ID",), os.environ)
    review = app.config.bot.review.url.rstrip("/")
    asked = Login(
        channel=chosen,
        label=app.platform(chosen.platform).label,
        known=known,
        anew=anew,
        seeds=seeds,
        session=channels.session(),
        store=app.store,
        person=_Terminal(),
        now=app.now,
        way=way,
        port=port,
        another=another,
        app_id=outside.get("APP_ID", ""),
        callback_url=f"{review}/login/callback" if review else "",
    )
    return connect(
        asked, lambda secrets, numbers: channels.bind(_with(chosen, numbers), secrets, seeds)
    )


def _known(app: App, chosen: ChannelConfig) -> tuple[dict[str, str], bool]:
    """Give the credentials that are known; without those whose key is lost, which is told."""
    channels = app.channels()
    try:
        return channels.secrets(chosen), False
    except SealedError as error:
        say(f"{error} This login replaces it.")
        return channels.seeds(chosen), True


def _tell(app: App, chosen: ChannelConfig, connected: Connected) -> int:
    account, zone = connected.account, app.zone(chosen.site)
    label = app.platform(chosen.platform).label
    say(f"{chosen.key} is connected: it posts on {label} as {account.name} ({account.id}).")
    if connected.renewed:
        say("The bot renews its token by itself.")
    elif connected.expires_at:
        at = moment(connected.expires_at, zone, app.now())
        say(f"Its token ends {at}: run “bot login {chosen.key}” again before that.")
    if not connected.settings:
        return 0
    pairs = ", ".join(f'{name} = "{value}"' for name, value in connected.settings.items())
    file = app.folder / "sites" / f"{chosen.site}.toml"
    say(f"Write into {file}, under [channels.{chosen.name}]: settings = {{ {pairs} }}")
    return int(connected.settings.keys() != {"app_id"})  # without that one it can post


def _channel(app: App, name: str) -> ChannelConfig:
    """Find the channel meant; UsageError where there is none, or several."""
    site, _, own = name.rpartition("/")
    own = PLATFORM_ALIASES.get(own, own)
    known = app.config.channels()
    fits = [each for each in known if each.name == own and site in ("", each.site)]
    if len(fits) == 1:
        return fits[0]
    there = ", ".join(each.key for each in fits or known) or "none"
    reason = f"several are called “{own}”: name one of" if fits else "no such channel; there are:"
    raise UsageError(f"{reason} {there}.")


def _with(chosen: ChannelConfig, numbers: Mapping[str, str]) -> ChannelConfig:
    """Give the channel with numbers that were found out, where its file has none."""
    missing = {name: value for name, value in numbers.items() if not getattr(chosen.settings, name)}
    return chosen.model_copy(update={"settings": chosen.settings.model_copy(update=missing)})


class _Terminal:
    """Whoever sits at the terminal; where there is none, lines of standard input."""

    def tell(self, words: str) -> None:
        say(words)

    def ask(self, question: str, *, hidden: bool = False) -> str:
        if not sys.stdin.isatty():
            return sys.stdin.readline().strip()
        prompt: str = click.prompt(
            question, default="", show_default=False, hide_input=hidden, err=True
        )
        return prompt

    @property
    def has_browser(self) -> bool:
        # One in the terminal could do nothing with these pages.
        return sys.platform == "darwin" or bool(os.environ.keys() & {"DISPLAY", "WAYLAND_DISPLAY"})

    def browse(self, address: str) -> None:
        if self.has_browser:
            import webbrowser

            webbrowser.open(address)
