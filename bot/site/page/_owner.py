"""Whose picture it is, by what closes its caption in whatever language.

The languages know their own phrases (`Language.credit`); this is what newsrooms
write beside them: a sign, an agency in brackets or after a bar, a label without
a full stop before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

LONGEST: Final = 100  # characters of a credit ...
MOST_WORDS: Final = 12  # ... and its words; more is a sentence

_LABEL = (
    r"(?:[Pp]hoto(?:s|graph(?:er|e|ie)?)?|PHOTOS?|[Ff]oto(?:s|graf(?:ía|ia|ie|in)?|ğraf(?:lar)?)?"
    r"|FOTOS?|Pictures?|Images?|Bild(?:er)?|Imagen|Imagem|Imatge|Immagine|Görsel|Cr[ée]d[ií]t[os]?"
    r"|Quelle|Fuente|Fonte|Font|Kaynak|الصورة|صورة|تصوير)"
)
_LABELLED = re.compile(
    rf"(?P<shows>.*?)(?<!\w)(?P<label>{_LABEL})"
    rf"(?:\s*:\s*|\s+©\s*|\s+(?={_LABEL}\s*:))(?P<who>[^()\[\]]+)"
)
_LED = re.compile(  # without a colon it begins a sentence, or stands apart
    rf"(?P<shows>(?:.*[.!?|/–—(\[-]\s*)?){_LABEL}\s+(?:via|by|von)\s+(?P<who>[^()\[\]]+)"
)
_RUN_IN = re.compile(r"(?P<shows>.*[.!?…”\"»])(?:Photo|Foto|Credit|Crédit|Bild)s?:?\s*(?P<who>.+)")
_SIGNED = re.compile(r"(?P<shows>.*)(?:©|\([cC]\))\s*(?P<who>[^©]+)")
_BRACKETED = re.compile(r"(?P<shows>.*?)[(\[](?P<who>[^()\[\]]+)[)\]]")
_AGENCY = (
    r"(?:AA|AAP|AFP|ANP|ANSA|AP|APA|Belga|Bloomberg|CTK|DPA|dpa|EFE|EPA|epd|Europa Press|IANS|KNA"
    r"|Keystone|LaPresse|Lusa|NTB|PA|PAP|PTI|REUTERS|Reuters|SIPA|Sipa|TASS|TT|Télam|UPI|Xinhua"
    r"|Adobe ?Stock|Alamy|Anadolu(?: Agency| Ajansı)?|Depositphotos|Fotolia|Getty(?: ?Images)?"
    r"|Hans Lucas|[iI]mago(?: [iI]mages)?|iStock(?:photo)?|Magnum(?: Photos)?|NurPhoto"
    r"|[pP]icture[- ][aA]lliance|[pP]ixelio|Shutterstock|SOPA(?: Images)?|WireImage|ZUMA"
    r"|Flickr|flickr|Pexels|Pixabay|Unsplash|Wikimedia(?: Commons)?)(?:\.\w{2,3})?"
)
_OF_AGENCY = re.compile(
    rf"(?:.*(?:[/|,–—-]|\b[Vv][ií]a)\s*)?{_AGENCY}(?: [Ff]iles?| [Pp]hotos?)?(?:\s*[/|–—-].*)?"
)
_DOUBLED = re.compile(rf"^(?:\s*(?:{_LABEL}|Copyright)\s*:)+")
_PARTS = re.compile(r"\s*/\s*")
_BETWEEN = " \t([|/–—-:"


def owner(caption: str, closings: Sequence[str]) -> tuple[str, str]:
    """Part a caption into what it shows and whose it is; "" for the latter where it is not said.

    `closings` are its last sentence, and its last two.
    """
    bare = caption.rstrip(" .;*_")
    for pattern in (_LABELLED, _LED, _RUN_IN, _SIGNED):
        found = pattern.fullmatch(bare.rstrip(")]"))
        if found and _is_owner(who := _DOUBLED.sub("", found["who"]).strip(" :©|.")):
            return _shown(found["shows"]), who
    found = _BRACKETED.fullmatch(bare)
    if found and _closes(who := found["who"].strip(" .")):
        return _shown(found["shows"]), re.sub(rf"^{_LABEL}\s+(?!/)", "", who)
    for closing in closings:
        who = closing.strip(" .|")
        if _is_owner(who) and _OF_AGENCY.fullmatch(who):
            return _shown(caption.removesuffix(closing)), who
    return caption, ""


def _closes(who: str) -> bool:
    """Tell whether brackets at the end of a caption hold a credit: “Matt Stone/Boston Herald”."""
    if not _is_owner(who):
        return False
    parts = _PARTS.split(who)
    names = all(part[:1].isupper() for part in parts)
    return bool(_OF_AGENCY.fullmatch(who) or re.match(rf"{_LABEL}\s", who)) or (
        len(parts) > 1 and names
    )


def _is_owner(who: str) -> bool:
    named = bool(who) and (not who[0].islower() or bool(re.match(_AGENCY, who)) or "/" in who)
    return named and len(who) <= LONGEST and len(who.split()) <= MOST_WORDS


def _shown(before: str) -> str:
    """Give what a caption shows, without the sign or label that led to its credit."""
    before = re.sub(rf"(?:^|(?<=\s)){_LABEL}\s*:?\s*$", "", before.rstrip(_BETWEEN + "©"))
    return before.rstrip(_BETWEEN)
