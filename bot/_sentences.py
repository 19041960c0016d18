"""What is wrong with a value, said in sentences that an editor can act on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Key = tuple[str | int, ...]
_M = TypeVar("_M", bound=BaseModel)

_PLAIN = {
    "missing": "is missing, and nothing can stand in for it; add it.",
    "string_type": "must be text in quotes.",
    "string_too_short": "must not be empty.",
    "bool_type": "must be true or false, without quotes.",
    "int_type": "must be a whole number, without quotes.",
    "float_type": "must be a number, without quotes.",
    "tuple_type": 'must be a list, as in ["one", "two"].',
    "list_type": 'must be a list, as in ["one", "two"].',
    "mapping_type": "must be a table, as in { name = value }.",
    "dict_type": "must be a table, as in { name = value }.",
    "model_type": "must be a table with settings of its own.",
}


class Several(ValueError):
    """More than one item of a list is wrong; `parts` names them by their place."""

    def __init__(self, parts: Sequence[tuple[int, str]]) -> None:
        self.parts = tuple(parts)
        super().__init__(" ".join(sentence for _, sentence in parts))


def meant(word: str, known: Iterable[str]) -> str:
    """Propose the known word that `word` looks like: "; did you mean “review”?", or nothing."""
    plain = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), plain, 1, 0.6)
    return f"; did you mean “{plain[close[0]]}”?" if close else ""


def choice(word: str, known: Iterable[str]) -> str:
    """End a sentence about an unknown `word`: with the likely one, else with all there are."""
    known = list(known)
    return meant(word, known) or f"; there are: {', '.join(known) or 'none'}."


def check(
    model: type[_M], values: Mapping[str, Any], given: Mapping[str, Any] | None = None
) -> tuple[_M | None, list[tuple[Key, str]]]:
    """Make `model` of `values`, or say every fault and where it is.

    `given` is what the program itself puts in. Fields that the model lists as
    its `given` are no settings: a person who writes one hears that.
    """
    hidden = getattr(model, "given", ())
    settings = [name for name in model.model_fields if name not in hidden]
    faults: list[tuple[Key, str]] = [
        ((name,), _unknown(name, settings)) for name in values if name not in settings
    ]
    kept = {name: value for name, value in values.items() if name in settings}
    try:
        return model.model_validate({**kept, **(given or {})}), faults
    except ValidationError as error:
        for each in error.errors(include_url=False):
            faults += _explain(model, each)
    return None, faults


def _explain(model: type[BaseModel], error: Any) -> Iterator[tuple[Key, str]]:
    kind, loc = error["type"], error["loc"]
    cause = error.get("ctx", {}).get("error")
    name = next((part for part in reversed(loc) if isinstance(part, str)), "")
    if kind == "default_factory_not_called":
        return  # what it depends on has a fault of its own
    if kind == "extra_forbidden":
        yield loc, _unknown(name, _fields(model, loc[:-1]))
    elif name == "[key]":
        yield loc[:-1], str(cause)
    elif isinstance(cause, Several):
        for place, sentence in cause.parts:
            yield (*loc, place), f"“{name}”: {sentence}"
    else:
        sentence = str(cause) if cause else _sentence(error)
        yield loc, f"“{name}”{'' if sentence[0].islower() else ':'} {sentence}"


def _sentence(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        expected = context["expected"].replace("'", '"')
        return f"must be {expected}, not “{error['input']}”."
    if kind == "greater_than_equal":
        return f"must be at least {context['ge']}."
    if kind == "string_pattern_mismatch":
        return f"“{error['input']}” does not have the form that is needed, {context['pattern']}."
    return _PLAIN.get(kind) or f"is not right: {error['msg']}."


def _unknown(name: str, settings: Iterable[str]) -> str:
    return f"there is no setting “{name}” here{choice(name, settings)}"


def _fields(model: type[BaseModel], path: Key) -> list[str]:
    """List the settings of the table at `path` inside `model`."""
    for part in path:
        field = model.model_fields.get(str(part))
        if not field or not isinstance(field.annotation, type):
            return []
        if not issubclass(field.annotation, BaseModel):
            return []
        model = field.annotation
    return list(model.model_fields)
