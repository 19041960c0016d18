"""Which place of a picture draws the eye: a face before all, then what is sharp, bright in
colour and unlike the rest; and of two such places the one nearer to the middle.

libvips' attention crop weighs much the same, but takes the strongest single spot, often at
the rim: a helmet's edge, and not the face above it.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from PIL import Image

Focus = tuple[float, float]
Plane = np.ndarray[Any, Any]  # of float32, rows first

#: Where a subject is likely when nothing says so.
MIDDLE: Final[Focus] = (0.5, 0.4)

#: The larger side of the copy that is looked at, in pixels: 5 ms.
_LOOKED_AT: Final = 160

#: A step in brightness (0 to 1, from one pixel to the next) that counts as a full edge:
#: more is no more of a subject, or lettering and branches would win.
_EDGE: Final = 0.15

#: Skin of every tone has nearly the same share of red and of green in its light; how far it
#: strays, and how dark or light it may be.
_SKIN: Final = ((0.43, 0.045), (0.315, 0.025))
_SKIN_LIGHT: Final = (0.15, 0.95)

#: How fast a place loses weight with its distance from (0.5, 0.42), across and down.
_NEAR: Final = ((0.5, 0.42), (0.42, 0.36))


def focus_of(image: Image.Image) -> Focus:
    """Find the place (from left and top, 0 to 1) that draws the eye in an RGB picture.

    `MIDDLE` where nothing does.
    """
    scale = min(1.0, _LOOKED_AT / max(image.size))
    size = max(2, round(image.width * scale)), max(2, round(image.height * scale))
    small = image.resize(size, reducing_gap=1.0)
    pixels = np.asarray(small, dtype=np.float32) / 255
    weight = _blurred(_interest(pixels), min(size) * 0.11) * _nearness(*size)
    if float(weight.max()) < 0.005:
        return MIDDLE
    peak = (weight / weight.max()) ** 20  # the middle of the strongest place, not its one pixel
    across, down = peak.sum(axis=0), peak.sum(axis=1)
    return _middle(across), _middle(down)


def _interest(pixels: Plane) -> Plane:
    """How much each pixel is worth looking at, 0 to about 3."""
    light: Plane = pixels @ np.array([0.3, 0.59, 0.11], dtype=np.float32)
    down, across = np.gradient(light)
    edges = np.minimum(np.hypot(across, down), _EDGE) / _EDGE
    detail = _blurred(edges, min(light.shape) * 0.04)
    colour = pixels.max(axis=2) - pixels.min(axis=2)
    unlike = np.linalg.norm(pixels - pixels.mean(axis=(0, 1)), axis=2)
    worth: Plane = detail * (0.5 + colour + 0.6 * unlike)
    worth += 0.9 * _skin(pixels, light) * np.minimum(1, 2.5 * detail)  # bare walls are no faces
    return worth


def _skin(pixels: Plane, light: Plane) -> Plane:
    whole = pixels.sum(axis=2) + 0.001
    far: Any = 0
    for band, (usual, stray) in enumerate(_SKIN):
        far = far + ((pixels[..., band] / whole - usual) / stray) ** 2
    seen = (light > _SKIN_LIGHT[0]) & (light < _SKIN_LIGHT[1])
    return np.where(seen, np.exp(-far / 2), 0).astype(np.float32)


def _nearness(width: int, height: int) -> Plane:
    bells = []
    for count, usual, stray in zip((width, height), *_NEAR, strict=True):
        at = (np.arange(count, dtype=np.float32) + 0.5) / count
        bells.append(np.exp(-(((at - usual) / stray) ** 2) / 2))
    return np.outer(bells[1], bells[0]).astype(np.float32)


def _blurred(plane: Plane, radius: float) -> Plane:
    """Mean over a square, twice in each direction; beyond the rim there is nothing."""
    reach = max(1, int(radius))
    for axis in (0, 1, 0, 1):
        count = plane.shape[axis]
        sums = np.insert(np.cumsum(plane, axis=axis, dtype=np.float64), 0, 0, axis=axis)
        last = np.minimum(np.arange(count) + reach + 1, count)
        first = np.maximum(np.arange(count) - reach, 0)
        total = np.take(sums, last, axis) - np.take(sums, first, axis)
        plane = (total / (2 * reach + 1)).astype(np.float32)
    return plane


def _middle(weights: Plane) -> float:
    at = (np.arange(len(weights)) + 0.5) / len(weights)
    return float((weights * at).sum() / weights.sum())
