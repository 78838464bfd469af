"""Swaying things: what stands out only because the background itself has moved a little.

Whatever comes into a picture shows something that was not there. Leaves, balloons, a line of
washing or a knocked camera show the same things a little aside.
"""

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from .blobs import Blobs

_REACH = 4  # pixels, of about 160 across: as far as things that are fixed somewhere swing
_EXPLAINED = 0.4  # of the difference may be left where a displacement explains it
_PLAIN = 40  # levels of difference; what is fainter fits by chance as far aside as is searched
_MOST_PIXELS = 48  # of a blob are compared


class DisplacementTest:
    """Compares blobs with the background around them, in planes of one shape (h, w)."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        _, self._width = shape
        self._framed_width = self._width + 2 * _REACH
        steps = np.arange(-_REACH, _REACH + 1)
        self._shifts = (steps[:, None] * self._framed_width + steps).reshape(-1, 1)
        inner = np.abs(steps) < _REACH
        self._within = (inner[:, None] & inner).ravel()
        self._background: MatLike | None = None
        self._framed = np.empty(0, np.int16)

    def is_displaced(
        self, blobs: Blobs, contrast: MatLike, background: MatLike
    ) -> NDArray[np.bool_]:
        """Whether each blob looks like the background some pixels aside."""
        if not len(blobs):
            return np.zeros(0, np.bool_)
        sample, firsts = _sample(blobs)
        pixels = blobs.pixels[sample]
        places = pixels + 2 * _REACH * (pixels // self._width)
        places += _REACH * (self._framed_width + 1)
        off = self._frame(background)[self._shifts + places] - contrast.ravel()[pixels]
        left = np.add.reduceat(np.abs(off, out=off), firsts, axis=1, dtype=np.int32)
        here = left[len(left) // 2]
        explained = left.min(axis=0) < _EXPLAINED * here
        plain = here >= _PLAIN * np.diff(firsts, append=len(sample))
        return np.asarray(explained & (plain | self._within[left.argmin(axis=0)]), np.bool_)

    def _frame(self, background: MatLike) -> NDArray[np.int16]:
        """The background with a margin, flat, its edges repeated."""
        if background is not self._background:
            margins = (_REACH, _REACH, _REACH, _REACH)
            framed = cv2.copyMakeBorder(background, *margins, cv2.BORDER_REPLICATE)
            self._background, self._framed = background, framed.ravel().astype(np.int16)
        return self._framed


def _sample(blobs: Blobs) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of some pixels of every blob, spread evenly over it, and where each blob begins."""
    order = np.argsort(blobs.owners, kind="stable")
    sizes = np.bincount(blobs.owners)
    parts = [
        order[end - size : end : -(-size // _MOST_PIXELS)]
        for size, end in zip(sizes.tolist(), np.cumsum(sizes).tolist(), strict=True)
    ]
    lengths = np.array([0, *(part.size for part in parts[:-1])])
    return np.concatenate(parts), np.cumsum(lengths)
