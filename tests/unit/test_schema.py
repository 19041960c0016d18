"""The schemas for editors: what the models say, and what real files keep to."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot import schema
from bot.platforms import base

CONFIG = Path(__file__).parents[2] / "config"
Schema = dict[str, Any]

#: What the models say, asked once: it takes a third of a second.
site, files = cache(schema.site), cache(schema.files)


def faults(value: Any, of: Schema, whole: Schema, at: str = "") -> Iterator[str]:
    """Name what of `value` is not as the schema says: the part of JSON Schema that ours uses."""
    for part in of.get("allOf", ()):
        yield from faults(value, part, whole, at)
    if "$ref" in of:
        yield from faults(value, whole["$defs"][of["$ref"].rpartition("/")[2]], whole, at)
    options = of.get("anyOf", ())
    if options and all(list(faults(value, each, whole, at)) for each in options):
        yield f"{at}: {value!r} is none of the options"
    types = {"object": dict, "array": list, "string": str, "boolean": bool}
    types |= {"integer": int, "number": (int, float)}  # type: ignore[dict-item]
    if "type" in of and not isinstance(value, types[of["type"]]):
        yield f"{at}: {value!r} is no {of['type']}"
    elif "enum" in of and value not in of["enum"]:
        yield f"{at}: {value!r} is not one of {of['enum']}"
    elif "pattern" in of and not re.search(of["pattern"], value):
        yield f"{at}: {value!r} is not like {of['pattern']}"
    elif "minimum" in of and value < of["minimum"]:
        yield f"{at}: {value!r} is too small"
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from faults(item, of.get("items", {}), whole, f"{at}[{place}]")
    if isinstance(value, dict):
        yield from _of_table(value, of, whole, at)


def _of_table(value: dict[str, Any], of: Schema, whole: Schema, at: str) -> Iterator[str]:
    known, other = of.get("properties", {}), of.get("additionalProperties", True)
    yield from (f"{at}.{name} is missing" for name in of.get("required", ()) if name not in value)
    for name, item in value.items():
        if name not in known and other is False:
            yield f"{at}.{name} is no setting"
        yield from faults(name, of.get("propertyNames", {}), whole, f"{at}.{name}")
        inner = known.get(name, other if isinstance(other, dict) else {})
        yield from faults(item, inner, whole, f"{at}.{name}")


def of_site(text: str) -> list[str]:
    whole = site()
    return list(faults(tomllib.loads(text), whole, whole))


@pytest.mark.parametrize("name", [schema.SITE_FILE, schema.BOT_FILE])
def test_the_committed_schema_is_what_the_models_say(name: str) -> None:
    written = (CONFIG / name).read_text("utf-8")
    assert written == files()[name], "write it anew: python -m bot.schema"


def test_the_sample_keeps_to_it() -> None:
    sample = (CONFIG / "sites" / "harbour.toml.example").read_text("utf-8")
    assert of_site(sample) == []


def test_the_sample_of_bot_toml_keeps_to_it() -> None:
    text = (CONFIG / "bot.toml").read_text("utf-8")
    opened = re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)
    whole = json.loads(files()[schema.BOT_FILE])
    assert "database" in tomllib.loads(opened)
    assert list(faults(tomllib.loads(opened), whole, whole)) == []


@pytest.mark.parametrize(
    "line",
    [
        'spacing = "soon"',
        'windows = ["all day"]',
        "daily_limit = 0",
        'use = "some"',
        'review = "maybe"',
        'acount = "b"',
        'settings = { page_id = "x y" }',
        'settings = { user_id = "7" }',
    ],
)
def test_an_editor_sees_a_slip(line: str) -> None:
    text = f'url = "https://harbour.example/"\n[channels.facebook]\naccount = "a"\n{line}'
    assert len(of_site(text)) == 1


@pytest.mark.parametrize("line", ['accent = "red"', 'colour = "#123456"', "logo = 7"])
def test_an_editor_sees_a_slip_in_the_look(line: str) -> None:
    assert len(of_site(f'url = "https://harbour.example/"\n[look]\n{line}')) == 1
    assert of_site('url = "https://harbour.example/"\n[look]\naccent = "#12f"') == []


def test_a_second_account_says_its_platform() -> None:
    text = 'url = "https://harbour.example/"\n[channels.archive]\naccount = "a"\n'
    assert of_site(text) == [".channels.archive.platform is missing"]
    assert of_site(text + 'platform = "x"\nwindows = ["Mon-Fri 07:30-22:00"]') == []


def test_what_the_program_fills_in_is_no_setting() -> None:
    whole = site()
    assert "id" not in whole["properties"]
    assert not {"site", "name"} & set(
        whole["properties"]["channels"]["properties"]["twitter"]["properties"]
    )


def described(of: Schema, at: str) -> Iterator[str]:
    for name, value in of.get("properties", {}).items():
        if not value.get("description"):
            yield f"{at}.{name}"
        yield from described(value, f"{at}.{name}")


@pytest.mark.parametrize("name", [schema.SITE_FILE, schema.BOT_FILE])
def test_every_setting_is_explained(name: str) -> None:
    whole = json.loads(files()[name])
    silent = [*described(whole, ""), *described({"properties": whole["$defs"]}, "")]
    silent = [each for each in silent if each.count(".") > 0 and each[1:] not in whole["$defs"]]
    assert not silent, "put a sentence under each in bot/settings.py"


def test_every_platform_has_its_own_settings() -> None:
    tables = site()["properties"]["channels"]["properties"]
    for name in base.names():
        fields = set(base.load(name).Settings.model_fields)
        assert set(tables[name]["properties"]["settings"]["properties"]) == fields


def test_defaults_are_written_as_a_person_writes_them() -> None:
    text = "".join(files().values())
    assert '"default": "24h"' in text
    assert '"default": "30s"' in text
    assert '"PT' not in text


def test_it_can_be_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import runpy

    (tmp_path / "config").mkdir()
    monkeypatch.chdir(tmp_path)
    runpy.run_path(schema.__file__, run_name="__main__")
    assert {each.name for each in (tmp_path / "config").iterdir()} == set(files())
