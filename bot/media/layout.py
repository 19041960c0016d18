"""How a card is laid out: files that a designer changes, read and checked.

`templates/cards/NAME.toml` says for each shape where words may stand and how they are
set. What stands above the first shape in a file holds for all four; a shape says only
what differs. Words stand in up to three columns (`head`, `words`, `foot`), each a box
with rows from top to bottom, so that no two of them can meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot import _toml_lines
from bot._sentences import check, choice
from bot.errors import TemplateError
from bot.media.base import SIZES, Shape

#: Left, top, right and bottom in pixels.
Box = tuple[int, int, int, int]
Name = Literal[
    "rule", "line", "mark", "kicker", "headline", "dek", "speaker", "site", "domain", "credit"
]
Stand = Literal["top", "middle", "bottom"]

COLUMNS: Final = ("head", "words", "foot")
#: At the size of a phone, 390 of 1080 pixels, this is 8 px: the least that can be read.
LEAST: Final = 22


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Type(_Part):
    """How one kind of words is set; sizes in pixels of the card."""

    size: Annotated[int, Field(ge=LEAST, le=600)]
    smallest: Annotated[int, Field(ge=LEAST)] = 0  # down to which long words shrink; 0: size
    weight: Annotated[int, Field(ge=100, le=900)] = 700
    line: Annotated[float, Field(ge=0.8, le=2)] = 1.1  # from line to line, of the size
    lines: Annotated[int, Field(ge=1)] = 1  # at most
    tracking: float = 0.0  # between letters, of the size
    capitals: bool = False
    family: Literal["", "sans", "serif"] = ""  # "": the site's own font
    above: Annotated[int, Field(ge=0)] = 0  # clear pixels above it, where something stands there
    colour: Literal["ink", "accent"] = "ink"
    height: Annotated[int, Field(ge=0)] = 0  # of a logo, in the place of the site's name

    @property
    def least(self) -> int:
        """The smallest size at which these words are still set."""
        return min(self.smallest or self.size, self.size)


class Rule(_Part):
    """A bar in a colour; never wider than its column."""

    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]
    above: Annotated[int, Field(ge=0)] = 0
    colour: Literal["ink", "accent"] = "accent"


class Column(_Part):
    """Where words may stand, one row below the other."""

    box: Annotated[tuple[int, ...], Field(min_length=4, max_length=4, strict=False)]
    stand: Stand = "top"  # where in the box, when they do not fill it
    on_paper: Stand | None = None  # the same where there is no picture; left out: as `stand`
    rows: Annotated[
        tuple[Annotated[tuple[Name, ...], Field(strict=False)], ...], Field(strict=False)
    ]
    shade: Annotated[int, Field(ge=1)] = 160  # px in which the shade behind them fades out

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the box."""
        return self.box[2] - self.box[0], self.box[3] - self.box[1]


