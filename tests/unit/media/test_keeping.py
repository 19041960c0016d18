"""What is cleaned away: only ours, only old, only what no post needs."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media import keeping
from bot.media.keeping import Swept, is_waste

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HASH = "0123456789abcdef" * 4
NAME = f"{HASH}.jpg"


def put(folder: Path, name: str, age: timedelta, content: bytes = b"bytes") -> Path:
    path = folder / name
    path.write_bytes(content)
    at = (NOW - age).timestamp()
    os.utime(path, (at, at))
    return path


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_no_post_needs_goes_when_it_is_a_day_old(tmp_path: Path) -> None:
    needed, other = f"{'a' * 64}.mp4", f"{'b' * 64}.png"
    put(tmp_path, needed, 400 * DAY)
    put(tmp_path, other, DAY - timedelta(seconds=1))
    put(tmp_path, NAME, DAY + timedelta(seconds=1))
    put(tmp_path, f"{HASH}.123.part", 2 * DAY)
    put(tmp_path, f"{'c' * 64}.123.part", timedelta(hours=1))
    assert keeping.run_once({needed}, tmp_path, NOW) == Swept(kept=3, removed=2, freed=10)
    assert left(tmp_path) == {needed, other, f"{'c' * 64}.123.part"}
    assert keeping.run_once({needed}, tmp_path, NOW).removed == 0


def test_what_is_not_ours_is_left(tmp_path: Path) -> None:
    strange = ["logo.png", f"{HASH[:-1]}.jpg", HASH, f"{HASH}.jpg.bak", "x.part", f"{HASH}.JPG"]
    for name in strange:
        put(tmp_path, name, 400 * DAY)
    (tmp_path / NAME).mkdir()
    outside = put(tmp_path.parent, "precious", 400 * DAY)
    (tmp_path / f"{'d' * 64}.jpg").symlink_to(outside)
    assert keeping.run_once((), tmp_path, NOW).removed == 0
    assert left(tmp_path) == {*strange, NAME, f"{'d' * 64}.jpg"}
    assert outside.exists()


@given(
    name=st.one_of(st.text(), st.from_regex(keeping.NAME, fullmatch=True)),
    age=st.timedeltas(timedelta(days=-9), timedelta(days=9)),
    needed=st.booleans(),
)
def test_it_never_takes_what_is_young_needed_or_not_ours(
    name: str, age: timedelta, needed: bool
) -> None:
    if is_waste(name, NOW - age, {name} if needed else (), NOW):
        assert not needed
        assert age > DAY
        assert name[:64].isalnum()
        assert "/" not in name


def test_a_file_that_is_kept_again_meanwhile_stays(tmp_path: Path) -> None:
    path = put(tmp_path, NAME, 9 * DAY)
    seen = path.lstat()
    os.utime(path)
    assert not keeping._removed(path, seen)
    assert path.exists()
    assert not keeping._removed(tmp_path / "gone", seen), "somebody else was quicker"


def test_a_folder_that_is_not_there_is_clean(tmp_path: Path) -> None:
    assert keeping.run_once((), tmp_path / "none", NOW) == Swept(0, 0, 0)


def test_a_probe_is_there_as_long_as_it_is_needed(tmp_path: Path) -> None:
    with keeping.probing(tmp_path / "new", "a word") as name:
        assert (tmp_path / "new" / name).read_bytes() == b"a word"
        assert keeping.NAME.fullmatch(name), "a crash's leftover is cleaned away"
    assert left(tmp_path / "new") == set()
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(Exception, match="nothing can be kept"),
        keeping.probing(tmp_path / "file/x", ""),
    ):
        pass
