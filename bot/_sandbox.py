"""Run a newsroom's own templates, and let none of them hang, grow or reach out.

A template gets plain values only (text, numbers, lists of text), so there is
nothing to reach out with. Every turn of a loop and every call is counted, ranges
and results are bounded, and a fault of any sort is a TemplateError that names
file and line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence, Sized
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.filters import FILTERS
from jinja2.runtime import BlockReference, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

from bot.errors import TemplateError
from bot.text import count_words

MAX_STEPS = 2_000  # turns of loops and calls, in one rendering
MAX_RANGE = 1_000
MAX_TEXT = 20_000  # characters of one value, of one template, of the output
MAX_NUMBER = 10**12

#: What may give way to a limit; a template says in which order.
PARTS = (
    "extra_hashtags",
    "hashtags",
    "first_published",
    "translation",
    "dek",
    "story",
    "kicker",
    "headline",
)

FIELDS = ("text", "title")
_START, _END = "\x02{}\x1f", "\x03{}\x1f"
_NOTHING = "\x04"  # an empty value: a line that holds nothing else vanishes
_MARK = re.compile("[\x02\x03][a-z]+\x1f")


@dataclass(slots=True)
class _Run:
    """What one rendering has used up, and the names it knows."""

    names: Sequence[str]
    steps: int = 0
    written: int = 0


_run: ContextVar[_Run | None] = ContextVar("_run", default=None)


class _TooMuch(Exception):
    """A template asks for more than any teaser needs."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One template, ready: what it renders, and what it says of itself."""

    file: str
    gives_way: tuple[str, ...] | None  # None: the usual order
    room: int | None  # the text's editorial length, without the link, in the platform's units
    _template: jinja2.Template = field(repr=False)

    def render(self, values: Mapping[str, object]) -> dict[str, str]:
        """Return the text of the blocks `text` and `title`, by name.

        Raises TemplateError with the line at which the template failed.
        """
        token = _run.set(_Run(tuple(values)))
        try:
            output = self._template.render(values)
        except Exception as error:
            raise _fault(error, self.file) from error
        finally:
            _run.reset(token)
        found = {name: _between(output, name) for name in FIELDS}
        if found["text"] is None:
            raise TemplateError(self.file, None, "there is no block “text”: put the teaser in one.")
        return {name: _tidy(text) for name, text in found.items() if text is not None}


