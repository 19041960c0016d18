"""What in a byline is a name, and what is only said around names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Final

from bot.identity import normal_title
from bot.language import SHIPPED, language, phrase

LONGEST_NAME: Final = 60
LONGEST_LINE: Final = 300
LONGEST_BYLINE: Final = 120
MAX_NAMES: Final = 10

# Templates speak the language of their theme, so that the words of all are known everywhere.
# What opens a byline, longest first; a word with a colon counts only with it.
_OPENS: Final = """
    post author by|post author|article by|words by|story by|text by|report by|written by|posted by
    |published by|created by|submitted by|contributed by|reported by|by author|by|author:|authors:
    |author|authors|writer:|a note from|all posts by|more by|veröffentlicht von|eingestellt von
    |geschrieben von|verfasst von|erstellt von|gepostet von|artikel von|beitrag von
    |ein beitrag von|ein artikel von|ein gastbeitrag von|gastbeitrag von|ein text von|text von
    |pressemitteilung von|eine kolumne von|kolumne von|ein kommentar von|kommentar von
    |interview von|eine analyse von|autor:|autorin:|autoren:|autor|autorin|autoren|text:
    |interview:|redaktion:|verfasser:|von:|vom|von|publié par|posté par|écrit par|rédigé par
    |proposé par|un article de|article de|par|auteur·e:|auteur:|autrice:|auteurs:|auteur|texte:
    |propos recueillis par|publicado por|escrito por|redactado por|enviado por|por|autora:
    |autores:|texto:|una nota de|postado por|escrita por|texto de|pubblicato da|scritto da
    |a cura di|articolo di|postato da|di|da|autore:|autori:|testo di|publicat per|escrit per|per
    |autors:|yazan:|yazar:|yazan|yazar|haber:|بقلم|كتب|كتبت|كتبه|الكاتب:|تأليف
"""
# People whom nobody needs to know: accounts that a CMS makes, and words for the newsroom itself.
_NOBODY: Final = """
    admin|administrator|root|webmaster|wordpress|superuser|editor|editors|staff|staff writer
    |staff writers|staff reporter|staff reporters|newsroom|news desk|newsdesk|web desk|webdesk
    |online desk|editorial team|editorial staff|the editors|agencies|agency|guest|guest author
    |guest post|guest contributor|contributor|contributors|unknown|anonymous|author|authors
    |follow author|user|redaktion|die redaktion|redaktionsteam|online redaktion|onlineredaktion
    |gastautor|gastbeitrag|gast|agenturen|redacción|la redacción|redaccion|equipo de redacción
    |administrador|agencias|redação|da redação|redacao|a redação|rédaction|la rédaction|redaction
    |redazione|la redazione|redacció|la redacció|équipe de rédaction|l équipe de rédaction
    |no author|editör|haber merkezi|yazı işleri|التحرير|هيئة التحرير|المحرر|فريق التحرير
    |قسم الأخبار|مدير الموقع
