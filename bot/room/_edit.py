"""The words of a post set right: beside them the post as its platform will show it.

Nothing that was typed is lost. Until it is saved it travels with the form, through every
look, every picture that is chosen, and every refusal; where somebody else was quicker, both
versions stand side by side and the person chooses. The pictures are in `_pictures`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

from bot.desk import reword, typed
from bot.errors import BotError, TransitionError, UsageError
from bot.model import LogRow, Media, Post, State, Teaser
from bot.room import _differences, _post
from bot.room._differences import Run
from bot.room.base import Answer, Ask, Away, Page, Sheet, is_ours
from bot.store.drafts import Draft

#: Posts in other states are as they are.
EDITABLE: Final = (State.HELD, State.APPROVED)

#: So many of the earlier words are offered, of so many that are looked through.
EARLIER: Final = 10
LOOKED_THROUGH: Final = 100

#: So many of the last steps are told to whoever came too late.
LAST_STEPS: Final = 3


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the form."""

    text: str
    title: str
    alt: str

    @classmethod
    def of(cls, teaser: Teaser) -> Form:
        """Take the words of a teaser."""
        return cls(teaser.text, teaser.title, described(teaser))

    def put(self, post: Post) -> Teaser:
        """Give the teaser that saving would make of them."""
        teaser = reword(post.teaser, self.text, post.article_url, add_link=False)
        media = teaser.media
        if media and media[0].kind == "image":
            media = (replace(media[0], alt=typed(self.alt)), *media[1:])
        return replace(teaser, title=typed(self.title), media=media)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two people's words for one post, with what differs marked in each."""

    log: tuple[LogRow, ...]  # what was done meanwhile
    theirs: tuple[tuple[str, tuple[Run, ...]], ...]  # by the name of the field
    mine: tuple[tuple[str, tuple[Run, ...]], ...]


def described(teaser: Teaser) -> str:
    """Give the description of the picture that a teaser begins with."""
    first = next(iter(teaser.media), None)
    return first.alt if first is not None and first.kind == "image" else ""


def written(ask: Ask, post: Post) -> Form:
    """Read the form: what was not sent stands as it is in the post."""
    now = Form.of(post.teaser)
    text, title, alt = ask.text("text"), ask.text("title"), ask.text("alt")
    return Form(
        now.text if text is None else text,
        now.title if title is None else title,
        now.alt if alt is None else alt,
    )


# --------------------------------------------------------------------------- pages


def edit(ask: Ask) -> Answer:
    """Show the words of a post, to be changed."""
    post = ask.app.post(ask.given["post_id"])
    return sheet(ask, post, Form.of(post.teaser))


def draft(ask: Ask) -> Answer:
    """Show how the post would look with the words as they are typed now; nothing is saved."""
    post = ask.app.post(ask.given["post_id"])
    words = written(ask, post)
    if ask.swaps:
        stale = seen(ask) != post.version
        return Sheet("_draft.html", {"each": _drawn(ask, post, words), "stale": stale})
    taken = _taken(ask, post, ask.text("take") or "")
    if taken is None or taken == words:
        return sheet(ask, post, words)
    return sheet(ask, post, replace(taken, alt=words.alt), kept=words)


def save(ask: Ask) -> Answer:
    """Save the words; with “then” the post is approved, too."""
    post = ask.app.post(ask.given["post_id"])
    words = written(ask, post)
    change = changes(post, words)
    try:
        if change:
            post = ask.editor.edit(post.id, **change, version=seen(ask))
    except TransitionError as error:
        return conflicting(ask, words, error)
    except BotError as error:
        return sheet(ask, post, words, trouble=str(error), status=refusal(error))
    if not ask.text("then"):
        return _post.changed(ask, "edited", [post.id]) if change else Away(back(ask, post))
    try:
        ask.editor.approve(post.id, version=post.version if change else seen(ask))
    except BotError as error:
        told = ask.words.t("Your words are saved. The post is not approved:")
        return sheet(
            ask, ask.app.post(post.id), words, saved=told, trouble=str(error), status=refusal(error)
        )
    return _post.changed(ask, "approved", [post.id])


# --------------------------------------------------------------------------- steps


def changes(post: Post, words: Form) -> dict[str, Any]:
    """Name what of a post the words would change, as `Editor.edit` takes it."""
    now, names = Form.of(post.teaser), ("text", "title", "alt")
    return {
        each: getattr(words, each) for each in names if getattr(words, each) != getattr(now, each)
    }


def conflicting(ask: Ask, mine: Form, error: BotError) -> Answer:
    """Show both versions where somebody else was quicker; what was typed stays in the form."""
    post = ask.app.post(ask.given["post_id"])
    before = seen(ask)
    if post.version == before or post.state not in EDITABLE:
        return sheet(ask, post, mine, trouble=str(error), status=409)
    with ask.room.store.read() as tx:
        log = tx.posts.log(post.id)[-min(LAST_STEPS, max(1, post.version - before)) :]
    theirs = Form.of(post.teaser)
    sides: tuple[list[Any], list[Any]] = ([], [])
    for name in ("title", "text", "alt"):
        pair = getattr(theirs, name), getattr(mine, name)
        if pair[0] != pair[1]:
            for side, runs in zip(sides, _differences.between(*pair), strict=True):
                side.append((name, runs))
    found = Conflict(tuple(log), tuple(sides[0]), tuple(sides[1]))
    return sheet(ask, post, mine, conflict=found, status=409)


