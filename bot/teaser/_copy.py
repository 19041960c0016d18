"""What a template may say of an article: cleaned, safe on the platform, nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import editorial, text
from bot._sandbox import Sheet
from bot._story import story
from bot.fit import Parts
from bot.language import language, phrase
from bot.model import Article
from bot.teaser import _said
from bot.teaser._art import Plan
from bot.teaser._voice import Voice

if TYPE_CHECKING:
    from bot.platforms.base import Platform


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything one teaser is written from."""

    sheet: Sheet
    article: Article
    voice: Voice
    platform: type[Platform]
    link: str
    shown: Plan

    def safe(self, words: str) -> str:
        """Return words of the article in which the platform sees no mention, no link."""
        return self.platform.neutralise(text.clean(words))

    def all_safe(self, lines: Iterable[str]) -> tuple[str, ...]:
        """Do the same for many clean lines at once."""
        return tuple(self.platform.neutralise("\n".join(lines)).split("\n"))

    def parts(self, tags: Sequence[str], lang: str) -> Parts:
        """Gather what may be said and may give way, in whole sentences, nothing of it twice."""
        article, safe = self.article, self.safe
        headline = safe(_said.headline(article, lang))
        dek = [safe(each) for each in _said.dek(article, lang)]
        same = bool(dek) and editorial.repeats(dek[0], headline)
        told = headline if same else f"{headline} {' '.join(dek)}"
        labelled = bool(dek) and not same and _said.is_labelled(dek[0], article.kind, lang)
        return Parts(
            headline=headline,
            kicker=_said.kicker(article, headline, lang),
            dek=tuple(dek),
            same=same,
            labelled=labelled,
            story=tuple(
                self.all_safe(paragraph)
                for paragraph in story(article, lang)
                if not editorial.repeats(" ".join(paragraph), told)
            ),
            hashtags=tuple(tags),
            translation=_said.credited("translation", map(safe, article.translators), lang),
            first_published=safe(getattr(article.first_publication, "sentence", "")),
        )

    def changing(self, parts: Parts, lang: str) -> dict[str, object]:
        """Return what may give way, as a template sees it."""
        rtl = language(lang).rtl
        told = [" ".join(paragraph) for paragraph in parts.story if paragraph]
        return {
            "headline": parts.headline,
            "kicker": "" if parts.labelled and parts.dek else parts.kicker,
            "dek": [] if parts.same else list(parts.dek),
            "whole_dek": list(parts.dek),
            "story": told,
            "lead": next((paragraph[0] for paragraph in parts.story if paragraph), ""),
            "hashtags": [text.isolate(tag) if rtl else tag for tag in parts.hashtags],
            "translation": parts.translation,
            "first_published": parts.first_published,
        }

    def fixed(self, lang: str) -> dict[str, object]:
        """Return what no limit takes away: link, names, credits."""
        article, voice, safe = self.article, self.voice, self.safe
        nobody = {name.casefold() for name in voice.not_authors}
        authors = [safe(name) for name in article.authors if name.casefold() not in nobody]
        by = phrase(lang, "by")
        credits = [safe(each) for each in self.shown.credits]
        photo = _said.credited("photo", credits, lang) or ", ".join(credits)
        link = text.clean(self.link)
        return {
            "link": text.isolate(link) if language(lang).rtl and link else link,
            "domain": safe(voice.domain),
            "read_at": phrase(lang, "read_at"),
            "link_in_bio": phrase(lang, "link_in_bio") if voice.link_in_bio else "",
            "site": safe(voice.name),
            "account": voice.account,
            "language": lang,
            "kind": article.kind.value,
            "form": (voice.form if self.shown.art else "") or "link",
            "section": safe(article.section),
            "social_title": safe(article.social_title),
            "authors": authors,
            "byline": " ".join((by, ", ".join(authors))).strip() if authors else "",
            "photo": photo,
            "photo_bare": photo if self.shown.bare else "",
            "on_screen": [safe(each) for each in self.shown.sentences],
        }
