"""What a view looks like, whatever the light: where its edges are and which way they run."""

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from .contrast import log_light

_LONG_SIDE = 96  # of a sketch
_FLOOR = 6.0  # levels of log light a pixel: an edge that is as plain counts by half
_TOLERANCE = 0.02  # of each side: as far as wind shakes a mast
_ROLLS = (-24, -18, -12, -6, 6, 12, 18, 24)  # degrees; between them, a match is still half as good
# Measured on 17 recordings, against themselves at other times and against each other: the same view
# has 0.53 to 0.99, with half of it hidden 0.17 to 0.61, and another 0.12 at most. Turned by 5 % of
# its width, it has 0.56 of its best match at most, a street from straight above apart: 0.73.
_PLAINLY_SAME, _SAME, _OTHER = 0.6, 0.3, 0.13
_SHIFTED = 0.75  # of the best match: below, it is not as it stands that the views are alike
_LEAST_STRUCTURE = 0.002  # mean square: a street from above has 0.01, others 0.1 to 0.4
_DARK = 77.0  # levels of log light, grey 30: what can be seen of a view by night is another thing

Sketch = NDArray[np.float32]  # (h, w, 2): what `sketch_of` makes


class Likeness(Enum):
    """Whether two views are one."""

    SAME = "same"
    OTHER = "other"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewMatch:
    """How alike two views are, from 0 (as by chance) to 1: as they stand, and shifted at best."""

    here: float
    best: float


def small_plane(luma: NDArray[np.uint8], size: tuple[int, int]) -> MatLike:
    """Log light of a grey plane (h, w, uint8) of any size; small, in the shape of the picture.

    `size` is width and height of the picture in pixels.
    """
    scale = _LONG_SIDE / max(size)
    small = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    return log_light(cv2.resize(luma, small, interpolation=cv2.INTER_AREA))


def sketch_of(plane: MatLike) -> Sketch:
    """Edges as vectors: length 0 to 1, how plain; direction, at twice the angle of the edge.

    So light on dark and dark on light are the same edge.
    """
    smooth = cv2.GaussianBlur(plane.astype(np.float32), (0, 0), 1.0)
    x = cv2.Scharr(smooth, cv2.CV_32F, 1, 0, scale=1 / 32)
    y = cv2.Scharr(smooth, cv2.CV_32F, 0, 1, scale=1 / 32)
    x2, y2 = x * x, y * y
    plain = x2 + y2 + _FLOOR**2
    return np.asarray(cv2.merge(((x2 - y2) / plain, 2 * x * y / plain)), np.float32)


def likeness(known: Sketch, plane: MatLike) -> Likeness:
    """Whether a plane of log light shows the view that is known."""
    seen = sketch_of(plane)
    if known.shape != seen.shape or not has_structure(seen):
        return Likeness.UNSURE
    found = match(known, seen)
    best = found.best
    if found.here < _PLAINLY_SAME:
        best = max(best, *(match(rolled(known, angle), seen).best for angle in _ROLLS))
    if best >= _SAME:
        return Likeness.SAME if found.here >= _SHIFTED * best else Likeness.OTHER
    if found.here < _OTHER and plane.mean() >= _DARK:
        return Likeness.OTHER
    return Likeness.UNSURE


def has_structure(sketch: Sketch) -> bool:
    """Whether there is enough to know a view by."""
    height, width = sketch.shape[:2]
    return bool(_length(sketch) ** 2 >= _LEAST_STRUCTURE * height * width)


def match(known: Sketch, seen: Sketch) -> ViewMatch:
    """Compare two sketches of one shape, by correlation over all shifts at once."""
    flags = cv2.DFT_COMPLEX_OUTPUT
    cross = cv2.mulSpectrums(cv2.dft(seen, flags=flags), cv2.dft(known, flags=flags), 0, conjB=True)
    cross[0, 0] = 0.0  # that edges run along and across, as in any house, says nothing
    shifts = cv2.idft(cross, flags=cv2.DFT_SCALE)[..., 0]
    surface = shifts / max(_length(known) * _length(seen), 1e-9)
    rows, columns = (max(1, round(_TOLERANCE * side)) for side in surface.shape)
    near = np.roll(surface, (rows, columns), (0, 1))[: 2 * rows + 1, : 2 * columns + 1]
    return ViewMatch(here=float(near.max()), best=float(surface.max()))


def rolled(sketch: Sketch, degrees: float) -> Sketch:
    """The sketch of the view by a camera that leans over."""
    height, width = sketch.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    turned = cv2.warpAffine(sketch, turn, (width, height))
    twice = np.deg2rad(-2 * degrees)  # OpenCV turns against the clock, where y points down
    sine, cosine = np.sin(twice), np.cos(twice)
    return np.asarray(cv2.transform(turned, np.array([[cosine, -sine], [sine, cosine]])))


def _length(sketch: Sketch) -> float:
    return float(cv2.norm(sketch))
