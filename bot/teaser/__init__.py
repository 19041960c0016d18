"""From an article to what is said and shown of it on one channel, fitted to that platform.

What gives way to a limit (`bot.fit`), and in which order, is the template's word.
The link, a name, a credit and the inside of a quotation never do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from bot import editorial, text
from bot._sandbox import Templates
from bot.fit import GIVES_WAY, HARD, Parts, fit
from bot.media.base import Art
from bot.model import Article, Problem, Teaser
from bot.teaser._art import Plan, own, plan
from bot.teaser._copy import Copy
from bot.teaser._voice import Voice

if TYPE_CHECKING:
    from bot.platforms.base import Platform

__all__ = ["Rendered", "Templates", "Voice", "judge", "own", "render"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A teaser, what is wrong with it, and why a person must look whatever the rule.

    `art` orders what it shows; the teaser holds a stand-in for each, in the same order.
    """

    teaser: Teaser
    problems: tuple[Problem, ...] = ()
    reasons: tuple[Problem, ...] = ()
    art: tuple[Art, ...] = ()


def render(
    templates: Templates,
    article: Article,
    *,
    voice: Voice,
    platform: type[Platform],
    link: str,
    now: datetime,
    slot_at: datetime | None = None,
    confirmed: bool = False,
) -> Rendered:
    """Make the teaser of an article for one channel; the same input gives the same teaser.

    `link` is the whole link, campaign included; "" where the channel shows none.
    `confirmed`: an editor says that the article's picture may be used on this post.
    The text is within the platform's limit, always: where that takes more than
    an editor would allow, a blocking problem says so. Raises TemplateError.
    """
    lang = voice.language_of(article)
    sheet = templates.find(voice.site, platform.name, lang)
    shown, grave = _shown(article, voice, platform, link, confirmed)
    copy = Copy(sheet, article, voice, platform, link, shown)
    tags = [] if grave else editorial.hashtags(article, voice.hashtags, lang=lang)
    teaser, faults = _write(copy, tags, lang)
    said = f"{teaser.title}\n{teaser.text}"
    if tags and editorial.review_reasons(article, voice.sensitive, lang=lang, text=said):
        teaser, faults = _write(copy, [], lang)  # the body told what the dek did not
    problems, reasons = judge(
        article, teaser, voice=voice, platform=platform, now=now, slot_at=slot_at
    )
    if any(each.blocking for each in shown.problems):  # says why there is no video
        problems = tuple(each for each in problems if each.code != "video-missing")
    return Rendered(teaser, (*faults, *shown.problems, *problems), reasons, shown.art)


def judge(
    article: Article,
    teaser: Teaser,
    *,
    voice: Voice,
    platform: type[Platform],
    now: datetime,
    slot_at: datetime | None = None,
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Return what is wrong with a teaser, and why a person must look; also after an edit."""
    lang = teaser.language or voice.language_of(article)
    said = f"{teaser.title}\n{teaser.text}"
    grave = editorial.review_reasons(article, voice.sensitive, lang=lang, text=said)
    occasion = editorial.Occasion(now, slot_at, voice.zone)
    found = editorial.problems(article, teaser, occasion, lang=lang, sensitive=bool(grave))
    reasons = (*grave, *(problem for problem in found if not problem.blocking))
    told = {problem.code for problem in reasons}
    blocking = (problem for problem in found if problem.blocking)
    wrong = (*platform.check(teaser, voice.form), *blocking)
    return tuple(problem for problem in wrong if problem.code not in told), reasons


def _shown(
    article: Article, voice: Voice, platform: type[Platform], link: str, confirmed: bool
) -> tuple[Plan, bool]:
    """Plan what is shown, and tell whether the matter is grave by that too."""
    lang = voice.language_of(article)

    def weighed(said: str = "") -> bool:
        return bool(editorial.review_reasons(article, voice.sensitive, lang=lang, text=said))

    grave = weighed()
    shown = plan(article, voice, platform, link=link, grave=grave, confirmed=confirmed)
    if shown.sentences and not grave and weighed("\n".join(shown.sentences)):
        grave = True  # the screen would tell what headline and first lines do not
        shown = plan(article, voice, platform, link=link, grave=True, confirmed=confirmed)
    return shown, grave


def _write(copy: Copy, tags: Sequence[str], lang: str) -> tuple[Teaser, list[Problem]]:
    """Render text and title, each fitted to its own limit."""
    sheet, limits = copy.sheet, copy.platform.limits
    measure = lru_cache(maxsize=64)(copy.platform.measure)
    full, fixed = copy.parts(tags, lang), copy.fixed(lang)

    order = sheet.gives_way if sheet.gives_way is not None else (*GIVES_WAY, *HARD)

    @lru_cache(maxsize=64)  # what fitted is asked for again, and the title of what the text said
    def rendered(parts: Parts) -> dict[str, str]:
        return sheet.render({**fixed, **copy.changing(parts, lang)})

    def written(name: str) -> Callable[[Parts], str]:
        return lambda parts: rendered(parts).get(name, "")

    def in_room(said: str) -> bool:
        bare = said.replace(str(fixed["link"]), "").strip()
        return sheet.room is None or measure(bare) <= sheet.room

    body, faults = fit(
        full, order, written("text"), lambda said: measure(said) <= limits.text, in_room, lang
    )
    title = ""
    if limits.title:
        title, more = fit(
            full, order, written("title"), lambda said: len(said) <= limits.title, None, lang
        )
        told = {fault.code for fault in faults}
        faults += [fault for fault in more if fault.code not in told]
    link = text.clean(copy.link)
    if not body and limits.link == "text" and measure(link) <= limits.text:
        body = link
    media = tuple(art.stand_in for art in copy.shown.art)
    return Teaser(body, title, link, media, lang), faults
