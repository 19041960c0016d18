"""A teaser video made frame by frame, against encoding the same frames made beforehand.

The floor reads its frames from a file on disk (three megabytes each); what reading alone
takes is measured as well, and taken off. Each run is a process of its own, so that its
peak memory is its own too.
"""

from __future__ import annotations

import hashlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

ROUNDS = 3
AT_MOST = 1.3  # times the floor
MEMORY = 300  # MB


def order(folder: Path, how_many: int):  # type: ignore[no-untyped-def]
    import pictures
    from PIL import Image

    from bot.media.base import Look, Picture, Video, Words

    shown = []
    for number in range(how_many):
        path = folder / f"{number}.jpg"
        if not path.exists():
            grain = pictures.photo(2400, 1600, "noise", seed=number)
            image = pictures.photo(2400, 1600, "person", seed=number + 1)
            # A photograph has texture everywhere, which costs an encoder most of its time.
            path.write_bytes(pictures.encoded(Image.blend(image, grain, 0.12), quality=88))
        shown.append(Picture(str(path), focus=(0.6, 0.4), credit="Photo: Ana Ruiz"))
    return Video(
        Words("Dockers walk out after third week of talks over night shifts", "Labour"),
        ("The strike stops all container traffic in the port until Friday.",),
        Look(name="Harbour Post", domain="harbour.example"),
        tuple(shown),
    )


def stream(folder: Path, how_many: int) -> None:
    from bot.media._workshop import video

    video.film(order(folder, how_many), folder / "stream.mp4")


def prepare(folder: Path, how_many: int) -> None:
    """Paint every frame into one file."""
    from bot.media._workshop._frames import Frames
    from bot.media._workshop._planes import Planes

    frames, planes = Frames(order(folder, how_many)), Planes.empty()
    with (folder / "frames.yuv").open("wb") as file:
        for number in range(frames.count):
            frames.paint(number, planes)
            for plane in planes:
                file.write(plane)


def raw(folder: Path) -> Iterator[object]:
    import av

    from bot.media._workshop import video
    from bot.media._workshop._planes import HEIGHT, WIDTH, Planes

    with (folder / "frames.yuv").open("rb", buffering=0) as file:
        number, made = 0, Planes.empty()
        while True:
            for plane in made:
                if not file.readinto(plane):
                    return
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            video._inside(frame).copy_from(made)
            frame.pts, frame.time_base = number, Fraction(1, 30)
            number += 1
            yield frame


def read(folder: Path, how_many: int) -> None:
    for _ in raw(folder):
        pass


def encode(folder: Path, how_many: int) -> None:
    import av

    from bot.media._workshop import _sound, video

    with av.open(str(folder / "floor.mp4"), "w", format="mp4", options=video._MP4) as container:
        into, sound = video._video_stream(container), video._audio_stream(container)
        samples = 0
        for frame in raw(folder):
            container.mux(into.encode(frame))
            samples += video._SAMPLES
        for part in _sound.frames(_sound.bed("", samples), 1024):
            container.mux(sound.encode(part))
        container.mux(into.encode(None))
        container.mux(sound.encode(None))


def child(what: str, folder: Path, how_many: int) -> dict[str, float]:
    command = [sys.executable, __file__, what, str(folder), str(how_many)]
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout) | {"wall": time.perf_counter() - begun}


def measure(folder: Path, how_many: int) -> bool:
    child("prepare", folder, how_many)
    ratios, rows, digests = [], [], set()
    for _ in range(ROUNDS):
        runs = {what: child(what, folder, how_many) for what in ("encode", "read", "stream")}
        floor = runs["encode"]["cpu"] - runs["read"]["cpu"]
        ratios.append(runs["stream"]["cpu"] / floor)
        rows.append((runs["stream"], floor))
        digests.add(hashlib.sha256((folder / "stream.mp4").read_bytes()).hexdigest())
    ratio = statistics.median(ratios)
    ours = statistics.median(row[0]["cpu"] for row in rows)
    wall = statistics.median(row[0]["wall"] for row in rows)
    floor = statistics.median(row[1] for row in rows)
    memory = max(row[0]["memory"] for row in rows)
    size = (folder / "stream.mp4").stat().st_size / 1e6
    fine = ratio <= AT_MOST and memory <= MEMORY and len(digests) == 1
    print(
        f"  {how_many} picture(s)  {ours:5.2f} s CPU, {wall:5.2f} s wall   floor {floor:5.2f} s"
        f"   {ratio:.2f}x (at most {AT_MOST})   {memory:.0f} MB (at most {MEMORY})"
        f"   {size:.1f} MB of file, {'the same each time' if len(digests) == 1 else 'NOT THE SAME'}"
    )
    return fine


def main() -> int:
    if len(sys.argv) == 4:
        import av  # noqa: F401  loaded by all, and in nobody's time

        from bot.media._workshop import video  # noqa: F401

        begun = time.process_time()
        globals()[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
        used = time.process_time() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"cpu": used, "memory": peak}))
        return 0
    print(f"a teaser video, 1080x1920, superfast crf 20 (median of {ROUNDS}, each in a process)")
    fine = True
    for how_many in (1, 4):
        with tempfile.TemporaryDirectory() as folder:
            fine = measure(Path(folder), how_many) and fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
