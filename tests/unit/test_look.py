"""What of a site's look would not be shown, said before anything is drawn."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.settings import ChannelConfig, Look, Site
from bot.teaser.look import look_faults

CARDS = Path(__file__).resolve().parents[2] / "templates" / "cards"


def of(**look: Any) -> list[str]:
    channel = ChannelConfig(site="harbour", name="first", platform="twitter", account="a")
    site = Site(
        id="harbour",
        url="https://harbour.example/",
        look=Look(**look),
        channels={"first": channel},
    )
    return look_faults(site, [CARDS])


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    path = tmp_path / "logo.png"
    Image.new("RGBA", (300, 100), (0, 0, 0, 255)).save(path)
    return path


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "theme.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\1" * 8000)
    return path


def test_a_look_of_which_everything_is_there_has_no_fault(logo: Path, sound: Path) -> None:
    assert of() == []
    assert of(font="serif", layouts={"first": "quote", "x": "text", "twitter": "headline"}) == []
    assert of(logo=str(logo), audio=str(sound), font=str(logo)) == []


@pytest.mark.parametrize("name", ["logo", "font", "audio"])
def test_a_file_that_is_not_there_is_named_with_where_it_was_looked_for(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (fault,) = of(**{name: "brand/none.png"})
    assert fault.startswith(f"{name} = “brand/none.png”")
    assert str(tmp_path) in fault
    (tmp_path / "brand").mkdir()
    assert len(of(**{name: "brand"})) == 1, "a folder is no file"


def test_a_logo_that_is_no_picture_is_a_fault(logo: Path) -> None:
    logo.write_text("<svg/>", "utf-8")
    (fault,) = of(logo=str(logo))
    assert "cannot be shown" in fault


def test_a_sound_that_is_none_is_a_fault(logo: Path) -> None:
    (fault,) = of(audio=str(logo))
    assert fault.startswith(f"audio under [look]: the sound {logo} cannot be played")


def test_layouts_that_do_not_exist_are_named_with_what_may_be_meant() -> None:
    assert len(of(layouts={"first": "quotes", "instagram": "text"})) == 2
    one, two = of(layouts={"first": "quotes", "instagram": "text"})
    assert "“quotes”; did you mean “quote”?" in one
    assert "“instagram”; there are: first, twitter, x." in two
