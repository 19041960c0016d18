"""What a person does with posts, in their own name: on the command line and on the pages alike.

Every step is one commit. `version` is the one that the person saw: where somebody changed
the post since, TransitionError is raised and nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot import queue, review
from bot.errors import UsageError
from bot.model import Media, Post, Problem, State, Verb

if TYPE_CHECKING:
    from bot.app import App
    from bot.oneoff import Result, Wish


class Editor:
    """A person at work on posts. Raises UsageError or TransitionError where a step cannot be."""

    def __init__(self, app: App, who: str) -> None:
        self._app, self.who = app, who

    # ---------------------------------------------------------------- the verdict

    def approve(
        self, post_id: int, *, at: datetime | None = None, version: int | None = None
    ) -> Post:
        """Approve a post for its next slot, or for `at`."""
        post = self._app.post(post_id)
        return review.approve(
            self._app.store,
            post_id,
            self._app.rules(post),
            who=self.who,
            now=self._app.now(),
            at=at,
            judge=self._app.judge_of(post),
            version=version,
            second_look=self._app.config.bot.review.second_look,
        )

    def send_now(self, post_id: int, *, version: int | None = None) -> Post:
        """Let a held or approved post go out at once, whatever its windows say."""
        if self._app.post(post_id).state is State.APPROVED:
            return self.move(post_id, self._app.now(), version=version)
        return self.approve(post_id, at=self._app.now(), version=version)

    def unapprove(self, post_id: int, *, version: int | None = None) -> Post:
        """Take an approval back; the slot is free again."""
        return review.unapprove(
            self._app.store, post_id, who=self.who, now=self._app.now(), version=version
        )

    def reject(self, post_id: int, reason: str = "", *, version: int | None = None) -> Post:
        """Take a post out, with a reason; `reopen` undoes it."""
        return review.reject(
            self._app.store, post_id, reason, who=self.who, now=self._app.now(), version=version
        )

    def reopen(self, post_id: int, *, version: int | None = None) -> Post:
        """Bring a rejected, refused or expired post back to the queue."""
        rules = self._app.rules(self._app.post(post_id))
        return review.reopen(
            self._app.store, post_id, rules, who=self.who, now=self._app.now(), version=version
        )

    def move(self, post_id: int, at: datetime, *, version: int | None = None) -> Post:
        """Give a post a time of its own, which its windows and its age do not change."""
        return review.move(
            self._app.store, post_id, at, who=self.who, now=self._app.now(), version=version
        )

    def move_back(
        self,
        post_id: int,
        due_at: datetime | None,
        expires_at: datetime | None,
        *,
        version: int | None = None,
    ) -> Post:
        """Undo a move: give a post the time, or the age, that it had before."""
        with self._app.store.write() as tx:
            post = _as_seen(tx.posts.get(post_id), version)
            return tx.posts.set_due(
                post, due_at, expires_at=expires_at, who=self.who, now=self._app.now()
            )

    def settle(self, post_id: int, *, published_at: str | None, version: int | None = None) -> Post:
        """Say where a doubtful or hand-made post is live; None: it is not, and is sent."""
        return review.settle(
            self._app.store,
            post_id,
            published_at=published_at,
            who=self.who,
            now=self._app.now(),
            version=version,
        )

    def delete(self, post_id: int) -> tuple[str, bool]:
        """Take a published post down; say what came of it, and whether it is gone."""
        from bot import followups

        step = followups.delete_post(
            self._app.press(), self._app.post(post_id), self.who, self._app.now()
        )
        return step.words, step.post.state is State.DELETED

    # ------------------------------------------------------------------ the words

    def edit(
        self,
        post_id: int,
        *,
        text: str | None = None,
        title: str | None = None,
        media: tuple[Media, ...] | None = None,
        alt: str | None = None,
        why: str = "",
        found: Sequence[Problem] = (),
        version: int | None = None,
    ) -> Post:
        """Replace parts of a teaser; an approval is taken back and the problems are found anew.

        `found` are problems that only whoever made the media knows.
        """
        judged = self._app.judge_of(self._app.post(post_id))
        return review.edit(
            self._app.store,
            post_id,
            lambda teaser, slot_at: (*judged(teaser, slot_at), *found),
            who=self.who,
            now=self._app.now(),
            text=text,
            title=title,
            media=media,
            alt=alt,
            why=why,
            version=version,
        )

    def rewrite(self, post_id: int, *, version: int | None = None) -> Post:
        """Put the template's words for the article in the place of a post's; its media stay."""
        post = self._app.post(post_id)
        teaser = self._app.written(post).teaser
        return self.edit(
            post_id, text=teaser.text, title=teaser.title, why="from the template", version=version
        )

    def restore(self, post_id: int, draft: int, *, version: int | None = None) -> Post:
        """Give a post the words and media back that it had at version `draft`."""
        judge = self._app.judge_of(self._app.post(post_id))
        with self._app.store.write() as tx:
            post, kept = tx.posts.get(post_id), tx.drafts.at(post_id, draft)
            if kept is None:
                raise UsageError(f"post {post_id} has no earlier words to go back to.")
            return tx.posts.change(
                _as_seen(post, version),
                Verb.EDIT,
                State.HELD,
                who=self.who,
                reason="back to earlier words",
                now=self._app.now(),
                teaser=kept.teaser,
                problems=tuple(judge(kept.teaser, None)),
                due_at=post.due_at if post.expires_at is None else None,
            )

    # ------------------------------------------------------------------- the rest

    def pause(self, scope: str, until: datetime | None = None) -> None:
        """Stop everything (“*”), a site or “site/channel” before its next first byte."""
        with self._app.store.write() as tx:
            tx.pauses.pause(scope, until=until, who=self.who, now=self._app.now())

    def resume(self, scope: str) -> list[Post]:
        """End a pause; give what fell due in it and waits in the queue for a look."""
        with self._app.store.write() as tx:
            return queue.resume(tx, scope, self._app.now())

    def one_off(self, wish: Wish, at: datetime | None) -> Result:
        """Make the posts of one article by hand; with `at` they are approved for then."""
        from bot import oneoff

        app = self._app
        desk = app.desk_of(wish.url, wish.site)
        article, made = oneoff.make(desk, app.web, wish, app.studio, app.now(), at)
        return oneoff.hold(
            app.store,
            desk,
            article,
            made,
            again=wish.again,
            at=at,
            who=self.who,
            now=app.now(),
            second_look=app.config.bot.review.second_look,
        )


def _as_seen(post: Post, version: int | None) -> Post:
    """Give the post as the person saw it: the store refuses to change one that is another since."""
    return post if version is None else replace(post, version=version)
