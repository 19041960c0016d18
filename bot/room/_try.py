"""Try a template: the teasers of any article, drawn, and nothing of it stored.

Somebody may also write another text for the template of one channel and see what it makes.
Templates are run in the same sandbox as ever; what was written is forgotten with the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bot import drawn, queue
from bot._sandbox import Sheet as Template
from bot.app import App, Preview
from bot.drawn import Drawn
from bot.errors import BotError, UsageError
from bot.model import Channel
from bot.platforms.base import Platform
from bot.room.base import Answer, Ask, Page, Sheet
from bot.teaser import Templates

#: So many posts back the articles are offered to be chosen from.
RECENT_POSTS: Final = 80
#: The folder of a template that was typed.
_PLACE: Final = "typed"
#: What a post says where its template fails (`desk.Outlet.make`), and this page does not.
WAY_OUT: Final = "Mend the template, or edit the post."


@dataclass(frozen=True, slots=True)
class Tried:
    """What a channel would say of the article."""

    channel: Channel
    drawn: Drawn
    file: str  # where its template lies
    text: str  # what stands in it, or what was typed


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to try."""

    site: str = ""
    url: str = ""
    channel: str = ""  # "" for all that want the article
    template: str | None = None  # another text for the channel's template


def typed_file(folder: Path, platform: str) -> Path:
    """Say where a typed template lies while it is tried."""
    return folder / "teasers" / _PLACE / f"{platform}.j2"


class _Typed(Templates):
    """The templates as they are, but for one platform, whose text was typed."""

    def __init__(self, folders: Sequence[Path], platform: str, text: str) -> None:
        super().__init__(folders)
        self._platform = platform
        file = typed_file(folders[0], platform)
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")

    def find(self, site: str, platform: str, language: str) -> Template:
        """Give the typed template for its platform, and any other as ever."""
        return super().find(_PLACE if platform == self._platform else site, platform, language)


def ask_for(ask: Ask) -> Answer:
    """Show the form."""
    wish = Wish(ask.query.get("site", ""), ask.query.get("url", ""))
    return _sheet(ask, wish)


def attempt(ask: Ask) -> Answer:
    """Read the article, write its teasers, and show them."""
    url = (ask.text("url") or "").strip() or ask.text("recent") or ""
    template = ask.text("template")
    wish = Wish(ask.text("site") or "", url, ask.text("channel") or "", template)
    try:
        return _sheet(ask, wish, _made(ask, wish))
    except BotError as error:
        return _sheet(ask, wish, failed=str(error))


def _made(ask: Ask, wish: Wish) -> tuple[Preview, list[Tried]]:
    if not wish.url:
        raise UsageError(ask.words.t("Choose an article, or give the address of one."))
    site, _, channel = wish.channel.partition("/")
    site = wish.site or site
    with TemporaryDirectory(prefix="bot-try-") as folder, closing(ask.app.beside("try")) as app:
        if wish.template is not None:
            named = app.config.site(site).channels.get(channel)
            if named is None:
                raise UsageError(ask.words.t("Choose the channel whose template you want to try."))
            folders = [Path(folder), *(each.parent for each in app.shelves("teasers"))]
            app.templates = _Typed(folders, named.platform, wish.template)
        shown = app.preview(wish.url, site or None)
        wanted = [each for each in shown.posts if channel in ("", each[0].name)]
        if wish.template is not None:
            for _, platform, made in wanted:
                _refuse_faulty(ask, made, typed_file(Path(folder), platform.name))
        return shown, [_tried(app, shown, *each, wish) for each in wanted]


def _tried(
    app: App,
    shown: Preview,
    channel: Channel,
    platform: type[Platform],
    made: queue.Made,
    wish: Wish,
) -> Tried:
    article, site = shown.article, app.config.sites.get(shown.site)
    title = article.social_title or article.headline
    picture = drawn.draw(
        platform,
        made.teaser,
        account=channel.account,
        site=site.name if site else article.site_name,
        card=drawn.LinkCard(drawn.domain(article.url), title, article.dek),
        source=lambda _: "",
        problems=(*made.problems, *made.reasons),
    )
    if wish.template is not None:
        return Tried(channel, picture, "", wish.template)
    file = app.templates.find(channel.site, platform.name, made.teaser.language).file
    return Tried(channel, picture, file, Path(file).read_text(encoding="utf-8"))


def _refuse_faulty(ask: Ask, made: queue.Made, file: Path) -> None:
    """Raise UsageError where the typed template failed: it says by its line what is wrong."""
    fault = next((each.message for each in made.problems if each.code == "template"), "")
    if not fault:
        return
    fault = fault.removesuffix(WAY_OUT).strip()
    found = re.fullmatch(rf"{re.escape(str(file))}:(\d+): (.*)", fault, re.DOTALL)
    if found is None:
        words = ask.words.t("In your text: %(fault)s", fault=fault.replace(f"{file}: ", ""))
    else:
        words = ask.words.t("Line %(line)s of your text: %(fault)s", line=found[1], fault=found[2])
    raise UsageError(words)


def _sheet(
    ask: Ask, wish: Wish, made: tuple[Preview, list[Tried]] | None = None, failed: str = ""
) -> Sheet:
    with ask.room.store.read() as tx:
        posts = tx.posts.list(site=wish.site or None, limit=RECENT_POSTS, newest_first=True)
    recent = {post.article_url: post.article_title for post in posts}
    facts = {
        "wish": wish,
        "sites": list(ask.app.config.sites.values()),
        "recent": recent,
        "shown": made[0] if made else None,
        "tried": made[1] if made else [],
        "failed": failed,
    }
    return Sheet("_try.html" if ask.swaps else "try.html", facts, 422 if failed else 200)


PAGES: Final = (Page("/try", ask_for), Page("/try", attempt, "POST", slow=True))
