"""TOML with the line of every setting, read past the first mistake.

`tomllib` tells no lines and stops at the first error. Here a small scanner
follows the same text and notes where each key stands, and a line that is wrong
by itself is set aside, so that one reading finds the other mistakes too.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

Key = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*'""")
_STRING = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}(?!")|\'\'\'.*?'{3,5}(?!')|"(?:\\.|[^"\\\n])*"|'[^'\n]*\'''', re.S
)
_BARE = re.compile(r"[^,\]}\n#\"'\[{]+")
_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")

# What tomllib says (Python 3.11 to 3.14), and what an editor can act on.
_PLAIN = {
    "Invalid value": 'this value is not valid; text stands in quotes, as in name = "Harbour Post"',
    "Illegal character '\\n'": "a quotation mark is missing at the end of this line",
    "Unescaped '\\'": "a “\\” in a text is written twice; or put the text in single quotes",
    "Unterminated string": "a quotation mark that opens here is never closed",
    "Unclosed array": "a “[” that opens here is never closed by a “]”",
    "Unclosed inline table": "a “{” that opens here is never closed by a “}”",
    "Cannot overwrite a value": "this setting stands here a second time; keep one of the two",
    "Cannot declare": "this [table] stands here a second time; bring its settings together",
    "Expected '=' after a key": "there is no “=” after the name of the setting",
    "Expected newline or end of document": "something stands after the value; remove it",
    "Invalid statement": "this line is neither a setting (name = value) nor a [table]",
    "Expected ']'": "a “]” is missing at the end of this [table]",
}


@dataclass(frozen=True, slots=True)
class Document:
    """What a TOML text holds, where each key stands, and what is wrong with it."""

    values: dict[str, Any]
    lines: Mapping[Key, int]
    faults: tuple[tuple[int, str], ...] = ()

    def line_of(self, key: Key) -> int | None:
        """Find the line of a setting, else of the table that it belongs in."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key)


def read(text: str) -> Document:
    """Parse TOML; mistakes are listed in `faults`, never raised.

    A mistake inside one line costs that line alone. Where a mistake makes the
    rest of the file doubtful, no values are given, lest false faults follow.
    """
    rows, faults = text.replace("\r\n", "\n").split("\n"), []
    while True:
        source = "\n".join(rows)
        scanner = _Scanner(source)
        try:
            values = tomllib.loads(source)
        except tomllib.TOMLDecodeError as error:
            line, message, alone = _explain(error, scanner, rows)
            faults.append((line, message))
            if not alone:
                return Document({}, {}, tuple(faults))
            rows[line - 1] = ""
        except RecursionError:
            message = "what begins here is nested too deeply."
            return Document({}, {}, (*faults, (scanner.last_statement(), message)))
        except ValueError:  # of a number alone
            long = max(range(len(rows)), key=lambda row: len(rows[row])) + 1
            return Document({}, {}, (*faults, (long, "a number here is far too long.")))
        else:
            return Document(values, scanner.lines, tuple(faults))


def _explain(
    error: tomllib.TOMLDecodeError, scanner: _Scanner, rows: list[str]
) -> tuple[int, str, bool]:
    """Give line and sentence of a mistake, and whether it touches its own line only."""
    text = str(error)
    where = _WHERE.search(text)
    line = int(where[1]) if where and where[1] else len(rows)
    started = scanner.statement_at(line)
    plain = next((said for start, said in _PLAIN.items() if text.startswith(start)), "")
    message = plain or f"this is not valid TOML: {text[: where.start() if where else None]}"
    if started != line:
        return started, f"what begins here is not closed, or goes wrong by line {line}.", False
    row = rows[line - 1]
    whole = row.count("[") == row.count("]") and row.count("{") == row.count("}")
    alone = whole and row.strip()[:1] not in ("", "[") and '"""' not in row and "'''" not in row
    return line, message + ".", alone


class _Lost(Exception):
    """The scanner met something that is no TOML; tomllib says what."""


class _Scanner:
    """Follow a TOML text and note the line of every key and list item."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Key, int] = {}
        self._text, self._at = text, 0
        self._ends = [found.start() for found in re.finditer("\n", text)]
        self._statements: list[int] = []
        self._counts: dict[Key, int] = {}  # of arrays of tables
        # Of a text with a mistake, the statements up to it are all that is wanted.
        with suppress(_Lost, tomllib.TOMLDecodeError, RecursionError):
            self._document()

    def statement_at(self, line: int) -> int:
        """Find the line on which the statement that reaches `line` begins."""
        found = bisect_right(self._statements, line)
        return self._statements[found - 1] if found else line

    def last_statement(self) -> int:
        """Give the line of the last statement that was reached."""
        return self._statements[-1] if self._statements else 1

    def _document(self) -> None:
        table: Key = ()
        while self._next():
            self._statements.append(self._line())
            if self._next() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Key:
        line, array = self._line(), self._text.startswith("[[", self._at)
        self._at += 2 if array else 1
        path: Key = ()
        names = self._names()
        for name in names[:-1]:
            path = self._inside((*path, name), line)
        path = (*path, names[-1])
        self._take("]")
        if not array:
            return self._inside(path, line)
        self._take("]")
        self._counts[path] = self._counts.get(path, 0) + 1
        return self._inside(path, line)

    def _inside(self, path: Key, line: int) -> Key:
        self.lines.setdefault(path, line)
        if path in self._counts:
            path = (*path, self._counts[path] - 1)
            self.lines.setdefault(path, line)
        return path

    def _pair(self, table: Key) -> None:
        line = self._line()
        path = table
        for name in self._names():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self._take("=")
        self._value(path)

    def _names(self) -> list[str]:
        names = []
        while True:
            self._next()
            token = self._match(_KEY)
            names.append(next(iter(tomllib.loads(f"{token} = 0"))) if token[0] in "\"'" else token)
            if self._next() != ".":
                return names
            self._at += 1

    def _value(self, path: Key) -> None:
        opening = self._next()
        if opening == "[":
            self._at += 1
            index = 0
            while self._next() != "]":
                self.lines[(*path, index)] = self._line()
                self._value((*path, index))
                index += 1
                self._comma("]")
            self._at += 1
        elif opening == "{":
            self._at += 1
            while self._next() != "}":
                self._pair(path)
                self._comma("}")
            self._at += 1
        else:
            self._match(_STRING if opening and opening in "\"'" else _BARE)

    def _comma(self, end: str) -> None:
        if self._next() != end:
            self._take(",")

    def _take(self, sign: str) -> None:
        if self._next() != sign:
            raise _Lost
        self._at += 1

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if not found:
            raise _Lost
        self._at = found.end()
        return found[0]

    def _next(self) -> str:
        """Skip white space and comments; the sign that follows, or "" at the end."""
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def _line(self) -> int:
        return bisect_right(self._ends, self._at - 1) + 1
