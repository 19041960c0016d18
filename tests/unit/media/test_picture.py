"""Pictures: known by their bytes, kept once under their hash, whole or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pictures
import pytest
from world import Site

from bot.errors import FetchError, StoreError
from bot.http import Session
from bot.media import picture
from bot.model import Media

SAMPLES = {
    "image/jpeg": (b"\xff\xd8\xff\xe0", ".jpg"),
    "image/png": (b"\x89PNG\r\n\x1a\n", ".png"),
    "image/gif": (b"GIF89a", ".gif"),
    "image/webp": (b"RIFF\x10\0\0\0WEBPVP8 ", ".webp"),
    "image/avif": (b"\0\0\0\x1cftypavif\0\0\0\0mif1avifmiaf", ".avif"),
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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pictures.SVG, "is an SVG drawing: give a JPEG or PNG of it."),
        (b"<svg viewBox='0 0 1 1'/>", "is an SVG drawing"),
        (b"\xef\xbb\xbf\n<!-- made by hand --><svg/>", "is an SVG drawing"),
        (b"<html><body><svg/></body></html>", "is a web page"),
        (b"<!DOCTYPE html><title>Log in</title>", "is a web page"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "is a HEIC picture"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "is a HEIC picture"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "is a video"),
        (b"II*\0\x08\0\0\0", "the web does not show"),
        (b"", "is empty"),
        (b"hello", "is no JPEG, PNG, GIF, WebP or AVIF picture."),
    ],
)
def test_the_sentence_says_what_it_is(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(picture.NotAPicture) as caught:
        picture.keep(Media("image", "https://h.example/p"), content, tmp_path)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", pictures.GOOD)
def test_what_can_be_opened_is_kept(tmp_path: Path, name: str) -> None:
    kept = picture.keep(Media("image"), pictures.GOOD[name](), tmp_path)
    assert Path(kept.path).suffix in {".jpg", ".png", ".gif", ".webp", ".avif"}


def test_who_keeps_it_again_makes_it_young(tmp_path: Path) -> None:
    content = SAMPLES["image/png"][0]
    path = Path(picture.keep(Media("image"), content, tmp_path).path)
    os.utime(path, (1, 1))
    picture.keep(Media("image"), content, tmp_path)
    assert path.stat().st_mtime > 1_000_000


def test_a_folder_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file in its place")
    with pytest.raises(StoreError, match="make room there"):
        picture.keep(Media("image"), SAMPLES["image/png"][0], tmp_path / "media")


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


def test_what_a_power_cut_left_without_its_bytes_is_kept_anew(tmp_path: Path) -> None:
    content = SAMPLES["image/png"][0]
    path = Path(picture.keep(Media("image"), content, tmp_path).path)
    path.write_bytes(b"")
    picture.keep(Media("image"), content, tmp_path)
    assert path.read_bytes() == content


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
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.write(SAMPLES["image/png"][0])
        file.truncate(picture.MOST_BYTES + 1)
    with pytest.raises(picture.NotAPicture, match="more than 20 MB"):
        picture.read(large, tmp_path / "media")
    for missing in (own, tmp_path):
        with pytest.raises(picture.NotAPicture, match="cannot be read"):
            picture.read(missing, tmp_path / "media")
