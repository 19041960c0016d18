"""From a site's settings to its desk: what is needed to make its posts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import editorial, queue
from bot.desk import Desk, Outlet, campaign
from bot.identity import bare_host
from bot.media.base import Art, Look
from bot.model import Article, Channel, Teaser
from bot.platforms import base
from bot.selection import wanted
from bot.settings import ChannelConfig, Site

if TYPE_CHECKING:
    from bot.teaser import Templates, Voice


def desk(site: Site, templates: Templates, public: str) -> Desk:
    """Build the desk of a site, with an outlet for each of its channels.

    `public` is the address under which our own pictures lie on the web, or "".
    """
    return Desk(
        site=site.id,
        name=site.name,
        home=site.url,
        aliases=dict.fromkeys(site.aliases, bare_host(site.url)),
        zone=site.timezone,
        flood_limit=site.flood_limit,
        not_authors=site.not_authors,
        kinds=site.kinds,
        outlets=tuple(outlet(site, each, templates, public) for each in site.channels.values()),
    )


def rules(channel: ChannelConfig, zone: ZoneInfo) -> queue.Rules:
    """Say when a channel may post, and who looks first."""
    limit = base.load(channel.platform).limits.posts_per_day
    return queue.Rules(
        review=channel.review.rule,
        pick=channel.use == "pick",
        windows=channel.windows,
        zone=zone,
        spacing=channel.spacing,
        daily_limit=channel.daily_limit or limit or None,
        max_age=channel.max_age,
    )


def outlet(site: Site, channel: ChannelConfig, templates: Templates, public: str) -> Outlet:
    """Build what makes a channel's posts and judges them."""
    from bot import teaser

    platform, voice = base.load(channel.platform), _voice(site, channel)
    utm = site.utm_for(channel)

    def wants(article: Article) -> bool:
        only = channel.only
        return wanted(
            article, languages=only.language, sections=only.section, default=site.language
        )

    def write(article: Article, now: datetime, confirmed: bool = False) -> queue.Made:
        link = "" if channel.link == "never" else campaign(article.url, utm)
        made = teaser.render(
            templates,
            article,
            voice=voice,
            platform=platform,
            link=link,
            now=now,
            confirmed=confirmed,
        )
        return queue.Made(made.teaser, made.problems, made.reasons, made.art)

    def judge(
        article: Article, words: Teaser, now: datetime, slot_at: datetime | None
    ) -> queue.Made:
        problems, reasons = teaser.judge(
            article, words, voice=voice, platform=platform, now=now, slot_at=slot_at
        )
        return queue.Made(words, problems, reasons)

    def own(path: Path, alt: str) -> Art:
        return teaser.own(str(path), alt, voice, platform)

    return Outlet(
        channel=Channel(site.id, channel.name, channel.platform, channel.account),
        rules=rules(channel, site.timezone),
        wants=wants,
        write=write,
        judge=judge,
        own=own,
        needs_picture=platform.limits.media == "image",
        link_in_text=platform.limits.link == "text",
        public=public if platform.limits.media == "image" else "",
    )


def _voice(site: Site, channel: ChannelConfig) -> Voice:
    from bot.teaser import Voice

    return Voice(
        site=site.id,
        name=site.name,
        domain=bare_host(site.url),
        account=channel.account,
        language=channel.language or site.language,
        zone=site.timezone,
        form=getattr(channel.settings, "form", ""),
        hashtags=site.hashtags,
        not_authors=site.not_authors,
        sensitive=editorial.Sensitive(
            site.sensitive.sections, site.sensitive.tags, site.sensitive.words
        ),
        pictures=editorial.Pictures(site.pictures.reuse, site.pictures.own),
        look=_look(site),
        layout=site.look.layout_for(channel),
    )


def _look(site: Site) -> Look:
    own = site.look
    return Look(
        name=site.name,
        domain=bare_host(site.url),
        logo=own.logo,
        accent=own.accent,
        paper=own.paper,
        ink=own.ink,
        font=own.font,
        audio=own.audio,
    )
