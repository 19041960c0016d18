"""A teaser video of one article: its pictures, its headline, a few sentences, where to read on.

What each frame shows is `_frames`' affair; here they are encoded one after the other, as
Shorts and Reels take them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from bot.media import base
from bot.media._workshop import _sound
from bot.media._workshop._frames import Frames
from bot.media._workshop._planes import HEIGHT, WIDTH, Planes
from bot.media.storyboard import FPS

#: Quality 20 at the speed at which encoding costs least for it; a keyframe every two seconds,
#: bounded like Meta's own advice for Reels (25 Mbit/s at the most; developers.facebook.com,
#: Instagram media; read 2026-11-22). Platforms encode it anew in any case.
_X264: Final = {
    "preset": "superfast",
    "profile": "high",
    "crf": "20",
    "maxrate": "12M",
    "bufsize": "24M",
    "g": str(2 * FPS),
    "bf": "1",  # three, as usual, give no smaller file here, and hold 40 MB more
    "threads": "1",  # two and a bound on the bits give other bytes each time
}
#: The table of contents first, so that a platform can begin before it has all; and nothing
#: in the file that tells by what or where it was made.
_MP4: Final = {"movflags": "+faststart", "fflags": "+bitexact"}
_AUDIO_BITS: Final = 128_000
_AAC_FRAME: Final = 1024
_SAMPLES: Final = _sound.RATE // FPS  # in the time of one frame


def film(
    order: base.Video, to: Path, progress: Callable[[float], None] = lambda share: None
) -> tuple[float, tuple[str, ...], bool]:
    """Make the video and write it to `to`; give its seconds, the words on it, whether cut.

    1080×1920, 30 frames a second, H.264 High and AAC-LC. The same order gives the same
    bytes. A picture that is none is left out; without any, the words stand on paper.
    `progress` is told the share that is done, 0 to 1. Raises NotASound for `look.audio`.
    """
    frames = Frames(order)
    sound = _sound.bed(order.look.audio, frames.count * _SAMPLES)
    with av.open(str(to), "w", format="mp4", options=_MP4) as container:
        video, audio = _video_stream(container), _audio_stream(container)
        heard = _sound.frames(sound, _AAC_FRAME)
        for number, frame in enumerate(_painted(frames)):
            container.mux(video.encode(frame))
            # The sound keeps up, so that both lie side by side in the file.
            due = (number + 1) * _SAMPLES // _AAC_FRAME - number * _SAMPLES // _AAC_FRAME
            for part in islice(heard, due):
                container.mux(audio.encode(part))
            progress((number + 1) / frames.count)
        for last in (*heard, None):
            container.mux(audio.encode(last))
        container.mux(video.encode(None))
    return frames.count / FPS, frames.words, frames.cut


def _painted(frames: Frames) -> Iterator[av.VideoFrame]:
    for number in range(frames.count):
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        frames.paint(number, _inside(frame))
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        frame.color_range, frame.colorspace = ColorRange.MPEG, Colorspace.ITU709
        yield frame


def _inside(frame: av.VideoFrame) -> Planes:
    """The memory of a frame as arrays, so that it is painted in place."""
    planes: Any = frame.planes  # buffers, though their types do not say so
    y, u, v = (
        np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[:, : plane.width]
        for plane in planes
    )
    return Planes(y, u, v)


def _video_stream(container: av.container.OutputContainer) -> av.VideoStream:
    stream = container.add_stream("libx264", rate=FPS, options=_X264)
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    stream.time_base = Fraction(1, FPS)
    context = stream.codec_context
    context.color_range, context.colorspace = ColorRange.MPEG, Colorspace.ITU709
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    return stream


def _audio_stream(container: av.container.OutputContainer) -> av.AudioStream:
    stream = container.add_stream("aac", rate=_sound.RATE, layout="stereo")
    stream.bit_rate = _AUDIO_BITS
    return stream
