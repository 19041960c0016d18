"""What an MP4 file is: its atoms read by hand, its streams by a decoder."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

#: Atoms that hold atoms, and how many bytes stand before the first of them.
_HOLD = {
    b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0, b"stsd": 8, b"avc1": 78,
    b"udta": 0, b"edts": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Probe:
    """All that a platform looks at; times in seconds."""

    atoms: tuple[str, ...]  # of the file itself, in their order
    size: int  # bytes
    codec: str
    profile: int  # as avcC says: 100 is High
    level: int
    nclx: tuple[int, int, int, int]  # as colr says: primaries, transfer, matrix, full range
    pixels: str
    width: int
    height: int
    rate: float
    frames: int
    seconds: float
    keyframes: tuple[float, ...]
    interlaced: bool
    audio_codec: str
    audio_profile: str
    audio_rate: int
    audio_channels: int
    audio_seconds: float
    metadata: dict[str, str]


def probe(path: Path) -> Probe:
    """Read the whole file; raises where it is no MP4 with one video and one sound."""
    content = path.read_bytes()
    found = dict(_walk(content))
    (avcc,), (colr,) = found[b"avcC"], found[b"colr"]
    assert colr[:4] == b"nclx"
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        packets = [packet for packet in container.demux(video) if packet.pts is not None]
        keys = sorted(float(p.pts * p.time_base) for p in packets if p.is_keyframe)
        container.seek(0)
        first = next(container.decode(video))
        return Probe(
            atoms=tuple(name.decode() for name, _ in _atoms(content)),
            size=len(content),
            codec=video.codec_context.name,
            profile=avcc[1],
            level=avcc[3],
            nclx=(*struct.unpack(">HHH", colr[4:10]), colr[10] >> 7),
            pixels=first.format.name,
            width=first.width,
            height=first.height,
            rate=float(video.average_rate),
            frames=len(packets),
            seconds=float(video.duration * video.time_base),
            keyframes=tuple(keys),
            interlaced=first.interlaced_frame,
            audio_codec=audio.codec_context.name,
            audio_profile=audio.codec_context.profile or "",
            audio_rate=audio.codec_context.sample_rate,
            audio_channels=audio.codec_context.channels,
            audio_seconds=float(audio.duration * audio.time_base),
            metadata={**container.metadata, **video.metadata, **audio.metadata},
        )


def still(path: Path, second: float) -> np.ndarray:
    """Decode the frame at that time as RGB (height, width, 3)."""
    with av.open(str(path)) as container:
        container.seek(int(second * 1e6))
        for frame in container.decode(video=0):
            if frame.time >= second - 1e-6:
                return frame.to_ndarray(format="rgb24")
    raise AssertionError(f"there is no frame at {second} s")


def heard(path: Path) -> np.ndarray:
    """Decode the sound as (channels, samples), -1 to 1."""
    with av.open(str(path)) as container:
        return np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=1)


def _walk(content: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
    """Every atom's name and contents, those of the same name together."""
    found: dict[bytes, list[bytes]] = {}

    def into(body: bytes) -> None:
        for name, inside in _atoms(body):
            found.setdefault(name, []).append(inside)
            if name in _HOLD:
                into(inside[_HOLD[name] :])

    into(content)
    yield from found.items()


def _atoms(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(content):
        size, name = struct.unpack(">I4s", content[at : at + 8])
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", content[at + 8 : at + 16])[0], 16
        size = size or len(content) - at
        assert size >= head, f"an atom {name!r} of {size} bytes"
        yield name, content[at + head : at + size]
        at += size
