"""Fit a text to a limit: what may give way does, in a given order, as little as will do.

A text is written whole, measured, and written again with less until it fits.
The dek goes by whole sentences, hashtags one by one; a headline is cut at a word,
visibly, and only at the hard limit. What is no part of `Parts` never gives way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import text
from bot.model import Problem

#: The usual order.
GIVES_WAY = ("extra_hashtags", "hashtags", "first_published", "translation", "dek", "story")
#: Only the hard limit takes these, and last of all.
HARD = ("kicker", "headline")


@dataclass(frozen=True, slots=True)
class Parts:
    """What of an article may give way to a limit."""

    headline: str = ""
    kicker: str = ""
    dek: tuple[str, ...] = ()  # sentences
    same: bool = False  # the dek begins with the headline's news again
    labelled: bool = False  # the dek begins with the kicker's word
    story: tuple[tuple[str, ...], ...] = ()  # paragraphs of sentences
    hashtags: tuple[str, ...] = ()
    translation: str = ""
    first_published: str = ""


def fit(
    full: Parts,
    order: Sequence[str],
    written: Callable[[Parts], str],
    fits: Callable[[str], bool],
    in_room: Callable[[str], bool] | None,
    lang: str,
) -> tuple[str, list[Problem]]:
    """Return the fullest text within the limit, and what had to be cut to get there.

    `order` names what gives way to room and limit; whatever else there is gives
    way to the limit alone. What fitted stays as it is when it is fitted again.
    """

    def wanted(said: str) -> bool:
        return (in_room is None or in_room(said)) and fits(said)

    def allowed(parts: Parts) -> bool:
        return fits(written(parts))

    parts = _give_way(full, [name for name in order if name not in HARD], written, wanted)
    if allowed(parts):
        return written(parts), []
    every = dict.fromkeys((*order, *GIVES_WAY, "kicker"))
    parts = _give_way(parts, every, written, fits, back=False)
    if allowed(parts):
        return written(parts), []
    whole = parts.headline
    parts = replace(
        parts,
        headline=text.cut_at_word(whole, lambda cut: allowed(replace(parts, headline=cut)), lang),
    )
    if not allowed(parts):
        return "", [Problem("too-long", _TOO_LONG, blocking=True)]
    if not parts.headline:
        return written(parts), [Problem("headline-too-long", _UNCUTTABLE, blocking=True)]
    return written(parts), [Problem("headline-cut", f"The headline was cut: {whole}")]


_TOO_LONG = "Link, names and credits alone are longer than the platform allows: write the text."
_UNCUTTABLE = "The headline does not fit, and no cut of it leaves its quotation whole: rewrite it."


def _give_way(
    full: Parts,
    order: Iterable[str],
    written: Callable[[Parts], str],
    fits: Callable[[str], bool],
    *,
    back: bool = True,
) -> Parts:
    """Take away in steps until it fits; then give back what still may be, the dearest first."""
    parts, names = full, [name for name in order if name != "headline"]
    enough = fits(written(parts))
    for name in names:
        steps = [] if enough else [_with(parts, name, value) for value in _ladder(name, parts)]
        if steps and written(steps[-1]) == written(parts):
            steps = steps[-1:]  # this text says nothing of it
        for parts in steps:
            if enough := fits(written(parts)):
                break
    for name in reversed(names if enough and back else []):
        for value in (_value(full, name), *_ladder(name, full)):
            if value == _value(parts, name):
                break
            if fits(written(more := _with(parts, name, value))):
                parts = more
                break
    return parts


def _ladder(name: str, parts: Parts) -> Iterator[Any]:
    """Yield ever less of a part, down to nothing: by hashtag, by sentence, or as a whole."""
    value = _value(parts, name)
    while len(value) > (name == "extra_hashtags"):
        value = "" if isinstance(value, str) else _shorter(value)
        yield value


def _shorter(value: tuple[Any, ...]) -> tuple[Any, ...]:
    *kept, last = value
    return (*kept, last[:-1]) if isinstance(last, tuple) and len(last) > 1 else tuple(kept)


def _value(parts: Parts, name: str) -> Any:
    return getattr(parts, name.removeprefix("extra_"))


def _with(parts: Parts, name: str, value: Any) -> Parts:
    return replace(parts, **{name.removeprefix("extra_"): value})
