"""The sound of a teaser video: silence, or the site's own, as loud as platforms play it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, TypeAlias

import av
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray

from bot.errors import UsageError

RATE: Final = 48_000
#: Loudness in LUFS (EBU R 128) for sound under words: a little under the -14 to which
#: platforms turn down what is louder.
LOUDNESS: Final = -16.0
_PEAK: Final = -1.5  # dBFS, what AAC needs to stay below full scale
_FADES: Final = (0.5, 1.5)  # seconds in and out
_MOST_LIFT: Final = 20.0  # dB; hiss that is lifted further is no music

#: Samples from -1 to 1, shape (2, n).
Sound: TypeAlias = NDArray[np.float32]


class NotASound(UsageError):
    """The file is missing, or holds nothing that can be played."""


def bed(path: str, samples: int) -> Sound:
    """Take so many samples, from the start and over again where the file is shorter.

    Made as loud as `LOUDNESS`, faded in and out; "" gives silence. Raises NotASound.
    """
    if not path:
        return np.zeros((2, samples), np.float32)
    sound = _decoded(path, samples)
    sound = np.tile(sound, (1, math.ceil(samples / sound.shape[1])))[:, :samples]
    return _faded(sound * _gain(sound))


def loudness(sound: Sound) -> float:
    """Measure integrated loudness in LUFS (EBU R 128); -70 for silence."""
    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="fltp", layout="stereo")
    meter, sink = graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    measured = -70.0
    for at in range(0, sound.shape[1], RATE // 10):
        graph.push(_frame(sound[:, at : at + RATE // 10], at))
        for frame in _pulled(graph):
            measured = float(frame.metadata.get("lavfi.r128.I", measured))
    return measured


def frames(sound: Sound, size: int) -> Iterator[av.AudioFrame]:
    """Cut it into frames for an encoder, with their times."""
    for at in range(0, sound.shape[1], size):
        yield _frame(sound[:, at : at + size], at)


def _decoded(path: str, samples: int) -> Sound:
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
    parts: list[Sound] = []
    have = 0
    try:
        with av.open(path) as container:
            for frame in container.decode(audio=0):
                for part in resampler.resample(frame):
                    parts.append(part.to_ndarray().astype(np.float32, copy=False))
                    have += parts[-1].shape[1]
                if have >= samples:
                    break
    except (OSError, av.FFmpegError, IndexError, ValueError) as error:
        raise NotASound(f"the sound {path} cannot be played ({error}).") from None
    if not have:
        raise NotASound(f"the sound {path} cannot be played: there is none in it.")
    return np.nan_to_num(np.concatenate(parts, axis=1)[:, :samples])


def _gain(sound: Sound) -> np.float32:
    """What brings it to `LOUDNESS`, as far as its loudest sample allows."""
    lift = min(LOUDNESS - loudness(sound), _MOST_LIFT)
    peak = 20 * math.log10(max(float(np.abs(sound).max()), 1e-6))
    return np.float32(10 ** (min(lift, _PEAK - peak) / 20))


def _faded(sound: Sound) -> Sound:
    coming, going = (np.linspace(0, 1, int(RATE * seconds), dtype=np.float32) for seconds in _FADES)
    sound[:, : coming.size] *= coming
    sound[:, -going.size :] *= going[::-1]
    return sound


def _frame(sound: Sound, at: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts = RATE, at
    return frame


def _pulled(graph: Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        assert isinstance(frame, av.AudioFrame)
        yield frame
