"""Which sitemaps of an index can hold something new."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

MOST: Final = 5  # sitemaps of one index that are worth a request at each poll

LAST: Final = 3  # the rank of sitemaps that list no articles

_NEVER_DATED: Final = datetime.min.replace(tzinfo=UTC)
_NEWS: Final = frozenset(
    """
    news latest today noticia noticias noticies notizie actualite actualites actus
    nachrichten haber haberler
    """.split()
)
_POSTS: Final = frozenset(
    """
    post posts article articles articulo articulos article artigo artigos articolo articoli artikel
    beitrag beitraege story stories nota notas contenido content yazi yazilar makale
    """.split()
)
# These list no articles; WordPress names the kind and what of it: “taxonomies-post_tag”.
_OTHERS: Final = frozenset(
    """
    image images video videos media attachment attachments tag tags taxonomy taxonomies category
    categories categoria categorias author authors autor autores auteur auteurs user users page
    pages product products event events archive archives static misc section sections topic topics
    format mot mots rubrique rubriques forum forums
    """.split()
)

_PAGE = re.compile(r"\bpage=\d+")  # a number, where a word would be a kind


class Child(NamedTuple):
    """A sitemap that an index names, and when the index says it changed."""

    url: str
    modified_at: datetime | None


def newest(children: Sequence[Child]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Choose the sitemaps to read, newest first; and name those for which there was no room.

    Sitemaps of tags, authors and pictures are left aside where others remain. Of a
    numbered series the newest two are read: by date where the index tells dates
    apart, else the last two and the first, because some count from the newest.
    """
    distinct = list(dict.fromkeys(children))
    # One named “news” may be a section beside others, so that only the last rank is left.
    wanted = [child for child in distinct if _rank(child.url) < LAST] or distinct
    groups = sorted(_series(wanted), key=_first_come)
    rounds = zip_longest(*groups)
    order = [child.url for each in rounds for child in each if child is not None]
    firsts = {series[0].url for series in groups}
    return tuple(order[:MOST]), tuple(url for url in order[MOST:] if url in firsts)


def _series(children: Iterable[Child]) -> Iterator[list[Child]]:
    """Give of each series, sitemaps alike but for their numbers, those to read, newest first."""
    groups: dict[str, list[Child]] = {}
    for child in children:
        groups.setdefault(re.sub(r"\d+", "", child.url), []).append(child)
    for group in groups.values():
        group.sort(key=lambda child: _numbers(child.url), reverse=True)
        if len({child.modified_at for child in group}) > 1:
            group.sort(key=lambda child: child.modified_at or _NEVER_DATED, reverse=True)
            yield group[:2]
        else:
            yield [*group[:2], *group[2:][-1:]]


def _numbers(url: str) -> tuple[int, ...]:
    return tuple(int(number[:18]) for number in re.findall(r"\d+", url))


def _first_come(series: Sequence[Child]) -> tuple[int, float]:
    changed_at = series[0].modified_at or _NEVER_DATED
    return _rank(series[0].url), -changed_at.timestamp()


def _rank(url: str) -> int:
    """Rank a sitemap by its name: of news, of posts, of whatever, of no articles."""
    parts = urlsplit(url)
    name = unquote(f"{parts.path} {_PAGE.sub('', parts.query)}").lower()
    words = set(re.findall(r"[^\W\d_]+", name))
    if words & _OTHERS:
        return LAST
    return 0 if words & _NEWS else 1 if words & _POSTS else 2
