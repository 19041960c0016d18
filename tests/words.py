"""The catalogues of the pages: what is to be said, gathered from the code and the templates.

``python -m tests.words`` puts new sentences into each catalogue, takes out those that nobody
says any more, keeps what is translated, and compiles. Run it after a word on a page changed,
or a sentence that the pages show; then fill in what it lists.

Three sources: `_("…")` of the templates, `words.t("…")` of the room's code, and, under the
context “told”, the sentences that the parts below the room write in English (`SPEAKING`).
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from jinja2.ext import babel_extract

from bot.model import State, Verb

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "templates" / "review" / "locale"
CONTEXT = "told"

#: Whose sentences the pages show: problems, reasons, refusals, what became of an attempt.
SPEAKING = (
    *("editorial", "fit", "selection", "queue", "review", "oneoff", "filming", "watch"),
    *("schedule", "followups", "reconciler", "status", "health", "http", "_net"),
    *("hours", "people", "teaser/_art", "media/_kind", "media/picture", "media/film"),
    *("desk/__init__", "desk/_illustrate", "desk/_outlet", "publisher/__init__"),
    *("publisher/_base", "publisher/_fit", "publisher/_send"),
    *("site/page/__init__", "site/page/_listing", "site/page/_public", "app/_sites"),
    *("app/_editor", "app/_channels", "ingest/_pages", "ingest/_ask", "store/_life"),
    *("store/posts", "store/followups", "store/outbox", "store/_doubts", "store/users"),
    *("standing/__init__", "standing/_limits", "standing/_press", "standing/_proof"),
    *("standing/_token", "platforms/_channel", "platforms/_checks", "platforms/_meta_answers"),
    *("platforms/_meta_channel", "platforms/_instagram_checks", "platforms/_facebook_reels"),
    *("platforms/_instagram_containers", "platforms/_x_account", "platforms/_x_answers"),
    *("platforms/_x_find", "platforms/_x_media", "platforms/_youtube"),
    *("platforms/_youtube_extras", "platforms/_youtube_reader", "platforms/facebook"),
    *("platforms/instagram", "platforms/twitter", "platforms/youtube"),
)

#: Single words that the pages show, which no sentence holds.
WORDS = (
    *(each.value for each in (*State, *Verb)),
    *("characters", "weighted characters", "bytes", "picture", "video", "image", "nothing"),
    *("unapproved", "text", "title", "media", "link", "section", "tag", "word", "nobody"),
)

#: What looks like a sentence, and is none, or is said on the command line alone.
UNSEEN = re.compile(
    r"https?://|attachments,|uncategorized |spent %\(site|Read and write$|.*bot user"
    r"|.*(last guard|not declared|its host was not routed|nobody has this password|--site)"
)

#: Whoever is called with these strings shows them to no editor.
SILENT = re.compile(
    r"(_?log(ger)?\.\w+|re\.\w+|_RE|write|read|probe|_fault|pace|getLogger|RuntimeError"
    r"|AssertionError|ValueError|TypeError|join|split|text|startswith|warn|_reach|crash\.\w+)$"
)


# ------------------------------------------------------------------ what is to be said


@cache
def wanted() -> Catalog:
    """Gather everything that is to be said."""
    catalogue = Catalog()
    for identity, comments in (*_templates(), *_code()):
        catalogue.add(identity, auto_comments=comments)
    for sentence in sorted({*told(), *WORDS}):
        catalogue.add(sentence, context=CONTEXT)
    return catalogue


def _templates() -> Iterator[tuple[str | tuple[str, ...], list[str]]]:
    for path in (*sorted((ROOT / "templates/review").glob("*.html")), _drawn()):
        with path.open("rb") as file:
            keywords = ("_", "gettext", "ngettext")
            options = {"trimmed": "false", "newstyle_gettext": "true", "silent": "false"}
            for _, name, message, comments in babel_extract(file, keywords, [], options):
                yield from _identified(name, message, comments)


def _drawn() -> Path:
    return ROOT / "templates/pages/_drawn.html"


def _code() -> Iterator[tuple[str | tuple[str, ...], list[str]]]:
    for path in sorted((ROOT / "bot/room").glob("*.py")):
        with path.open("rb") as file:
            keywords = {"t": None, "n": (1, 2)}
            for _, message, comments, _ in extract("python", file, keywords, ["To translators:"]):
                yield (message if isinstance(message, str) else tuple(message)), comments


def _identified(
    name: str, message: object, comments: list[str]
) -> Iterator[tuple[str | tuple[str, ...], list[str]]]:
    if isinstance(message, str):
        yield message, comments
    elif isinstance(message, tuple):
        words = tuple(each for each in message if isinstance(each, str))
        if name == "ngettext":
            yield words[:2], comments
        elif words:
            yield words[0], comments


# ------------------------------------------------------- sentences of the parts below


@cache
def told() -> frozenset[str]:
    """List the sentences of the parts below, their gaps named: “The text has %(tags)s …”."""
    found: set[str] = set()
    for name in SPEAKING:
        path = ROOT / "bot" / f"{name}.py"
        found.update(_sentences(ast.parse(path.read_text("utf-8"))))
    for path in sorted((ROOT / "bot/room").glob("*.py")):
        found.update(_refusals(ast.parse(path.read_text("utf-8"))))
    return frozenset(each for each in found if each and not UNSEEN.match(each))


def _refusals(tree: ast.AST) -> Iterator[str]:
    """List the sentences with which pages refuse something, where they are not translated there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Error"):
            for each in node.args[:1]:
                if isinstance(each, ast.Constant | ast.JoinedStr):
                    yield _sentence(each)


