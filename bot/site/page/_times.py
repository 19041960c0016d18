"""When an article was published and last changed, by whichever mark the page gives."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, tzinfo
from functools import cached_property
from itertools import islice
from operator import itemgetter
from typing import Any, Final

from bot.site._dates import HINT, Stamp, figures, machine, written
from bot.site._document import Document, classes
from bot.site._jsonld import Graph, Node
from bot.site.page._dateline import BESIDE, FAR, FARTHEST, LONGEST, NEAR, Page, beginning

SHARD: Final = 20  # characters; month and year may stand apart from their day
_PUBLISHED = """
    article:published_time og:article:published_time og:published_time og:pubdate published_time
    datepublished date_published article_date_original article:post_date
    shareaholic:article_published_time parsely-pub-date sailthru.date
    cxenseparse:recs:publishtime cxenseparse:publishtime pubdate publishdate publish-date
    publish_date publication_date publication-date originalpublicationdate last-published
    article.published article_publication_date citation_publication_date citation_online_date
    dc.date.issued dcterms.issued dc:date:issued bt:pubdate rnews:datepublished article_date
    dcterms.date dc.date dc:date date
""".split()
# A piece may lie written for days: this counts only where nothing tells of publication.
_CREATED = """
    dc.date.created dc:date.created dcterms.created dc:created dc.created article.created created
    datecreated uploaddate
""".split()
_MODIFIED = """
    article:modified_time og:updated_time og:article:modified_time datemodified
    dcterms.modified dc.date.modified dc.modified article.updated lastmod revised last-modified
""".split()
_IN_ADDRESS = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<joint>[/-]?)(?P<month>[01]\d)(?P=joint)(?P<day>[0-3]\d)"
    r"(?!\d)|(?<!\d)(?P<day2>[0-3]\d)-(?P<month2>[01]\d)-(?P<year2>(?:19|20)\d\d)(?!\d)"
)
_IN_SCRIPT = re.compile(
    r"""["']?(?:datePublished|publish(?:ed)?(?:_?At|_?Date|_?Time|_?First|On)?|pub_?Date"""
    r"""|(?:first_?)?publication_?(?:Date|Time)|\w{0,20}Publishing_?Date|date_?(?:Created|published)"""
    r"""|contentCreated|upload_?Date|created_?(?:At|Date))"""
    r"""["']?\s{0,3}[:=,]\s{0,3}["'](\d[^"'<>]{7,40}|[A-Z][a-z]{2},? [^"'<>]{8,30})["']""",
    re.IGNORECASE,
)
_MONTH_FIRST_REGIONS: Final = frozenset({"us", "ph", "pr", "gu"})


