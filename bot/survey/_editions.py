"""Accounts that are one name in several languages: “muelle_es” and “muelle_pt”."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.site.discover import Candidate

_MARKED = re.compile(r"(.{2,}?)[._-]([a-z]{2})|([a-z]{2})[._-](.{2,})", re.IGNORECASE)
_CAPITALS = re.compile(r"(.*[a-z0-9])([A-Z]{2})")  # “ElMuelleES”


def editions(
    ranked: Mapping[str, Sequence[Candidate]], languages: Iterable[str]
) -> dict[str, dict[str, Candidate]]:
    """Find the platforms on which a site has an account for each language, by language.

    `languages` are those of the site, its main one first: that one's account may bear
    the plain name. One account alone is none for each.
    """
    known = tuple(dict.fromkeys(languages))
    found = {name: _family(some, known) for name, some in ranked.items()}
    return {name: family for name, family in found.items() if len(family) > 1}


def _family(some: Sequence[Candidate], languages: Sequence[str]) -> dict[str, Candidate]:
    families: dict[str, dict[str, Candidate]] = {}
    for each in some:
        name, code = _parts(each.profile.account, languages)
        if code:
            families.setdefault(name, {}).setdefault(code, each)
    for each in some:
        name, code = _parts(each.profile.account, languages)
        if not code and name in families:
            families[name].setdefault(languages[0], each)
    largest = max(families.values(), key=len, default={})
    return {code: largest[code] for code in languages if code in largest}


def _parts(account: str, languages: Collection[str]) -> tuple[str, str]:
    """Take an account's name apart: what it is called, and in which of the languages."""
    plain = account.lstrip("@")
    marked, capitals = _MARKED.fullmatch(plain), _CAPITALS.fullmatch(plain)
    name, code = plain, ""
    if marked:
        name, code = (marked[1] or marked[4]), (marked[2] or marked[3])
    elif capitals:
        name, code = capitals[1], capitals[2]
    if code.lower() not in languages:
        name, code = plain, ""
    return re.sub(r"[._-]", "", name).casefold(), code.lower()