def _sentences(tree: ast.AST, silent: bool = False) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        if isinstance(node, ast.Assert | ast.arg | ast.Compare | ast.AnnAssign) and not (
            isinstance(node, ast.AnnAssign) and node.value
        ):
            continue
        quiet = silent or (
            isinstance(node, ast.Call) and bool(SILENT.search(ast.unparse(node.func)))
        )
        if isinstance(node, ast.Constant | ast.JoinedStr):
            sentence = _sentence(node)
            if sentence and not silent:
                yield sentence
            if isinstance(node, ast.JoinedStr):
                for value in node.values:
                    if isinstance(value, ast.FormattedValue):
                        yield from _sentences(ast.Module([ast.Return(value.value)], []), quiet)
            continue
        yield from _sentences(node, quiet)


def _sentence(node: ast.Constant | ast.JoinedStr) -> str:
    """Give a sentence with its gaps named; "" for what is none."""
    names: dict[str, int] = {}
    if isinstance(node, ast.Constant):
        if not isinstance(node.value, str):
            return ""
        said = re.sub(r"\{(\w+)\}", r"%(\1)s", node.value.replace("%", "%%"))
    else:
        said = ""
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                name = _gap(value.value)
                names[name] = names.get(name, 0) + 1
                said += f"%({name}{names[name] if names[name] > 1 else ''})s"
            else:
                said += str(value.value).replace("%", "%%")  # type: ignore[attr-defined]
    bare = re.sub(r"%\(\w+\)s", " ", said)
    is_one = re.search(r"[A-Za-z’']{2,},? [A-Za-z“]", said) or ("%(" in said and _lead(bare))
    shouts = re.match(r"[A-Z_ ]{6,}", bare) or re.search(r"[{}\n]|Bearer|OAuth|bytes[ =]", bare)
    return said if is_one and not shouts and len(said) < 400 else ""


def _lead(bare: str) -> bool:
    """Tell whether what stands outside of the gaps are words of a sentence."""
    return bool(re.search(r"(^|\s)[A-Za-z]{2,}[ .:,]", bare)) and " " in bare.strip()


def _gap(node: ast.expr) -> str:
    """Name a gap after what fills it."""
    said = re.sub(r"'[^']*'|\"[^\"]*\"", "", ast.unparse(node))
    names = re.findall(r"[A-Za-z_]\w*(?![\w(])", said) or re.findall(r"[A-Za-z_]\w*", said)
    names = [each for each in names if each not in ("if", "else", "or", "and", "not", "self")]
    return (names[-1].strip("_").lower() if names else "") or "value"


# ----------------------------------------------------------------------- catalogues


def languages() -> list[str]:
    """List the languages that there is a catalogue of."""
    return sorted(path.name for path in LOCALE.iterdir() if path.is_dir())


def po(language: str) -> Path:
    """Give the file of a catalogue."""
    return LOCALE / language / "LC_MESSAGES" / "review.po"


def load(language: str) -> Catalog:
    """Read a catalogue; English has only what is said otherwise than it is written."""
    if not po(language).exists():
        return Catalog(language, charset="utf-8")
    with po(language).open("rb") as file:
        return pofile.read_po(file, language, charset="utf-8")


def updated(language: str) -> Catalog:
    """Give a catalogue with all that is to be said now, and nothing else."""
    old, new = load(language), Catalog(language, project="review", charset="utf-8")
    new.header_comment = f"# The pages of the review room, in “{language}”."
    new.creation_date = new.revision_date = datetime(2026, 11, 23, tzinfo=UTC)
    for message in wanted():
        if not message.id:
            continue
        kept = old.get(message.id, message.context)
        said = kept.string if kept is not None and not kept.fuzzy else None
        if language == "en" and not said:
            continue
        new.add(message.id, said, context=message.context)
    return new


def written(catalogue: Catalog) -> bytes:
    """Write a catalogue as a text, without what changes by itself."""
    out = io.BytesIO()
    pofile.write_po(out, catalogue, width=100, no_location=True, sort_output=True)
    kept = (line for line in out.getvalue().splitlines() if not line.startswith(b'"Generated-By'))
    return b"\n".join(kept) + b"\n"


def compiled(catalogue: Catalog) -> bytes:
    """Compile a catalogue."""
    out = io.BytesIO()
    mofile.write_mo(out, catalogue)
    return out.getvalue()


def missing(language: str) -> list[str]:
    """List what is still to be translated."""
    return [str(each.id) for each in updated(language) if each.id and not _whole(each.string)]


def _whole(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def main() -> int:
    """Bring every catalogue up to date; say what is missing."""
    gaps = 0
    for language in languages():
        catalogue = updated(language)
        po(language).write_bytes(written(catalogue))
        po(language).with_suffix(".mo").write_bytes(compiled(catalogue))
        for sentence in missing(language):
            gaps += 1
            print(f"{language}: to translate: {sentence}")
    return int(bool(gaps))


if __name__ == "__main__":
    sys.exit(main())
