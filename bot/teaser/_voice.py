"""How a site speaks on one channel: what its teasers need of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from bot import editorial
from bot.media.base import Look
from bot.model import Article


@dataclass(frozen=True, slots=True)
class Voice:
    """How a site speaks and looks on one channel."""

    site: str  # the name by which templates are overridden
    name: str = ""
    domain: str = ""
    account: str = ""
    language: str = ""  # where the article does not say its own
    zone: tzinfo = UTC
    form: str = ""  # "photo+comment": a picture where the link would be attached; "reel": a video
    link_in_bio: bool = False
    hashtags: Mapping[str, str] = field(default_factory=dict)
    not_authors: tuple[str, ...] = ()
    sensitive: editorial.Sensitive = field(default_factory=editorial.Sensitive)
    pictures: editorial.Pictures = field(default_factory=editorial.Pictures)
    look: Look = field(default_factory=Look)
    layout: str = ""  # of its cards; "" where the channel and the article decide

    def language_of(self, article: Article) -> str:
        """Give the language in which the teaser of an article is written: "pt"."""
        return (article.language or self.language).replace("_", "-").split("-")[0].lower()
