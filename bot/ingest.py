"""From a site's sources to posts that wait for a person: one poll.

What is committed together: an article with its keys and all its posts, or a
first poll's whole memory. The validators of a source (ETag, Last-Modified) are
stored last, and only when nothing was put off, so that a poll killed anywhere is
simply polled again: what was stored is known by its keys, what was not is new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot import desk as desks
from bot import http, identity, queue, selection
from bot.desk import Desk
from bot.errors import FetchError, NotAnArticle
from bot.model import Article, Entry, Listing
from bot.site import feed
from bot.store import Store

#: Two articles of one headline within this time are looked at by a person.
SAME_TITLE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll of one source did, in numbers and plain sentences."""

    site: str
    source: str
    error: str = ""  # why the source or one of its articles could not be reached
    unchanged: bool = False
    remembered: int | None = None  # by the first poll
    articles: tuple[str, ...] = ()  # the new ones, by URL
    posts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()  # what was skipped or put off, and why


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of one source: what it needs, and the steps it takes."""

    store: Store
    session: http.Session
    desk: Desk
    source: str
    media: Path
    now: datetime

    def run(self) -> Polled:
        """Read the source and make the posts of its new articles.

        The first poll only remembers. A source that fails is noted in the store and in
        the summary; nothing is raised, so that other sources go on.
        """
        with self.store.write() as tx:
            known = tx.sources.get_or_add(self.desk.site, self.source, "feed")
        validators = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        conditions = {name: value for name, value in validators.items() if value}
        try:
            answer = http.fetch(
                self.session,
                self.source,
                headers=conditions,
                accept=(200, 304) if conditions else (200,),
            )
            if answer.status == 304:
                with self.store.write() as tx:
                    tx.sources.note_success(known.id, known.etag, known.last_modified, self.now)
                return Polled(self.desk.site, self.source, unchanged=True)
            content_type = answer.headers.get("Content-Type", "")
            read = feed.read(answer.body, answer.url, content_type, now=self.now)
        except FetchError as error:
            with self.store.write() as tx:
                tx.sources.note_failure(known.id, str(error), self.now)
            return Polled(self.desk.site, self.source, error=str(error))

        fresh = _validators(answer.headers)
        if known.baseline_at is None:
            with self.store.write() as tx:
                tx.articles.remember(self.desk.site, read.entries, now=self.now, source=self.source)
                tx.sources.set_baseline(known.id, self.now)
                tx.sources.note_success(known.id, *fresh, self.now)
            return Polled(
                self.desk.site, self.source, remembered=len(read.entries), notes=read.skipped
            )
        result, put_off = self._take_new(read)
        with self.store.write() as tx:
            if result.error:
                tx.sources.note_failure(known.id, result.error, self.now)
            elif put_off:  # with the old validators the source is sent whole again
                tx.sources.note_success(known.id, known.etag, known.last_modified, self.now)
            else:
                tx.sources.note_success(known.id, *fresh, self.now)
        return result

    def _take_new(self, read: Listing) -> tuple[Polled, bool]:
        with self.store.read() as tx:
            choice = selection.choose(
                read.entries,
                is_known=lambda keys: tx.articles.known(self.desk.site, keys) is not None,
                now=self.now,
                flood_limit=self.desk.flood_limit,
            )
        if choice.known:  # under keys that are new to us: kept, so that either finds it
            with self.store.write() as tx:
                tx.articles.remember(self.desk.site, choice.known, now=self.now, source=self.source)
        flood = len(choice.new) if choice.flood else 0
        articles: list[str] = []
        posts: list[int] = []
        notes = list(read.skipped)
        notes += [f"{entry.url} is dated in the future: it waits." for entry in choice.early]
        waiting: list[str] = []
        missing: list[Entry] = []
        for entry in choice.new:
            try:
                article = self.desk.read(self.session, entry.url, entry)
            except FetchError as failure:
                if failure.status == 410:
                    self._remember(entry, str(failure))
                    notes.append(f"{failure} It is gone for good and gets no post.")
                elif failure.status == 404:  # not there yet, or taken back: nothing is down
                    missing.append(entry)
                    notes.append(f"{failure} It is looked for again at the next poll.")
                else:
                    waiting.append(str(failure))
                continue
            except NotAnArticle as reason:
                self._remember(entry, str(reason))
                notes.append(f"{reason} It gets no post.")
                continue
            made = self._take(article, entry, flood)
            if made is not None:
                articles.append(article.url)
                posts += made
        error = ""
        if waiting:
            count = (
                "a new article waits" if len(waiting) == 1 else f"{len(waiting)} new articles wait"
            )
            error = f"{count} for the next poll: {' '.join(waiting)}"
        polled = Polled(
            self.desk.site,
            self.source,
            error=error,
            articles=tuple(articles),
            posts=tuple(posts),
            notes=tuple(notes),
        )
        return polled, bool(error or missing or choice.early)

    def _take(self, article: Article, entry: Entry, flood: int) -> list[int] | None:
        """Store an article with its posts in one commit; None where it is known already.

        It is known by the keys of its page and by those under which the source offers it.
        """
        keys = identity.keys_of(article) | identity.keys_of(entry)
        made = [(each, each.make(article, self.now)) for each in self.desk.wanting(article)]
        made = desks.with_pictures(made, self.session, self.media, article, self.now)
        title = identity.normal_title(article.headline)
        with self.store.write() as tx:
            twin = tx.articles.by_title(self.desk.site, title, self.now - SAME_TITLE)
            article_id, new = tx.articles.add(
                self.desk.site, article, keys, now=self.now, source=self.source
            )
            if not new:  # another poll was quicker, or the page shows a key that is known
                return None
            reasons = selection.reasons_to_wait(
                article, now=self.now, flood=flood, same_title=twin is not None
            )
            posts = [
                queue.hold(
                    tx,
                    article_id=article_id,
                    channel=outlet.channel,
                    made=replace(piece, reasons=(*reasons, *piece.reasons)),
                    rules=outlet.rules,
                    published_at=article.published_at,
                    now=self.now,
                    who="poll",
                    judge=outlet.judging(article, self.now),
                )
                for outlet, piece in made
            ]
        return [post.id for post in posts if post is not None]

    def _remember(self, entry: Entry, note: str) -> None:
        with self.store.write() as tx:
            tx.articles.remember(
                self.desk.site, [entry], now=self.now, source=self.source, note=note
            )


def _validators(headers: Mapping[str, str]) -> tuple[str, str]:
    return headers.get("ETag", ""), headers.get("Last-Modified", "")
