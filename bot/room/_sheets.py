"""Templates of the room, everything in them escaped, in the visitor's language."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.config import shipped
from bot.room import _frame, _said
from bot.room._told import told
from bot.room._words import words
from bot.store.history import MACHINES

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment(language: str) -> Environment:
    """Give the templates in one language."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = shipped("templates")
    made = Environment(
        loader=FileSystemLoader([folder / "review", folder / "pages"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(words(language).catalogue, newstyle=True)  # type: ignore[attr-defined]
    made.tests["web"] = is_web
    made.globals["asset"] = asset
    made.globals["lazy"] = True  # two hundred videos are not loaded at once
    made.globals["machines"] = MACHINES
    made.globals["frame_of"] = _frame.frame
    made.globals["said_of"] = _said.of_query
    made.globals["mark_of"] = _said.mark
    made.filters |= {"told": told(language), "number": words(language).number}
    return made


def is_web(address: str) -> bool:
    """Tell whether an address may be a link: what articles and platforms say may be any scheme."""
    return address.startswith(("https://", "http://"))


def render(name: str, language: str, /, **facts: Any) -> str:
    """Make a page, or a piece of one, of a template."""
    return environment(language).get_template(name).render(facts)


def warm() -> None:
    """Compile what the queue is made of, so that nobody waits for it."""
    for name in ("queue", "base", "_queue", "_post", "_parts", "_drawn", "_picture", "_actions"):
        environment("en").get_template(f"{name}.html")


def file(name: str) -> Path | None:
    """Find a style sheet or script of ours by its name; None where there is none."""
    return _files().get(name)


@cache
def _files() -> dict[str, Path]:
    """List what there is once: no path is made of what somebody asks for."""
    folder = shipped("templates")
    there = [*(folder / "pages").iterdir(), *(folder / "review" / "static").iterdir()]
    return {path.name: path for path in there if path.suffix in (".css", ".js", ".svg")}


@cache
def asset(name: str) -> str:
    """Give the address of a style sheet or script, which changes with its bytes."""
    path = file(name)
    assert path is not None, f"there is no {name}"
    return f"/static/{name}?{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
