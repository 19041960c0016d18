"""Videos of an editor's own: known by their bytes, kept once under their hash."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.media import film


@pytest.mark.parametrize(
    ("brand", "mime", "suffix"),
    [(b"isom", "video/mp4", ".mp4"), (b"qt  ", "video/quicktime", ".mov")],
)
def test_a_video_is_kept_under_its_hash(
    tmp_path: Path, brand: bytes, mime: str, suffix: str
) -> None:
    content = b"\0\0\0\x18ftyp" + brand + b"\0" * 5000
    (tmp_path / "short.bin").write_bytes(content)
    kept = film.read(tmp_path / "short.bin", tmp_path / "media")
    digest = hashlib.sha256(content).hexdigest()
    assert (kept.kind, kept.mime, kept.size, kept.sha256) == ("video", mime, len(content), digest)
    assert Path(kept.path) == tmp_path / "media" / f"{digest}{suffix}"
    assert Path(kept.path).read_bytes() == content
    os.utime(kept.path, (1, 1))
    assert film.read(tmp_path / "short.bin", tmp_path / "media") == kept
    assert Path(kept.path).stat().st_mtime > 1_000_000, "nobody cleans it away now"
    assert len(list((tmp_path / "media").iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 a picture", b"ftypisom"])
def test_what_is_no_video_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "short.mp4").write_bytes(content)
    with pytest.raises(film.NotAVideo, match=r"short\.mp4 is no MP4 or MOV video"):
        film.read(tmp_path / "short.mp4", tmp_path / "media")


def test_a_missing_file_and_one_too_large_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(film.NotAVideo, match="cannot be read: No such file"):
        film.read(tmp_path / "none.mp4", tmp_path / "media")
    (tmp_path / "long.mp4").write_bytes(b"\0\0\0\x18ftypisom" + b"\0" * 100)
    monkeypatch.setattr(film, "MOST_BYTES", 100)
    with pytest.raises(film.NotAVideo, match="has 112 bytes; a video may have 100"):
        film.read(tmp_path / "long.mp4", tmp_path / "media")


def test_a_folder_that_takes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "short.mp4").write_bytes(b"\0\0\0\x18ftypisom")
    (tmp_path / "media").write_text("a file in the way")
    with pytest.raises(StoreError, match=r"videos cannot be kept in .*media"):
        film.read(tmp_path / "short.mp4", tmp_path / "media")
