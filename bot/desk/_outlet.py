"""A channel with what is needed to make its posts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.errors import TemplateError
from bot.media.base import Art
from bot.model import Article, Channel, Media, Problem, Teaser
from bot.queue import Judge, Made, Rules


@dataclass(frozen=True, slots=True)
class Outlet:
    """A channel with what is needed to make its posts."""

    channel: Channel
    rules: Rules
    wants: Callable[[Article], bool]
    write: Callable[[Article, datetime, bool], Made]  # may raise TemplateError
    judge: Callable[[Article, Teaser, datetime, datetime | None], Made]  # for a slot, if known
    own: Callable[[Path, str], Art]  # an editor's picture and what it shows, as an order
    needs_picture: bool
    link_in_text: bool
    public: str = ""  # where our own pictures lie on the web, for a platform that fetches them

    def reachable(self, media: Media) -> Media:
        """Give what is kept the address under which the platform can fetch what was approved."""
        if not self.public or not media.path:
            return media
        return replace(media, url=f"{self.public.rstrip('/')}/{Path(media.path).name}")

    def make(self, article: Article, now: datetime, *, confirmed: bool = False) -> Made:
        """Write the teaser; a template that fails leaves a post that says so.

        `confirmed`: a person says that the article's picture may be used.
        """
        try:
            return self.write(article, now, confirmed)
        except TemplateError as error:
            problem = Problem("template", f"{error} Mend the template, or edit the post.", True)
            return Made(Teaser(text="", link=article.url), (problem,), ())

    def judging(self, article: Article, now: datetime) -> Judge:
        """Give what finds the problems of this article's words in a slot."""

        def judge(teaser: Teaser, slot_at: datetime | None) -> tuple[Problem, ...]:
            made = self.judge(article, teaser, now, slot_at)
            return (*made.problems, *made.reasons)

        return judge
