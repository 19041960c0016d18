"""Where the one who chose a picture says that its subject is: the focal point of the CMS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

Point = tuple[float, float]  # from left and top, 0 to 1

MIDDLE: Final = (0.5, 0.5)
# What WordPress (`object-position`), Wagtail, Statamic, Craft and their likes call it, as an
# attribute, a property of style, or a variable of style that a stylesheet uses.
_NAMES = re.compile(
    r"(?:data-|--)?(?:object-position|foc(?:us|al)(?:-?(?:point|position))?)(?:-?([xy]))?"
)
_STYLES = re.compile(r"([\w-]+)\s*:\s*([^;]+)")
_PARTS = re.compile(r"[^\s,;:/{}\"']+")
_NUMBER = re.compile(r"([-+]?(?:\d{1,4}(?:\.\d{0,20})?|\.\d{1,20}))(%?)")
_WORDS: Final = {"left": 0.0, "right": 1.0, "top": 0.0, "bottom": 1.0, "center": 0.5}


def of(element: Any) -> Point | None:
    """Give the focal point that an ``img``, or what holds it alone, names; None where none does.

    The middle is none either: every stylesheet says so, and it tells nothing.
    """
    for step in (element, *islice(element.iterancestors(), 3)):
        # One that is loaded late stands there twice: the second is for readers without script.
        if step is not element and sum(1 for _ in islice(step.iter("img"), 3)) > 2:
            return None
        if (point := _of_script(step) or _told(step, own=step is element)) is not None:
            return point if point != MIDDLE else None
    return None


def _of_script(step: Any) -> Point | None:
    """Read the attributes of focuspoint.js: from −1 to 1, upwards."""
    told = [(step.get(f"data-focus-{axis}") or "").strip() for axis in "xy"]
    found = [_NUMBER.fullmatch(value) for value in told]
    if not all(number and not number[2] for number in found):
        return None
    x, y = (float(value) for value in told)
    return ((x + 1) / 2, (1 - y) / 2) if max(abs(x), abs(y)) <= 1 else None


def _told(step: Any, *, own: bool) -> Point | None:
    axes: dict[str, str] = {}
    for name, value in _properties(step):
        # A place is not passed on to what is inside; variables and attributes are for scripts.
        if (found := _NAMES.fullmatch(name)) is None or (name[0] == "o" and not own):
            continue
        if found[1]:
            axes.setdefault(found[1], value)
        elif (point := _point(_PARTS.findall(value))) is not None:
            return point
    return _point([axes["x"], axes["y"]]) if len(axes) == 2 else None


def _properties(step: Any) -> Iterator[tuple[str, str]]:
    for name, value in step.items():
        yield name, value[:100].lower()
    for name, value in _STYLES.findall((step.get("style") or "")[:1000].lower()):
        yield name, value.replace("!important", "").strip()


def _point(parts: list[str]) -> Point | None:
    """Read “43% 27%”, “0.43,0.27”, “43 27”, “right top”, x and y as names; None of all else."""
    parts = [part for part in parts if part not in ("x", "y")]
    if len(parts) == 1 and parts[0] in _WORDS:
        parts.append("center")
    if len(parts) != 2:
        return None
    if parts[0] in ("top", "bottom") or parts[1] in ("left", "right"):
        parts.reverse()
    numbers = [_NUMBER.fullmatch(part) for part in parts]
    bare = [float(number[1]) for number in numbers if number and not number[2]]
    if any(not 0 <= value <= 100 for value in bare):
        return None
    unit = 1 if all(value <= 1 for value in bare) else 100
    read: list[float] = []
    for part, number in zip(parts, numbers, strict=True):
        if number:
            value = float(number[1]) / (100 if number[2] else unit)
        elif part in _WORDS:
            value = _WORDS[part]
        else:
            return None
        read.append(min(max(value, 0.0), 1.0))
    return (read[0], read[1])
