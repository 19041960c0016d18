"""TOML with lines: the scanner follows every way of writing, and mistakes are found together."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot._toml_lines import Key, read

KEYS = st.sampled_from(["a", "b-1", "c_d", '"e f"', '"g.h"', "'i#j'", '"k\\"l"'])


class Writer:
    """Write random TOML; every value is a word of its own, found again by its line."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw, self.count = draw, 0

    def value(self, depth: int, *, inline: bool = False) -> str:
        kind = self.draw(st.sampled_from(["word"] * 3 + (["array", "table"] if depth else [])))
        if kind == "array":
            gaps = [" "] if inline else [" ", "\n  ", " # ] \" ' {\n"]
            gap = self.draw(st.sampled_from(gaps))
            items = [
                self.value(depth - 1, inline=inline) for _ in range(self.draw(st.integers(0, 3)))
            ]
            comma = "," if items and self.draw(st.booleans()) else ""
            return f"[{gap}" + f",{gap}".join(items) + f"{comma}{gap}]"
        if kind == "table":
            names = self.draw(st.lists(KEYS, max_size=3, unique=True))
            pairs = [f"{name} = {self.value(depth - 1, inline=True)}" for name in names]
            return "{ " + ", ".join(pairs) + " }"
        self.count += 1
        word = f"w{self.count}w"
        forms = ['"{} \\" # [ {{"', "'{} \\'", '"""{}"" \\" \'"""', "'''{}' \" '''"]
        return self.draw(st.sampled_from(forms)).format(word)

    def text(self) -> str:
        parts = []
        for table in range(self.draw(st.integers(0, 4))):
            if table:
                name = f"t{table}" + self.draw(st.sampled_from(["", '."x y"', ".z . q"]))
                twice = self.draw(st.booleans())
                header = f"[[ {name} ]]" if twice else f"[{name}] # ["
                parts += [header, *(["", header] if twice else [])]
            for name in self.draw(st.lists(KEYS, max_size=4, unique=True)):
                dotted = self.draw(st.sampled_from(["", " . sub", '."s.t"']))
                parts.append(f"  {name}{dotted} = {self.value(2)}")
            parts.append(self.draw(st.sampled_from(["", "# a = 1", "\t"])))
        return "\n".join(parts)


@st.composite
def documents(draw: st.DrawFn) -> str:
    return Writer(draw).text()


def leaves(value: Any, key: Key = ()) -> dict[Key, Any]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found: dict[Key, Any] = {}
    for name, each in inner:
        found[(*key, name)] = each
        if isinstance(each, dict | list):
            found |= leaves(each, (*key, name))
    return found


@given(documents())
@settings(max_examples=150, deadline=None)
def test_every_key_has_the_line_on_which_it_stands(text: str) -> None:
    document = read(text)
    assert document.faults == ()
    assert document.values == tomllib.loads(text)
    expected = leaves(document.values)
    assert set(document.lines) == set(expected)
    rows = text.split("\n")
    for key, value in expected.items():
        if isinstance(value, str):
            word = value[: value.rindex("w") + 1]
            assert word in rows[document.lines[key] - 1]


def test_numbers_dates_and_windows_line_ends() -> None:
    text = 'a = 1979-05-27 07:32:00 # b\nb = [1_000,\n 0xff, -inf]\nc = """\nx\n"""\nd = true'
    document = read(text.replace("\n", "\r\n"))
    assert document.values["b"][1] == 255
    assert [document.lines[key,] for key in "abcd"] == [1, 2, 4, 7]
    assert document.lines["b", 1] == 3


def test_an_unwritten_key_has_the_line_of_its_table() -> None:
    document = read("a = 1\n\n[b]\nc = 2\n")
    assert document.line_of(("b", "none", 3)) == 3
    assert document.line_of(("none",)) is None


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("a = b\n", 1, "text stands in quotes"),
        ('x = 1\na = "b\n', 2, "a quotation mark is missing"),
        ("x = 1\na =\n", 2, "this value is not valid"),
        ("a 1\n", 1, "there is no “=” after the name"),
        ("a = 1 2\n", 1, "something stands after the value"),
        ("a = 1\nb = 2\na = 3\n", 3, "stands here a second time"),
        ("[a]\nb = 1\n[a]\n", 3, "this [table] stands here a second time"),
        ("[a\nb = 1\n", 1, "a “]” is missing"),
        ("!\n", 1, "neither a setting"),
        ('a = "C:\\new folder\\x"\n', 1, "put the text in single quotes"),
        ("x = 1\na = [1,\n2\n", 2, "what begins here is not closed"),
        ("x = 1\na = [1, 2\n", 2, "what begins here is not closed"),
        ('a = """\nb\n', 1, "what begins here is not closed"),
        ('a = [1,\nb = "x"\n', 1, "what begins here is not closed, or goes wrong by line 2"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, line: int, sentence: str) -> None:
    ((at, said),) = read(text).faults
    assert (at, sentence in said) == (line, True), said


def test_mistakes_on_lines_of_their_own_are_told_together() -> None:
    document = read('a = b\nc = 1\nd = "e\nf = 2\nf = 3\n')
    assert [line for line, _ in document.faults] == [1, 3, 5]
    assert document.values == {"c": 1, "f": 2}


@pytest.mark.parametrize(
    "text", ['a = ["x" "y",\n "z",\n]\nb = 1\n', "[a\nb = 1\n", 'a = """x""" y\nb = """\nz"""\n']
)
def test_a_mistake_that_may_reach_further_leaves_no_values(text: str) -> None:
    document = read(text)
    assert [line for line, _ in document.faults] == [1]
    assert document.values == {}


@given(st.text("ab=[]{}\"'#.,\n \\1"))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_told_to_be_wrong(text: str) -> None:
    document = read(text)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert document.faults
        assert all(1 <= line <= text.count("\n") + 1 for line, _ in document.faults)
    else:
        assert (document.values, document.faults) == (values, ())
        assert set(document.lines) == set(leaves(values))


@pytest.mark.parametrize("value", ["[" * 5000 + "]" * 5000, "9" * 5000])
def test_a_value_beyond_all_measure_is_a_fault_of_its_line(value: str) -> None:
    found = read(f"a = 1\nb = {value}\nc = 2\n")
    assert [line for line, _ in found.faults] == [2]