class Sheet(_Part):
    """One layout in one shape."""

    ground: Literal["picture", "paper"]
    safe: Annotated[tuple[int, ...], Field(min_length=4, max_length=4, strict=False)]
    #: Width by height, least and most, in which a picture that must stay whole may be shown.
    proportions: Annotated[tuple[float, ...], Field(min_length=2, max_length=2, strict=False)] = (
        0.8,
        1.91,
    )
    #: Where the picture stands beside the words; None: behind them, over the whole card.
    picture: Annotated[tuple[int, ...] | None, Field(min_length=4, max_length=4, strict=False)] = (
        None
    )
    head: Column | None = None
    words: Column | None = None
    foot: Column | None = None
    rule: Rule | None = None
    line: Rule | None = None
    mark: Type | None = None
    kicker: Type | None = None
    headline: Type | None = None
    dek: Type | None = None
    speaker: Type | None = None
    site: Type | None = None
    domain: Type | None = None
    credit: Type | None = None

    @property
    def columns(self) -> dict[str, Column]:
        """The columns that there are, by name, from top to bottom."""
        return {name: column for name in COLUMNS if (column := getattr(self, name))}

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that may stand on the card, in the order of reading."""
        rows = (row for column in self.columns.values() for row in column.rows)
        return tuple(name for row in rows for name in row)

    @property
    def on_paper(self) -> Sheet:
        """The same without a picture: columns stand where they say for that, and reach as
        far to the side as the picture leaves free."""
        moved: dict[str, object] = {"picture": None}
        for name, column in self.columns.items():
            left, top, right, bottom = column.box
            wider = (left, top, self.safe[2] if self.picture else right, bottom)
            stand = column.on_paper or column.stand
            moved[name] = column.model_copy(update={"stand": stand, "box": wider})
        return self.model_copy(update=moved)

    def placed(self, box: Sequence[int], *, rtl: bool) -> Box:
        """A box of the file; on the other side where words begin at the right (`rtl`)."""
        left, top, right, bottom = box
        sides = self.safe[0] + self.safe[2]
        return (sides - right, top, sides - left, bottom) if rtl else (left, top, right, bottom)

    @model_validator(mode="after")
    def _hangs_together(self) -> Sheet:
        for fault in _faults(self):
            raise ValueError(fault)
        return self


def _faults(sheet: Sheet) -> Iterator[str]:
    """Say what of a sheet cannot be drawn, though each number alone is right."""
    boxes = {name: column.box for name, column in sheet.columns.items()}
    for name, box in boxes.items():
        if box[0] >= box[2] or box[1] >= box[3]:
            yield f"“{name}.box” is left, top, right and bottom, so the last two are the larger."
        if not _within(box, sheet.safe):
            yield f"“{name}.box” reaches out of “safe”, {list(sheet.safe)}; words there are hidden."
        for other, taken in boxes.items():
            if other < name and _meet(box, taken):
                yield f"“{name}.box” and “{other}.box” overlap; move one of the two."
        if sheet.picture and box[2] > sheet.picture[0]:
            yield f"“{name}.box” reaches into “picture”, which stands to the right of all words."
    for name in sheet.names:
        if getattr(sheet, name) is None:
            yield f"“rows” names {name}, but there is no table [{name}] that says how it is set."
        if sheet.names.count(name) > 1:
            yield f"“rows” names {name} twice; keep one of the two."


def _within(box: Sequence[int], outer: Sequence[int]) -> bool:
    return box[0] >= outer[0] and box[1] >= outer[1] and box[2] <= outer[2] and box[3] <= outer[3]


def _meet(one: Sequence[int], two: Sequence[int]) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


# ------------------------------------------------------------------------------ files


def load(name: str, shape: Shape, folders: Iterable[Path]) -> Sheet:
    """Read the layout `name` in one shape from the first folder that has it.

    Raises TemplateError with file, line and field where it is missing or wrong.
    """
    folders = list(folders)
    for folder in folders:
        path = folder / f"{name}.toml"
        try:
            return _sheet(path, shape, path.stat().st_mtime_ns)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise TemplateError(str(path), None, f"cannot be read: {error.strerror}.") from None
    known = choice(name, names(folders))
    raise TemplateError(f"{name}.toml", None, f"there is no such layout{known}")


def names(folders: Iterable[Path]) -> tuple[str, ...]:
    """Name the layouts that there are."""
    return tuple(sorted({path.stem for folder in folders for path in folder.glob("*.toml")}))


@lru_cache(maxsize=64)
def _sheet(path: Path, shape: Shape, _changed: int) -> Sheet:
    try:
        document = _toml_lines.read(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise TemplateError(str(path), None, "this is not UTF-8; save the file as UTF-8.") from None
    for torn, message in document.faults:
        raise TemplateError(str(path), torn, message)
    tables = {each.value for each in Shape}
    shared = {key: value for key, value in document.values.items() if key not in tables}
    own = document.values.get(shape.value)
    if not isinstance(own, dict):
        raise TemplateError(str(path), None, f"there is no table [{shape}] with its places.")
    sheet, faults = check(Sheet, _over(shared, own))
    # A misspelt setting is often the one that is missing too: it is told first.
    for key, message in sorted(faults, key=lambda fault: "is missing" in fault[1]):
        here = document.lines.get((shape.value, *key)) or document.line_of(key)
        line = here or document.line_of((shape.value,))
        raise TemplateError(str(path), line, f"in the shape “{shape}”, {_named(key, message)}")
    assert sheet is not None
    if not _within(sheet.safe, (0, 0, *SIZES[shape])):
        line = document.line_of((shape.value, "safe"))
        raise TemplateError(str(path), line, f"in the shape “{shape}”, “safe” leaves the card.")
    return sheet


def _named(key: tuple[str | int, ...], message: str) -> str:
    """Say of an unknown setting which ones there are in its table."""
    if not message.startswith("there is no setting") or len(key) != 2:
        return message
    part = Column if key[0] in COLUMNS else Rule if key[0] in ("rule", "line") else Type
    known = choice(str(key[1]), part.model_fields)
    return f"there is no setting “{key[1]}” in [{key[0]}]{known}"


def _over(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Put the tables of a shape over those that all shapes share, setting by setting."""
    merged = dict(shared)
    for key, value in own.items():
        below = merged.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        merged[key] = {**below, **value} if both and below else value
    return merged


def check_logo(path: str) -> str:
    """Say in one sentence what is wrong with a site's logo; "" for nothing."""
    from bot.media import _kind
    from bot.media._workshop import _logo  # Pillow is loaded for a check alone

    try:
        _logo.open_logo(path)
    except _kind.NotAPicture as error:
        return str(error)
    return ""


def check_sound(path: str) -> str:
    """Say in one sentence what is wrong with a site's sound; "" for nothing."""
    from bot.media._workshop import _sound  # PyAV is loaded for a check alone

    try:
        _sound.bed(path, 10 * _sound.RATE)  # as for the shortest video
    except _sound.NotASound as error:
        return str(error)
    return ""