class Clues:
    """The marks of time on one page, read in the order in which they are believed."""

    def __init__(
        self,
        doc: Document,
        graph: Graph,
        node: Node,
        *,
        headline: str,
        h1: Any,
        start: Any,
        lang: str,
        zone: tzinfo,
    ) -> None:
        self._doc, self._graph, self._node = doc, graph, node
        self._lang, self._zone = lang, zone
        self._page = Page(doc, headline, h1, start)

    def published(self) -> Stamp | None:
        """Find when the article was published; None where the page does not say."""
        claims = list(self._stamps(self._claimed("datePublished", _PUBLISHED)))
        if claims:
            return self._believed(claims)
        return (
            next(self._stamps(self._marked()), None)
            or self._shown(FAR)
            or next(self._address(), None)
            or self._scripted()
            or self._shown(FARTHEST)
        )

    def near(self) -> Stamp | None:
        """Find when the page claims or shows by its headline that it was published."""
        claimed = self._stamps(self._claimed("datePublished", _PUBLISHED))
        return next(claimed, None) or self._shown(NEAR)

    def modified(self) -> Stamp | None:
        """Find when the article was last changed; None where the page does not say."""
        return next(self._stamps(self._claimed("dateModified", _MODIFIED)), None)

    # ------------------------------------------------------------- what is claimed

    def _claimed(self, prop: str, metas: Iterable[str]) -> Iterator[object]:
        yield self._node.get(prop)
        marked = self._doc.microdata.get(prop, ())[:10]
        elements = [e for e in marked if self._page.aside(e) < BESIDE]
        for element in elements[:3]:
            yield _value(element)
        yield from self._doc.metas(*metas)
        for page in self._graph.of_type(
            "WebPage", "ItemPage", "VideoObject", "DiscussionForumPosting"
        ):
            yield page.get(prop)

    def _marked(self) -> Iterator[object]:
        """List what older vocabularies mark, RDFa and hAtom, and when the piece was made."""
        wanted = {"datecreated", "datepublished", "date", "created", "issued"}
        for element in islice(self._doc.root.iterfind(".//*[@property]"), 200):
            name = re.split(r"[:.]", element.get("property").lower())[-1]
            if element.tag != "meta" and name in wanted and not self._page.aside(element):
                yield _value(element)
        for element in islice(self._doc.root.iter("abbr"), 50):
            if "published" in classes(element) and not self._page.aside(element):
                yield element.get("title")
        yield from self._claimed("dateCreated", _CREATED)
        yield from self._claimed("uploadDate", ())

    def _stamps(self, values: Iterable[object]) -> Iterator[Stamp]:
        for value in values:
            stamp = machine(value, self._zone)
            if stamp is None and isinstance(value, str) and value:
                stamp = self._read(value[:LONGEST])
            if stamp:
                yield stamp

    def _believed(self, claims: list[Stamp]) -> Stamp:
        """Choose among what the page claims: the first, but two that agree outvote one.

        Where claims differ or give no hour, what readers see by the headline is
        heard too, and alone against a day alone it wins.
        """
        if claims[0].day_only or len({self._day(claim) for claim in claims}) > 1:
            shown = self._shown(NEAR)
            if shown and len(claims) == 1:
                return shown
            claims += [shown] if shown else []
        days = Counter(self._day(claim) for claim in claims)
        day = max(sorted(days), key=days.__getitem__)  # of equals the earliest
        same = [claim for claim in claims if self._day(claim) == day]
        return next((claim for claim in same if not claim.day_only), same[0])

    def _day(self, stamp: Stamp) -> date:
        """Give the day on the clock of the site: servers write in UTC what readers see there."""
        return stamp.at.date() if stamp.day_only else stamp.at.astimezone(self._zone).date()

    def _read(self, line: str) -> Stamp | None:
        found = written(line, self._lang, self._zone)
        if found is None and self._lang in ("en", "") and HINT.search(line):
            found = written(line, self._lang, self._zone, self._day_first)
        return found

    @cached_property
    def _day_first(self) -> bool | None:
        """Tell the order of figures by the region, else by other dates on the page."""
        root = self._doc.root
        tags = (root.get("lang") or "", self._doc.meta("og:locale"))
        regions = [tag.lower().replace("_", "-").partition("-")[2][:2] for tag in tags]
        for region in filter(None, regions):
            return region not in _MONTH_FIRST_REGIONS
        seen = list(islice(figures(self._doc.source), 50))
        if any(first > 12 for first, _ in seen):
            return True
        return False if any(second > 12 for _, second in seen) else None

    # --------------------------------------------------------------- what is shown

    def _shown(self, near: int) -> Stamp | None:
        """Find the date that readers see by the headline: the nearest, marked ones first."""
        for line in sorted(self._page.lines(near), key=itemgetter(0)):
            stamp = machine(line.element.get("datetime"), self._zone) or self._read(line.text)
            if stamp is None and len(line.text) <= SHARD:  # “<b>13</b> June 2019”
                stamp = self._read(beginning(line.element.getparent()))
            if stamp is not None:
                return stamp
        return None

    # ------------------------------------------------------------ what lies hidden

    def _address(self) -> Iterator[Stamp]:
        for address in (self._doc.url, self._doc.link("canonical")):
            for found in _IN_ADDRESS.finditer(address):
                year, month, day = (found[k] or found[k + "2"] for k in ("year", "month", "day"))
                if stamp := machine(f"{year}-{month}-{day}", self._zone):
                    yield stamp

    def _scripted(self) -> Stamp | None:
        """Find what scripts call the date of publication, where they name a single day."""
        values = (found[1] for found in islice(_IN_SCRIPT.finditer(self._doc.source), 20))
        stamps = list(self._stamps(values))
        return stamps[0] if len({self._day(stamp) for stamp in stamps}) == 1 else None


def _value(element: Any) -> str:
    return element.get("content") or element.get("datetime") or beginning(element)
