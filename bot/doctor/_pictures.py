"""Can pictures be made, as each site looks, and can a platform fetch them?"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from bot import http, web
from bot.app import App
from bot.doctor.base import Check
from bot.errors import BotError, FetchError, StoreError, TemplateError
from bot.media import keeping, layout
from bot.media.base import Card, Failure, Look, Piece, Shape, Words
from bot.settings import ChannelConfig, Site
from bot.teaser.look import look_faults

#: Words of every script that can be drawn where the fonts are whole, and those of one package.
LETTERS: Final = "Aá Ωω Яя عر עב हि ไท ☀️"
CJK: Final = "日本語"
CJK_PACKAGE: Final = "noto-cjk-sans-jp-bold"


def of_all(app: App) -> Iterator[Check]:
    """Check what all sites share: layouts, the studio, and the way to it from outside."""
    yield _layouts(app)
    yield from _studio(app)
    yield from _outside(app)


def of_site(app: App, site: Site) -> Iterator[Check]:
    """Check what stands under [look] of a site, by a card that is drawn so."""
    faults = look_faults(site, app.shelves("cards"))
    yield from (Check(site.id, "fault", fault) for fault in faults)
    for outlet in app.desk(site).outlets[:1]:
        look = outlet.own(Path(), "").order.look
        if not faults and look != Look(look.name, look.domain):
            yield _drawn(app, site.id, look, "cards show its look.")


def of_channel(app: App, channel: ChannelConfig) -> Iterator[Check]:
    """Say what an Instagram channel cannot show for want of an address on the web."""
    if channel.platform != "instagram" or app.public:
        return
    if channel.settings.form == "picture":
        words = (
            "Instagram fetches pictures from the web, and [media] public_url in bot.toml does not"
            " say where ours are. So the article's own picture goes out as it is, if it is a JPEG,"
            " and no cards: an article without such a picture stays held. Set listen and"
            ' public_url, or settings = { form = "reel", … }.'
        )
        yield Check(channel.key, "note", words)
    elif channel.settings.login == "instagram":
        words = (
            "a token of Instagram's own login cannot send a Reel: set listen and public_url under"
            ' [media] in bot.toml, or connect it by Facebook\'s (login = "facebook").'
        )
        yield Check(channel.key, "fault", words)


# -------------------------------------------------------------------------- drawing


def _layouts(app: App) -> Check:
    shelves = app.shelves("cards")
    names = layout.names(shelves)
    try:
        for name in names:
            for shape in Shape:
                layout.load(name, shape, shelves)
    except TemplateError as error:
        return Check("cards", "fault", f"{error} It is not used until then.")
    return Check("cards", "ok", f"{len(names)} layouts without a fault: {', '.join(names)}.")


def _studio(app: App) -> Iterator[Check]:
    began = http.clock()
    check = _drawn(app, "studio", Look(), "")
    if check.verdict == "ok":
        words = f"draws pictures: fonts and libraries are there ({http.clock() - began:.1f} s)."
        check = replace(check, sentence=words)
    yield check
    if check.verdict == "ok" and _drawn(app, "", Look(), "", CJK).verdict != "ok":
        words = (
            "Chinese, Japanese and Korean cannot be drawn: cards of such articles show no words."
            f" Install {CJK_PACKAGE}, beside the bot, with pip."
        )
        yield Check("studio", "note", words)


def _drawn(app: App, subject: str, look: Look, words: str, letters: str = LETTERS) -> Check:
    """Draw one small card and take it away again; `words` say that it can be done."""
    order = Card(Card.WORDS_ALONE, Shape.WIDE, Words(letters), look)
    try:
        (made,) = app.studio.make([order])
    except BotError as error:
        return Check(subject, "fault", f"no card can be drawn: {error}")
    if isinstance(made, Piece):
        with suppress(OSError):
            Path(made.path).unlink()
        return Check(subject, "ok", words)
    assert isinstance(made, Failure)
    return Check(subject, "fault", f"no card can be drawn: {made.message}")


# --------------------------------------------------------------------- from outside


def _outside(app: App) -> Iterator[Check]:
    """Fetch a file of ours where a platform would."""
    media = app.config.bot.media
    if media.listen and not media.public_url:
        words = (
            f"listen = “{media.listen}” serves pictures, and nobody is told where: set public_url"
            " to the https address that leads there from outside, and ends with /media/."
        )
        yield Check("media", "note", words)
    if not media.public_url:
        return
    word = secrets.token_hex(16)
    try:
        with keeping.probing(app.media, word) as name:
            address = f"{media.public_url.rstrip('/')}/{name}"
            found = http.fetch(app.web, address, cap=1000).body
    except StoreError as error:
        yield Check("media", "fault", str(error), unreachable=True)
    except FetchError as error:
        yield _unreached(media.listen, str(error))
    else:
        if found == word.encode():
            yield Check("media", "ok", f"pictures can be fetched at {media.public_url}.")
        else:
            yield _unreached(media.listen, f"{address} is something else.")


def _unreached(listen: str, why: str) -> Check:
    """Say why no platform could fetch a picture; no fault where the daemon is merely stopped."""
    if listen and not web.is_served(listen):
        words = (
            f"pictures could not be looked for at public_url: nothing listens at {listen} now."
            " “bot run” does; look again while it runs."
        )
        return Check("media", "note", words)
    path = f"http://{listen}/media/" if listen else "the folder [media] dir"
    words = f"public_url does not lead to our pictures: {why} Let it lead to {path}."
    return Check("media", "fault", words, unreachable=True)