def seen(ask: Ask) -> int:
    """Give the version that the person saw; a form that does not say it saw none."""
    return ask.number("version") or 0


def refusal(error: BotError) -> int:
    """Give the status that says why something was not done."""
    return 409 if isinstance(error, TransitionError) else 503 if error.exit_code == 3 else 422


def back(ask: Ask, post: Post) -> str:
    """Give the page that led to the form, in its own field or in its address."""
    wanted = ask.query.get("back", "")
    return wanted if is_ours(wanted) else ask.back(f"/posts/{post.id}")


def again(ask: Ask, post: Post) -> str:
    """Give the address of the form itself, which still knows the way back."""
    return f"/posts/{post.id}/edit?back={quote(back(ask, post), safe='')}"


def sheet(
    ask: Ask,
    post: Post,
    words: Form,
    *,
    kept: Form | None = None,
    conflict: Conflict | None = None,
    saved: str = "",
    trouble: str = "",
    status: int = 200,
) -> Sheet:
    """Make the page: the form with these words, and all that helps to write them.

    `kept` is what stood in the form before other words were put there.
    """
    app = ask.app
    platform = app.platform(post.platform)
    shown = next((each for each in post.teaser.media if each.kind == "image"), None)
    facts = {
        "each": _drawn(ask, post, words),
        "post": post,
        "form": words,
        "editable": post.state in EDITABLE,
        "unsaved": bool(changes(post, words)),
        "back": back(ask, post),
        "article": _article(ask, post),
        "template": _template(ask, post),
        "earlier": _earlier(ask, post, words),
        "second_look": app.config.bot.review.second_look,
        "limits": platform.limits,
        "shown": shown,
        "film": next((each for each in post.teaser.media if each.kind == "video"), None),
        "source": _post.source,
        "origin": app.origin(post) if shown is not None else None,
        "choices": app.choices(post),
        "thumbnails": _thumbnails(ask, post),
        "kept": kept,
        "conflict": conflict,
        "saved": saved,
        "trouble": trouble,
    }
    return Sheet("edit.html", facts, status)


def _drawn(ask: Ask, post: Post, words: Form) -> _post.Shown:
    """Draw a post as it would be with these words, under what would be wrong with it."""
    if not changes(post, words):
        return _post.shown(ask, post)
    teaser = words.put(post)
    problems = tuple(ask.app.judge_of(post)(teaser, None))
    return _post.shown(ask, replace(post, teaser=teaser, problems=problems))


def _template(ask: Ask, post: Post) -> Teaser | None:
    """Write the teaser that the template makes now; None where its channel is no more."""
    try:
        return ask.app.written(post).teaser
    except UsageError:
        return None


def _article(ask: Ask, post: Post) -> Any:
    with ask.room.store.read() as tx:
        return tx.articles.get(post.article_id).content


def _earlier(ask: Ask, post: Post, words: Form) -> list[Draft]:
    """List earlier words that differ from those in the form, the last first, each once."""
    with ask.room.store.read() as tx:
        drafts = tx.drafts.of(post.id, LOOKED_THROUGH)
    found: dict[tuple[str, str], Draft] = {(words.text, words.title): drafts[-1]} if drafts else {}
    first = set(found)
    for each in reversed(drafts):
        found.setdefault((each.teaser.text, each.teaser.title), each)
    return [each for said, each in found.items() if said not in first][:EARLIER]


def _thumbnails(ask: Ask, post: Post) -> list[tuple[int, Media]]:
    """List earlier pictures that the post does not show any more, with the draft of each."""
    with ask.room.store.read() as tx:
        drafts = tx.drafts.of(post.id, LOOKED_THROUGH)
    there = {each.path for each in post.teaser.media}
    found: dict[str, tuple[int, Media]] = {}
    for draft in reversed(drafts):
        for each in draft.teaser.media:
            lies = each.path and not each.placeholder and _lies(ask, each)
            if each.kind == "image" and lies and each.path not in there:
                found.setdefault(each.path, (draft.version, each))
    return list(found.values())[:EARLIER]


def _lies(ask: Ask, media: Media) -> bool:
    return (ask.app.media / media.path.rpartition("/")[2]).is_file()


def _taken(ask: Ask, post: Post, name: str) -> Form | None:
    """Find the words that somebody wants in the form: the template's, or those of a draft."""
    if name == "template":
        teaser = _template(ask, post)
        return Form.of(teaser) if teaser else None
    if not name.isascii() or not name.isdigit() or len(name) > 9:
        return None
    with ask.room.store.read() as tx:
        kept = tx.drafts.at(post.id, int(name))
    return Form.of(kept.teaser) if kept else None


PAGES: Final = (
    Page("/posts/{post_id:int}/edit", edit),
    Page("/posts/{post_id:int}/edit", save, "POST", files=1),
    Page("/posts/{post_id:int}/draft", draft, "POST", files=1),
)
