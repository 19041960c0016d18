"""Frozen dataclasses to JSON and back.

A field that JSON does not hold takes its default, and one that the class does not
know is passed over: a row written by a neighbouring version can still be read.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


def encode(value: Any) -> Any:
    """Turn a value into what JSON can hold; a naive time raises ValueError."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: times are kept as aware UTC")
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: encode(getattr(value, field.name)) for field in fields}
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"no way to keep a {type(value).__name__} as JSON")


def decode(kind: Any, value: Any) -> Any:
    """Make a value of type `kind` from what `encode` gave."""
    return _decoder(kind)(value)


@cache
def _decoder(kind: Any) -> Callable[[Any], Any]:
    """Look at a type once; what has to be done with its values is asked for every row."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, Union):
        (one,) = (_decoder(option) for option in arguments if option is not type(None))
        return lambda value: None if value is None else one(value)
    if origin is tuple:
        item = _decoder(arguments[0])
        return lambda value: tuple(map(item, value))
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        fields = {name: _decoder(hint) for name, hint in get_type_hints(kind).items()}
        return lambda value: kind(
            **{name: field(value[name]) for name, field in fields.items() if name in value}
        )
    if isinstance(kind, type) and issubclass(kind, datetime):
        return datetime.fromisoformat
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return lambda value: value