class Templates:
    """The templates of some folders, where an earlier folder wins over a later one."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = [str(folder) for folder in folders]
        self._environment = _Sandbox(jinja2.FileSystemLoader(self._folders))
        self._sheets: dict[str, Sheet] = {}

    def find(self, site: str, platform: str, language: str) -> Sheet:
        """Return the template for a site, platform and language, the most special one first.

        Raises TemplateError where none exists or it cannot be read.
        """
        names = [
            f"teasers/{site}/{platform}.{language}.j2",
            f"teasers/{site}/{platform}.j2",
            f"teasers/{platform}.{language}.j2",
            f"teasers/{platform}.j2",
        ]
        try:
            template = self._environment.select_template(names)
        except jinja2.TemplatesNotFound:
            folders = " or ".join(self._folders)
            raise TemplateError(
                names[-1], None, f"there is no such template in {folders}: put one there."
            ) from None
        except Exception as error:
            raise _fault(error, names[-1]) from error
        name = template.name or names[-1]
        sheet = self._sheets.get(name)
        if sheet is None or sheet._template is not template:
            sheet = self._sheets[name] = self._read(name, template)
        return sheet

    def _read(self, name: str, template: jinja2.Template) -> Sheet:
        said: dict[str, Any] = {}
        seen: set[str] = set()
        following: str | None = name
        while following is not None and following not in seen:
            seen.add(following)
            following = self._read_settings(following, said)
        return Sheet(
            file=template.filename or name,
            gives_way=said.get("gives_way"),
            room=said.get("room"),
            _template=template,
        )

    def _read_settings(self, name: str, said: dict[str, Any]) -> str | None:
        """Note what a template sets at its top; return the one that it extends."""
        extends = None
        try:
            source, file, _ = self._environment.loader.get_source(  # type: ignore[union-attr]
                self._environment, name
            )
            tree = self._environment.parse(source, name, file)
        except Exception as error:
            raise _fault(error, name) from error
        for node in tree.body:
            if isinstance(node, nodes.Extends) and isinstance(node.template, nodes.Const):
                extends = node.template.value
            if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
                setting = node.target.name
                if setting in _SETTINGS and setting not in said:
                    said[setting] = _SETTINGS[setting](node, file or name)
        return extends


def _gives_way(node: nodes.Assign, file: str) -> tuple[str, ...]:
    value = _constant(node)
    if not isinstance(value, list):
        raise TemplateError(file, node.lineno, "“gives_way” must be a list of names in quotes.")
    for part in value:
        if part not in PARTS:
            known = _meant(str(part), PARTS) or f" There are: {', '.join(PARTS)}."
            raise TemplateError(file, node.lineno, f"“{part}” is nothing that can give way.{known}")
    return tuple(value)


def _room(node: nodes.Assign, file: str) -> int:
    value = _constant(node)
    if not isinstance(value, int) or value < 1:
        raise TemplateError(file, node.lineno, "“room” must be a number above zero.")
    return value


_SETTINGS = {"gives_way": _gives_way, "room": _room}


def _constant(node: nodes.Assign) -> object:
    try:
        return cast(nodes.Expr, node.node).as_const()
    except nodes.Impossible:
        return None


# --------------------------------------------------------------------- sandbox


class _Missing(jinja2.StrictUndefined):
    """A name that is not there: says so, and what may have been meant."""

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return self._undefined_hint
        run, name = _run.get(), str(self._undefined_name)
        meant = _meant(name, run.names) if run else ""
        return f"there is no “{name}” here.{meant}"


class _Bounded(NodeTransformer):
    """Count what loops, bound what grows, mark where the fields begin and end."""

    def visit_For(self, node: nodes.For) -> nodes.For:
        self.generic_visit(node)
        if node.recursive:
            raise jinja2.TemplateSyntaxError("a loop cannot be recursive here.", node.lineno)
        node.iter = _through("_counted", cast(nodes.Expr, node.iter))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:
        self.generic_visit(node)
        return _through("join", nodes.List(node.nodes, lineno=node.lineno))

    def visit_List(self, node: nodes.List | nodes.Dict) -> nodes.Filter:
        self.generic_visit(node)
        return _through("_bounded", node)

    visit_Dict = visit_List

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Expr:
        self.generic_visit(node)
        return _through("_bounded", node) if node.ctx == "load" else node

    def visit_Block(self, node: nodes.Block) -> nodes.Block:
        self.generic_visit(node)
        if node.name in FIELDS:
            start, end = (
                nodes.Output([nodes.TemplateData(mark.format(node.name))], lineno=node.lineno)
                for mark in (_START, _END)
            )
            node.body = [start, *node.body, end]
        return node


def _through(name: str, node: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


class _Generator(CodeGenerator):
    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        try:
            _Bounded().visit(node)
        except jinja2.TemplateSyntaxError as error:
            self.fail(error.message or "", error.lineno)
        super().visit_Template(node, frame)


class _Sandbox(ImmutableSandboxedEnvironment):
    code_generator_class = _Generator
    intercepted_binops = frozenset(["+", "-", "*", "**", "%"])
    concat = staticmethod(lambda pieces: _put_together(pieces))

    def __init__(self, loader: jinja2.BaseLoader) -> None:
        super().__init__(
            loader=loader,
            undefined=_Missing,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_written,
        )
        kept = ("default", "first", "last", "length", "reject", "select")
        self.filters = {name: FILTERS[name] for name in kept} | {
            "trim": _trim,
            "join": _join,
            "words": count_words,
            "at_most": _at_most,
            "_counted": _counted,
            "_bounded": _bounded,
        }
        self.globals = {"range": _range, "namespace": Namespace}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        if len(source) > MAX_TEXT:
            raise jinja2.TemplateSyntaxError("the template is too long.", 1, name, filename)
        return super()._parse(source, name, filename)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        ours = (LoopContext, Namespace, Macro, BlockReference, jinja2.environment.TemplateModule)
        return isinstance(obj, ours) and super().is_safe_attribute(obj, attr, value)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if not isinstance(argument, int | slice):
            argument = _text(argument)
        return super().getitem(obj, argument)

    def unsafe_undefined(self, obj: Any, attribute: str) -> jinja2.Undefined:
        return self.undefined(
            f"“.{attribute}” is not offered here; use a filter: {', '.join(self._offered())}.",
            obj,
            attribute,
            jinja2.TemplateRuntimeError,
        )

    def wrap_str_format(self, value: Any) -> None:
        """Offer no `format`: its widths write without end."""

    def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
        _spend()
        _bounded([*args, *kwargs.values()])
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "%" and isinstance(left, str):
            raise _TooMuch("“%” cannot format text here; use “~” to join.")
        if operator == "*" and (isinstance(left, Sized) or isinstance(right, Sized)):
            raise _TooMuch("“*” cannot repeat text or lists here.")
        if operator == "**" and not (abs(left) < 1_000 and abs(right) < 10):
            raise _TooMuch("this number grows too large.")
        return _bounded(super().call_binop(context, operator, left, right))

    def _offered(self) -> list[str]:
        return [name for name in self.filters if not name.startswith("_")]


def _spend() -> None:
    if run := _run.get():
        run.steps += 1
        if run.steps > MAX_STEPS:
            raise _TooMuch(f"it loops: more than {MAX_STEPS} steps for one teaser.")


def _counted(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        _spend()
        yield item


def _bounded(value: Any) -> Any:
    """Let a value pass unless it has grown beyond any use."""
    if isinstance(value, Sized) and max(len(value), _items(value)) > MAX_TEXT:
        raise _TooMuch(f"a text or list grows beyond {MAX_TEXT} characters.")
    if isinstance(value, int | float) and abs(value) > MAX_NUMBER:
        raise _TooMuch("a number grows too large.")
    return value


def _items(value: object) -> int:
    """Count what a list holds, and the lists in it: a few, put into one another, are endless."""
    if isinstance(value, Mapping):
        return sum(1 + _items(key) + _items(each) for key, each in value.items())
    return sum(1 + _items(each) for each in value) if isinstance(value, list | tuple) else 0


def _put_together(pieces: Iterable[str]) -> str:
    """Make one text of what a template writes, its own words and values alike."""
    kept, size = [], 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size > MAX_TEXT:
            error = _TooMuch(f"it writes more than {MAX_TEXT} characters.")
            if isinstance(pieces, Generator):
                pieces.throw(error)  # so that the line that wrote it is known
            raise error
    return "".join(kept)


def _written(value: Any) -> Any:
    """Turn what `{{ … }}` holds into text; a list or a yes/no is none."""
    if isinstance(value, _Missing):
        return value  # raises when it is written
    if value is None or isinstance(value, jinja2.Undefined) or value == "":
        return _NOTHING  # (jinja2's own Undefined is the missing “else” of an “x if …”)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        kind = "yes or no" if isinstance(value, bool) else "a list"
        raise _TooMuch(f"this is {kind} and no text; a list becomes text with “| join(' ')”.")
    if run := _run.get():
        run.written += len(str(value))
        if run.written > MAX_TEXT:
            raise _TooMuch(f"it writes more than {MAX_TEXT} characters.")
    return value


def _range(*bounds: int) -> range:
    asked = range(*bounds)
    if len(asked) > MAX_RANGE:
        raise _TooMuch(f"a range has at most {MAX_RANGE} numbers.")
    return asked


def _join(items: Iterable[Any], between: str = "") -> str:
    texts = [_text(item) for item in items]
    if sum(map(len, texts)) + len(between) * len(texts) > MAX_TEXT:
        raise _TooMuch(f"a text grows beyond {MAX_TEXT} characters.")
    return between.join(texts)


def _trim(value: object) -> str:
    return _text(value).strip()


def _text(value: object) -> str:
    """Give a plain value as text; the text of a list is for nobody, and may be endless."""
    if isinstance(value, list | tuple | Mapping | Namespace):
        raise _TooMuch("this is a list and no text; a list becomes text with “| join(' ')”.")
    return str(value)


def _at_most(paragraphs: Sequence[str], words: int) -> list[str]:
    """Keep whole paragraphs from the start, up to so many words in all."""
    kept: list[str] = []
    for paragraph in paragraphs:
        words -= count_words(paragraph)
        if words < 0:
            break
        kept.append(paragraph)
    return kept


# ---------------------------------------------------------------------- output


def _between(output: str, name: str) -> str | None:
    """Cut a block out of the output; one block inside another of its name is one."""
    start, end = output.find(_START.format(name)), output.rfind(_END.format(name))
    return None if start < 0 else _MARK.sub("", output[start:end])


def _tidy(text: str) -> str:
    """Drop the lines and spaces that empty values leave behind."""
    lines = [
        line.replace(_NOTHING, "").strip()
        for line in text.strip().split("\n")
        if _NOTHING not in line or line.strip(f" {_NOTHING}")
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


# ---------------------------------------------------------------------- faults


def _fault(error: Exception, file: str) -> TemplateError:
    """Say what went wrong, and at which line of which file."""
    if isinstance(error, TemplateError):
        return error
    if isinstance(error, jinja2.TemplateSyntaxError):
        message = _plain(error.message or "")
        return TemplateError(error.filename or file, error.lineno, message)
    where, line = _place(error.__traceback__) or (file, None)
    if isinstance(error, jinja2.TemplateNotFound):
        return TemplateError(where, line, f"there is no template “{error.name}” to include.")
    if isinstance(error, RecursionError):
        return TemplateError(where, line, "it calls itself without end.")
    if isinstance(error, UnicodeDecodeError):
        return TemplateError(where, line, "it is not UTF-8: save it as UTF-8.")
    return TemplateError(where, line, str(error) or type(error).__name__)


def _plain(message: str) -> str:
    missing = re.fullmatch(r"No (filter|test) named '(.*)'\.?", message)
    if not missing:
        return message
    what, name = missing.groups()
    offered = [] if what == "test" else [*_Sandbox(jinja2.DictLoader({}))._offered()]
    return f"there is no {what} “{name}” here.{_meant(name, offered)}"


def _meant(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean “{close[0]}”?" if close else ""


def _place(trace: TracebackType | None) -> tuple[str, int] | None:
    """Find the innermost line of a template in a traceback."""
    found = None
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith(".j2"):
            found = file, trace.tb_lineno
        trace = trace.tb_next
    return found
