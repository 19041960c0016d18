"""The settings as JSON Schema, so that an editor completes and checks a file as it is written.

`config/site.schema.json` and `config/bot.schema.json` are made of the models in
`settings` and of each platform's own: after a change there, write them anew with
``python -m bot.schema``. A file names its schema in its first line
(``#:schema ../site.schema.json``), which Taplo and Even Better TOML understand.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from bot.hours import Windows, shown_duration
from bot.model import PLATFORM_ALIASES, Kind
from bot.platforms import base
from bot.settings import Bot, ChannelConfig, Review, Site

Schema = dict[str, Any]

#: What Taplo reads (https://taplo.tamasfe.dev/configuration/directives.html, read 2026-11-22).
DIALECT: Final = "http://json-schema.org/draft-07/schema#"
SITE_FILE: Final = "site.schema.json"
BOT_FILE: Final = "bot.schema.json"
NAME: Final = "^[a-z][a-z0-9]*$"


def files() -> dict[str, str]:
    """Give the text of each schema by the name of its file."""
    made = {SITE_FILE: site(), BOT_FILE: _closed(Bot, "bot.toml: what holds for the whole bot.")}
    return {
        name: json.dumps(each, indent=1, ensure_ascii=False) + "\n" for name, each in made.items()
    }


def site() -> Schema:
    """Describe `sites/NAME.toml`, with each platform's own `settings`."""
    whole = _closed(Site, "sites/NAME.toml: a publication, its sources and its channels.")
    shared: Schema = whole.setdefault("$defs", {})
    shared.pop("ChannelConfig", None)
    whole["properties"]["kinds"]["propertyNames"] = {"enum": [str(kind) for kind in Kind]}
    channels = {name: _channel(shared, base.load(name).Settings) for name in base.names()}
    aliases = {alias: channels[name] for alias, name in PLATFORM_ALIASES.items()}
    names = [*base.names(), *PLATFORM_ALIASES]
    other = _channel(shared, None)
    other["properties"]["platform"]["enum"] = names
    whole["properties"]["channels"] |= {
        "propertyNames": {"pattern": NAME},
        "properties": channels | aliases,
        "additionalProperties": other,
    }
    return whole


def _channel(shared: Schema, own: type[BaseModel] | None) -> Schema:
    """Describe a channel whose `settings` are those of the model `own`."""
    table = _closed(ChannelConfig)
    shared |= table.pop("$defs", {})
    table.pop("$schema")
    settings: Schema = {"type": "object"} if own is None else _closed(own)
    settings.pop("$schema", None)
    words = table["properties"]["settings"].get("description", "")
    table["properties"]["settings"] = settings | {"description": words}
    table["required"] = ["account"] if own else ["platform", "account"]
    return table


class _Written(GenerateJsonSchema):
    """Defaults as a person writes them in the file."""

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, timedelta):
            return shown_duration(dft)
        if isinstance(dft, Windows):
            return [str(window) for window in dft.spans]
        if isinstance(dft, Review | ZoneInfo):
            return str(dft)
        if isinstance(dft, BaseModel):
            return None  # its own settings say theirs
        return super().encode_default(dft)


def _closed(model: type[BaseModel], title: str = "") -> Schema:
    """Describe a model and those inside it, without what the program fills in itself."""
    raw = model.model_json_schema(schema_generator=_Written)
    inside = raw.pop("$defs", {})
    for each in _models(model):
        table, words = inside.get(each.__name__, raw), _words(each)
        table.pop("title", None)
        table["properties"] = {
            name: _setting(value, words.get(name, ""))
            for name, value in table["properties"].items()
            if name not in getattr(each, "given", ())
        }
        if "required" in table:
            table["required"] = [name for name in table["required"] if name in table["properties"]]
    raw |= {"title": title} if title else {}
    return {"$schema": DIALECT, **raw, **({"$defs": inside} if inside else {})}


def _setting(value: Schema, words: str) -> Schema:
    """Describe one setting: TOML knows no null, and what stands beside a $ref is not read."""
    value.pop("title", None)
    options = [each for each in value.get("anyOf", ()) if each != {"type": "null"}]
    if len(options) == 1:
        value = {**options[0], **{key: of for key, of in value.items() if key != "anyOf"}}
    if "$ref" in value:
        value = {"allOf": [{"$ref": value.pop("$ref")}]}
    if value.get("default") in (None, "", []):
        value.pop("default", None)  # left out is left out
    return {"description": words, **value} if words else value


def _models(model: type[BaseModel]) -> list[type[BaseModel]]:
    """List a model and every model that is the type of one of its settings."""
    found = [model]
    for field in model.model_fields.values():
        for each in (field.annotation, *get_args(field.annotation)):
            if isinstance(each, type) and issubclass(each, BaseModel):
                found += _models(each)
    return found


def _words(model: type[BaseModel]) -> dict[str, str]:
    """Read the sentence that stands under each setting of a model and of what it extends."""
    words: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if not issubclass(each, BaseModel) or each is BaseModel:
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(each))).body[0]
        assert isinstance(body, ast.ClassDef)
        for one, after in pairwise(body.body):
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                said = after.value if isinstance(after, ast.Expr) else None
                if isinstance(said, ast.Constant) and isinstance(said.value, str):
                    words[one.target.id] = " ".join(said.value.split())
    return words


if __name__ == "__main__":
    for name, text in files().items():
        Path("config", name).write_text(text, "utf-8")
