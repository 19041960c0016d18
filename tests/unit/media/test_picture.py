"""Pictures: known by their bytes, kept once under their hash, whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from world import Site

from bot.errors import FetchError
from bot.http import Session
from bot.media import picture
from bot.model import Media

SAMPLES = {
    "image/jpeg": (b"\xff\xd8\xff\xe0", ".jpg"),
    "image/png": (b"\x89PNG\r\n\x1a\n", ".png"),
    "image/gif": (b"GIF89a", ".gif"),
    "image/webp": (b"RIFF\x10\0\0\0WEBPVP8 ", ".webp"),
}


@pytest.mark.parametrize("mime", SAMPLES)
def test_a_picture_is_known_by_its_bytes(tmp_path: Path, mime: str) -> None:
    start, suffix = SAMPLES[mime]
    content = start + b"\0" * 40
    asked = Media("image", "https://h.example/p.txt", alt="A crane.", credit="Ana", mime="text/x")
    kept = picture.keep(asked, content, tmp_path / "media")
    digest = hashlib.sha256(content).hexdigest()
    assert (kept.mime, kept.size, kept.sha256) == (mime, len(content), digest)
    assert (kept.alt, kept.credit, kept.url) == ("A crane.", "Ana", asked.url)
    assert Path(kept.path) == tmp_path / "media" / f"{digest}{suffix}"
    assert Path(kept.path).read_bytes() == content


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"<svg xmlns='x'/>", b"RIFF\x10\0\0\0WAVEfmt ", b"\xff\xd8", b"%PDF"],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(picture.NotAPicture, match=r"h\.example/p"):
        picture.keep(Media("image", "https://h.example/p"), content, tmp_path / "media")
    assert not (tmp_path / "media").exists()


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    content = SAMPLES["image/png"][0]
    paths = {
        picture.keep(Media("image", f"https://h.example/{n}"), content, tmp_path).path for n in "ab"
    }
    assert len(paths) == 1
    assert [str(path) for path in tmp_path.iterdir()] == list(paths)


def test_a_torn_file_of_a_killed_process_is_not_taken_for_the_picture(tmp_path: Path) -> None:
    content = SAMPLES["image/png"][0] + b"\0" * 9
    (tmp_path / f"{hashlib.sha256(content).hexdigest()}.77.part").write_bytes(content[:5])
    kept = picture.keep(Media("image"), content, tmp_path)
    assert Path(kept.path).read_bytes() == content


def test_a_picture_is_fetched(tmp_path: Path, site: Site, web: Session) -> None:
    site.put("/p", SAMPLES["image/gif"][0], "text/plain")
    kept = picture.take(Media("image", f"{site.url}/p"), web, tmp_path)
    assert kept.mime == "image/gif"


def test_a_picture_that_is_too_big_or_gone_is_one_sentence(
    tmp_path: Path, site: Site, web: Session
) -> None:
    site.put("/big", SAMPLES["image/gif"][0] + b"\0" * picture.MOST_BYTES, "image/gif")
    for path in ("/big", "/gone"):
        with pytest.raises(FetchError, match=path):
            picture.take(Media("image", site.url + path), web, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_the_editors_disk(tmp_path: Path) -> None:
    own = tmp_path / "own.png"
    own.write_bytes(SAMPLES["image/png"][0])
    kept = picture.read(own, tmp_path / "media", "A quay.")
    assert (kept.alt, kept.mime, kept.url) == ("A quay.", "image/png", "")
    own.unlink()
    assert Path(kept.path).exists()
    for missing in (own, tmp_path):
        with pytest.raises(picture.NotAPicture, match="cannot be read"):
            picture.read(missing, tmp_path / "media")
