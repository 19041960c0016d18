"""The studio: real processes that crash, hang, leave and are left alone."""

from __future__ import annotations

import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pictures
import pytest
from conftest import ROOT
from PIL import Image

from bot.errors import StoreError, TemplateError
from bot.media import keeping
from bot.media.base import SIZES, Card, Failure, Look, Picture, Piece, Shape, Words
from bot.media.studio import Closed, Studio

LAYOUTS = (ROOT / "templates" / "cards",)
WORDS = Words("Dockers strike for a second week", "Labour")
LOOK = Look("Harbour Post", "harbour.example")
CARD = Card("headline", Shape.WIDE, WORDS, LOOK)
#: No such colour: what nobody foresaw, as far as the process goes.
FATAL = replace(CARD, look=replace(LOOK, accent="no colour"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio for tests that break nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOT_HARBOUR_TWITTER_API_KEY", "hush")
        with Studio(tmp_path_factory.mktemp("media"), LAYOUTS) as made:
            yield made


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Studio]:
    with Studio(tmp_path / "media", LAYOUTS) as made:
        yield made


def pid(made: Studio) -> int:
    assert made._process is not None
    return made._process._child.pid


def until(true: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def alive(process: int) -> bool:
    """Whether a process runs: what has ended and was not yet asked for its code does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def with_picture(folder: Path, content: bytes) -> Card:
    path = folder / "picture"
    path.write_bytes(content)
    return replace(CARD, picture=Picture(str(path), credit="Photo: Ana Ruiz"))


# ---- what it makes


def test_four_shapes_of_one_picture(shared: Studio, tmp_path: Path) -> None:
    order = with_picture(tmp_path, pictures.rotated(6))
    made = shared.make([replace(order, shape=shape) for shape in Shape])
    for piece, shape in zip(made, Shape, strict=True):
        assert isinstance(piece, Piece)
        path = Path(piece.path)
        assert path.parent == shared.folder
        assert path.name == f"{piece.sha256}.jpg"
        assert path.stat().st_size == piece.size
        assert (piece.mime, piece.width, piece.height) == ("image/jpeg", *SIZES[shape])
        assert WORDS.headline in piece.words
        assert not piece.cut
        with Image.open(path) as image:
            assert image.size == SIZES[shape]
            assert not image.getexif()
        assert b"secret" not in path.read_bytes()
    assert all(keeping.NAME.fullmatch(path.name) for path in shared.folder.iterdir())


def test_the_same_order_is_the_same_piece(shared: Studio) -> None:
    assert shared.make([CARD, CARD]) == shared.make([CARD]) * 2


def test_nothing_ordered_starts_nothing(own: Studio) -> None:
    assert own.make([]) == []
    assert own._process is None


@pytest.mark.parametrize("name", ["svg", "1x1", "truncated", "bomb-png", "bomb-webp", "bomb-scans"])
def test_a_hostile_picture_is_a_failure_and_harms_nobody(
    shared: Studio, tmp_path: Path, name: str
) -> None:
    shared.make([CARD])
    before = pid(shared)
    [failure] = shared.make([with_picture(tmp_path, pictures.BAD[name]())])
    assert isinstance(failure, Failure)
    assert failure.code == "picture-unusable"
    assert failure.message.startswith("The picture ")
    assert pid(shared) == before
    status = Path(f"/proc/{before}/status").read_text()
    assert int(status.split("VmHWM:")[1].split()[0]) < 300_000  # kB


def test_words_that_no_font_has_are_told(shared: Studio) -> None:
    undrawable = replace(CARD, words=replace(WORDS, headline="Strike in 𒀀𒀁"))
    failure, piece = shared.make([undrawable, CARD])
    assert isinstance(failure, Failure)
    assert failure.code == "words-undrawable"
    assert "𒀀" in failure.message
    assert isinstance(piece, Piece)


def test_faults_of_the_site_are_raised(tmp_path: Path) -> None:
    (tmp_path / "quote.toml").write_text("colour = [")
    (tmp_path / "media").write_text("a file in its place")
    with Studio(tmp_path / "media", (tmp_path, *LAYOUTS)) as made:
        with pytest.raises(TemplateError, match=r"quote\.toml"):
            made.make([replace(CARD, layout="quote")])
        with pytest.raises(StoreError, match="make room there"):
            made.make([CARD])


def test_lanes_share_one_process(shared: Studio) -> None:
    orders = [replace(CARD, words=Words(f"Strike, day {day}")) for day in range(6)]
    with ThreadPoolExecutor(3) as lanes:
        made = list(lanes.map(lambda order: shared.make([order])[0], orders))
    assert [piece.words[0] for piece in made if isinstance(piece, Piece)] == [
        order.words.headline for order in orders
    ]
    assert len({piece.sha256 for piece in made if isinstance(piece, Piece)}) == 6


# ---- what it may


def test_the_process_is_modest_and_knows_no_secret(shared: Studio) -> None:
    shared.make([CARD])
    child = pid(shared)
    assert b"BOT_" not in Path(f"/proc/{child}/environ").read_bytes()
    assert os.getpriority(os.PRIO_PROCESS, child) >= 10
    limits = Path(f"/proc/{child}/limits").read_text()
    for name in ("Max address space", "Max cpu time", "Max file size", "Max core file size"):
        line = next(line for line in limits.splitlines() if line.startswith(name))
        assert line.removeprefix(name).split()[0] != "unlimited", name
    assert os.getpgid(child) == child


def test_whoever_asks_loads_no_decoder() -> None:
    code = (
        "import sys, bot.media.studio, bot.media.picture;"
        "sys.exit(str({'PIL', 'numpy', 'pyvips', 'av'} & set(sys.modules) or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr.strip() == ""


def test_started_by_hand_it_says_what_it_is() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.media._workshop"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("This draws cards and videos for the bot")


# ---- what goes wrong


def test_a_crash_costs_its_order_alone(own: Studio, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        first, broken, last = own.make([CARD, FATAL, CARD])
    assert isinstance(first, Piece)
    assert first == last
    assert isinstance(broken, Failure)
    assert broken.code == "render-failed"
    assert broken.message.endswith("broke down.")
    assert "is no colour" in caplog.text  # what it said when it ended


def test_a_kill_amid_an_order_leaves_no_part(own: Studio) -> None:
    def kill() -> None:
        until(lambda: own._process is not None)
        assert own._process is not None
        part = own.folder / f"{'0' * 64}.{own._process._mark}.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(b"half a card")
        os.kill(pid(own), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    [failure] = own.make([CARD])
    killer.join()
    assert isinstance(failure, Failure)
    assert failure.code == "render-failed"
    assert list(own.folder.iterdir()) == []


def test_a_hang_ends_at_its_deadline_and_its_picture_is_not_tried_again(
    own: Studio, tmp_path: Path
) -> None:
    order = with_picture(tmp_path, pictures.jpeg(900, 600))
    own.make([CARD])
    stopped = pid(own)
    os.kill(stopped, signal.SIGSTOP)
    begun = time.monotonic()
    hung, same = own.make([order, order], deadline=timedelta(seconds=0.3))
    assert 0.3 <= time.monotonic() - begun < 5
    assert isinstance(hung, Failure)
    assert hung.code == "render-failed"
    assert "was not done after" in hung.message
    assert same is hung
    assert not alive(stopped)
    assert own._process is None
    assert isinstance(own.make([order])[0], Piece)  # another call tries it anew


def test_a_process_that_nobody_asks_leaves_and_another_comes(tmp_path: Path) -> None:
    with Studio(tmp_path, LAYOUTS, idle=timedelta(seconds=0.2)) as made:
        [first] = made.make([CARD])
        left = pid(made)
        until(lambda: not alive(left))
        assert made.make([CARD]) == [first]
        assert pid(made) != left


def test_closed_it_makes_nothing_more_and_blames_no_picture(own: Studio) -> None:
    own.make([CARD])
    ended = pid(own)
    os.kill(ended, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as lane:
        waiting = lane.submit(own.make, [CARD])
        time.sleep(0.05)
        own.close()
        with pytest.raises(Closed):
            waiting.result(5)
    assert not alive(ended)
    with pytest.raises(Closed):
        own.make([CARD])


def test_stopped_it_lets_go_of_what_it_makes_and_can_go_on(own: Studio) -> None:
    own.make([CARD])
    ended = pid(own)
    os.kill(ended, signal.SIGSTOP)
    asked: list[bool] = []
    own.stopping = lambda: len(asked) > 1 or bool(asked.append(True))
    with pytest.raises(Closed):
        own.make([CARD])
    assert not alive(ended)
    own.stopping = lambda: False
    assert isinstance(own.make([CARD])[0], Piece)


def test_a_service_that_was_given_less_is_content_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.media._workshop import __main__ as workshop

    given = resource.RLIM_INFINITY
    monkeypatch.setattr(resource, "getrlimit", lambda what: (given, given))
    assert workshop._least(resource.RLIMIT_AS, workshop.MOST_MEMORY) == workshop.MOST_MEMORY
    given = 10**9
    assert workshop._least(resource.RLIMIT_AS, workshop.MOST_MEMORY) == given
    given = 10**10
    assert workshop._least(resource.RLIMIT_AS, workshop.MOST_MEMORY) == workshop.MOST_MEMORY


def test_it_dies_amid_its_work_with_a_daemon_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys, threading, time\n"
        "from bot.media.base import Video, Words\n"
        "from bot.media.studio import Studio\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "made = Studio(folder, [pathlib.Path(sys.argv[2])])\n"
        "threading.Thread(target=made.make, args=([Video(Words('Strike'))],)).start()\n"
        "while not list(folder.glob('*.part')): time.sleep(0.01)\n"
        "print(made._process._child.pid, flush=True)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path), str(LAYOUTS[0])]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        child = int(daemon.stdout.readline())
        assert alive(child)
        daemon.kill()
    until(lambda: not alive(child), seconds=4)
    assert not list(tmp_path.iterdir())  # a whole video takes longer than that