"""
# A piece with one of these is what somebody does, not who they are.
_ROLE: Final = re.compile(
    r"\b(?:staff|writers?|editors?|editorial|reporters?|correspondents?|contributors?|contributing"
    r"|journalists?|columnists?|freelancer?|producers?|director|founder|analyst"
    r"|redakteur(?:in)?|chefredakteur(?:in)?|redaktion|korrespondent(?:in)?|reporterin|autorin"
    r"|volont[äa]r(?:in)?|journalistin|vorsitzende[r]?|gründer(?:in)?|\w*leiter(?:in)?|mitglied"
    r"|\w*sprecher(?:in)?|mitarbeiter(?:in)?|dirigente|militante|diputad[oa]|portavoz|docente"
    r"|député\w*|porte-parole|professeur\w*|responsable|presidente|président\w*|redactora?|redacción|periodista"
    r"|corresponsal|columnista|editora?|journaliste|rédac\w+|correspondant\w*|chroniqueu\w+"
    r"|giornalista|redattor\w+|redazione|inviat[oa]|repórter|jornalista|colunista|redação"
    r"|correspondente|muhabir\w*|editörü|temsilcisi|مراسل|محرر|صحفي|bureau|updated|published"
    r"|photos?|photograph\w*|pictures?|fotos?|illustration\w*|video)\b|^(?:ph\.?d|m\.?d|ma|msc)\.?$",
    re.IGNORECASE,
)
_AGENCY: Final = re.compile(
    r"(?:the )?associated press|reuters|ap|afp|dpa|epd|kna|apa|sda|efe|ansa|lusa|aa|anka|dha"
    r"|europa press|agence france[- ]presse|agência brasil|télam|telam|xinhua|pa media|upi",
    re.IGNORECASE,
)
# What stands on the links and buttons around a name.
_NO_NAME: Final = re.compile(
    r"(?:more|mehr|view|show|zeige|see|read|follow|folgen|about|über|contact|kontakt|e-?mail|tweet"
    r"|voir|tous|plus|ver|más|leer|todos|todas|altri|tutti|leggi|veja|mais|weiter\w*|posts?|articles?"
    r"|artikel|beiträge|profile?|website|search|subscribe|login|share|shares|comments?|print|copy|and|und"
    r"|edited|presented|illustrated|translated|traducid[oa]|traduit|übersetzt|photography|photo|foto"
    r"|afficher|mostrar|last|this|the author|zum|zur|alle|all|get|sign|listen|watch|save|link|datum"
    r"|date|stand|quelle|letzte|veröffentlicht|aktualisiert|published|source|fuente|vor|feed|beitrag\w*"
    r"|geschrieben|erstellt|kategorien?|categor\w+|eingestellt|gepostet|posted|written|reading|lesezeit)\b",
    re.IGNORECASE,
)
_SUFFIX: Final = re.compile(r"\s*,\s*((?:Jr|Sr)\.?|I{2,3}|IV)(?=$|[\s,;|])")
_JUNK: Final = re.compile(
    r"\S+(?:://|@)\S+|\[e-?mail[^\]]{0,20}\]|(?<!\S)@\w+|\([^()]{0,80}\)?(?=\s*(?:$|[,;|]))|[“”\"«»*_]"
)
_PARTS: Final = re.compile(
    r"\s*[,;|•·/、，]\s*|\s+[–—-]\s+|\n"
    r"|\s(?:im Gespräch mit|in conversation with|en conversación con)\s"
)
# Joins two names wherever it stands; the others also stand inside of one (“Ramón y Cajal”).
_AND: Final = re.compile(r"\s+(?:and|und|et|ve|with|mit|avec)\s+|\s*&\s*", re.IGNORECASE)
_MAYBE_AND: Final = re.compile(r"\s+(?:y|e|i|con|com|amb|و)\s+|\s+و(?=\S)", re.IGNORECASE)
_PARTICLE: Final = frozenset(
    """
    von van de da das do dos du del della der den di la le el al bin ibn ter ten zu y e i af av
    """.split()
)
# From here on a line tells when and where.
_REST: Final = re.compile(r"\s(?:under|in|on|at|for|via|@|\d\S*|last|updated|published)(?:\s.*)?$")
_DATED: Final = re.compile(r"^[^|:]{0,40}\d{4}\W+(?=(?:by|von|par|por|di)\b)", re.IGNORECASE)
_TRANSLATES: Final = re.compile(r"transl|tradu|übers|çevir|ترجم", re.IGNORECASE)
_AROUND_TIME: Final = frozenset(
    "am um le el il em den vom du del on the à a at de of uhr h pm and und et y e i ve".split()
)
_BEFORE_DATE: Final = frozenset("am um le el il em den vom du del den on the à a les".split())


# Openings that are also names or parts of them (“Per Olsson”): only in their own language.
_ALSO_NAMES: Final = {"di": "it", "da": "it", "per": "ca", "von": "de", "vom": "de"}


class Names:
    """Reads names off bylines of one page; `nobodies` and the site itself are none.

    Whom a byline names as a translator is no author, and kept in `translators`.
    """

    def __init__(self, lang: str, site_names: Iterable[str], nobodies: Sequence[str]) -> None:
        self.translators: list[str] = []
        self._lang = lang
        self._nobody = _nobodies() | {normal_title(n) for n in (*site_names, *nobodies) if n}
        self._by, self._openings = _openings(lang)

    def read(self, line: str) -> list[str]:
        """List the names in a byline such as “By Ann Lee, Bo Day and Cy Roe”."""
        line = _JUNK.sub(" ", " ".join(line[:LONGEST_LINE].split()))
        line = self._after_opening(" ".join(line.split()).strip("–—-|·•,: "))
        line = _SUFFIX.sub(r" \1", line)
        parts: list[str] = []
        for piece in _PARTS.split(line):
            if self._is_translator(piece):
                continue
            for part in _AND.split(f" {self._before_date(piece)}"):
                pieces = _MAYBE_AND.split(part)
                if not pieces[0].strip():  # “, y Eva Paz”
                    del pieces[:-1]
                parts += pieces if all(" " in p.strip() for p in pieces) else [part]
        names = (self._after_opening(_bared(part)) for part in parts)
        return [name for name in names if self._is_name(name)]

    def read_all(self, lines: Iterable[str], *, shown: bool = True) -> tuple[str, ...]:
        """List the names in several bylines, each once, whatever its case.

        What is shown to people may be prose; what is said to machines is not.
        """
        found: dict[str, str] = {}
        for line in lines:
            for name in self.read(line):
                if not (shown and _is_prose(name)):
                    found.setdefault(normal_title(name), name)
        # “Harbour Post Staff” is a byline of its own; behind a name it is an office.
        people = [n for n in found.values() if not _ROLE.search(n) and not _AGENCY.fullmatch(n)]
        offices = [n for n in found.values() if " " in n or _AGENCY.fullmatch(n)]
        return tuple(people or offices)[:MAX_NAMES]

    def spoken(self, line: str) -> list[str]:
        """List the names in a line of plain text that is a byline as a whole, else nothing.

        It opens like one, and nothing follows but names as people write them.
        """
        line = _DATED.sub("", line).lstrip(" |–—-•·")
        opening = self._by.match(line)
        if not opening or opening.end() == len(line) or len(line) > LONGEST_BYLINE:
            return []
        first = _PARTS.split(_JUNK.sub(" ", line[opening.end() :]))[0]
        who = self._before_date(first)
        dated = who != first.strip() and len(who.split()) == 1  # “by konstantin on May 3”
        if not dated and not all(map(_is_written_as_name, _AND.split(who))):
            return []
        return [
            n for n in self.read(line) if dated or (_is_written_as_name(n) and not _ROLE.search(n))
        ]

    def is_byline(self, line: str, authors: Iterable[str]) -> bool:
        """Tell a line that says who wrote the piece, or when, and nothing else."""
        if len(line) > LONGEST_BYLINE:
            return False
        rest = said = f" {normal_title(self._after_opening(line.strip()))} "
        for name in authors:
            rest = rest.replace(f" {normal_title(name)} ", "  ")
        words = rest.split()
        dated = len(words) >= 3  # “November 2026” may begin a chronicle
        is_all = all(_is_time(word) or word in _AROUND_TIME for word in words)
        return is_all and (rest != said or dated)

    def add_translators(self, names: Iterable[str]) -> None:
        """Keep who translated the piece, each once."""
        self.translators += (name for name in names if name not in self.translators)

    def _is_translator(self, piece: str) -> bool:
        """Take whom a piece names as a translator: “By Ann Lee, translated by Bo Day”."""
        if not _TRANSLATES.search(piece):
            return False
        codes = (self._lang,) if language(self._lang).credits else SHIPPED
        for code in dict.fromkeys((*codes, "en")):
            parts = language(code).credit("translator", piece)
            if parts and self._is_name(who := parts.get("who", "")):
                self.add_translators([who])
        return True

    def _after_opening(self, line: str) -> str:
        for _ in range(2):  # “Post author: By …”
            if found := self._by.match(line):
                line = line[found.end() :].lstrip(" :–—-")
        return line

    def _before_date(self, piece: str) -> str:
        """Take off when and where: “Ann Lee on Monday, 3 May”, “Ann Lee am Samstag”."""
        whole, piece = piece, _REST.sub("", " " + piece).strip()
        words = piece.split()
        for at in range(1, len(words)):
            if words[at] in _BEFORE_DATE and (at + 1 == len(words) or _is_time(words[at + 1])):
                return " ".join(words[:at])
        # “April” and “May” are names too; “Dec 21” and “Montag” are not.
        told = any(c.isdigit() for c in whole) or any(map(_is_weekday, words))
        return "" if told and all(map(_is_time, words)) else piece

    def _is_name(self, name: str) -> bool:
        known = normal_title(name)
        return (
            bool(known)
            and known not in self._nobody
            and known not in self._openings
            and len(name) <= LONGEST_NAME
            and len(name.split()) <= 7
            and not re.search(r"[@<>{}\[\]:?!=©]|^\d|\d{4}|://|www\.|\.(?:com|org|net|de)\b", name)
            and any(c.isalpha() for c in name)
            and not _NO_NAME.match(name)
        )


@cache
def _nobodies() -> frozenset[str]:
    return frozenset(map(normal_title, _words(_NOBODY)))


@lru_cache(maxsize=32)
def _openings(lang: str) -> tuple[re.Pattern[str], frozenset[str]]:
    """Give what opens a byline in a language: as a pattern, and each as a title."""
    openings = {phrase(lang, "by").lower(), *_words(_OPENS)} - {""}
    openings -= {word for word, of in _ALSO_NAMES.items() if lang not in (of, "")}
    colons = [word for word in openings if word.endswith(":")]
    bare = sorted((w for w in openings if not w.endswith(":")), key=len, reverse=True)
    opens = re.compile(
        rf"(?:(?:{'|'.join(re.escape(w[:-1]) for w in sorted(colons, key=len, reverse=True))})"
        rf"\s?:|(?:{'|'.join(map(re.escape, bare))})(?:\s?:|(?=\s|$)))\s*",
        re.IGNORECASE,
    )
    return opens, frozenset(map(normal_title, openings))


def _words(lines: str) -> Iterator[str]:
    yield from (word.strip() for word in lines.split("|"))


def _bared(part: str) -> str:
    """Take off what does not belong to a name; the dot of “Jr.” does."""
    bare = part.strip(" .:'’`´‘|–—-")
    return f"{bare}." if part.rstrip().endswith("r.") and bare[-3:] in (" Jr", " Sr") else bare


def _is_time(word: str) -> bool:
    """Tell a weekday, a month or a figure, in any shipped language."""
    word = word.strip(".,").lower()
    if not word or word[0].isdigit():
        return True
    return _is_weekday(word) or any(word in language(code).month_forms for code in SHIPPED)


def _is_weekday(word: str) -> bool:
    return any(word.strip(".,").lower() in language(code).weekdays for code in SHIPPED)


def _is_prose(name: str) -> bool:
    """Tell “Sprecherin der Stiftung” from “danah boyd” and “Ana de la Paz”."""
    words = [word for word in name.split() if word[0].isalpha() and word not in _PARTICLE]
    small = [
        word for word in words if word[0].islower() and len(word) > 2 and word[1:2] not in "'’"
    ]
    return len(words) > 2 and 0 < len(small) < len(words)


def _is_written_as_name(name: str) -> bool:
    words = name.split()
    if not 0 < len(words) <= 5:
        return False
    return all(
        not word[0].islower() or word in _PARTICLE or word[:2] in ("d'", "d’") for word in words
    ) and not name.endswith(("!", "?", "…"))
