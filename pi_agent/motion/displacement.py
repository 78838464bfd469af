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
_EXPLAINED = 0.2  # of the difference may be left where a displacement explains it
_MOST_PIXELS = 48  # of a blob are compared


def is_displaced(blobs: Blobs, contrast: MatLike, background: MatLike) -> NDArray[np.bool_]:
    """Whether each blob looks like the background some pixels aside."""
    if not len(blobs):
        return np.zeros(0, np.bool_)
    sample = _sample(blobs)
    width = contrast.shape[1]
    framed = cv2.copyMakeBorder(background, _REACH, _REACH, _REACH, _REACH, cv2.BORDER_REPLICATE)
    shifts, at_rest = _shifts(width + 2 * _REACH)
    rows, columns = np.divmod(blobs.pixels[sample], width)
    places = (rows + _REACH) * (width + 2 * _REACH) + columns + _REACH
    shown = framed.ravel()[shifts[:, None] + places].astype(np.int16)
    off = np.square(shown - contrast.ravel()[blobs.pixels[sample]], dtype=np.int32)
    firsts = np.flatnonzero(np.diff(blobs.owners[sample], prepend=-1))
    left = np.add.reduceat(off, firsts, axis=1)
    explained: NDArray[np.bool_] = left.min(axis=0) < _EXPLAINED * left[at_rest]
    return explained


def _sample(blobs: Blobs) -> NDArray[np.intp]:
    """Indices of some pixels of every blob, spread evenly over it, blob by blob."""
    order = np.argsort(blobs.owners, kind="stable")
    sizes = np.bincount(blobs.owners)
    strides = -(-sizes // _MOST_PIXELS)
    ranks = np.arange(order.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    chosen: NDArray[np.intp] = order[ranks % np.repeat(strides, sizes) == 0]
    return chosen


def _shifts(width: int) -> tuple[NDArray[np.intp], int]:
    """Displacements as steps in a flat plane of that width, and the place of none among them."""
    steps = np.arange(-_REACH, _REACH + 1)
    shifts = (steps[:, None] * width + steps).ravel()
    return shifts, len(shifts) // 2
