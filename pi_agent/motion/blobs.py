"""Connected pixels, listed blob by blob: few enough to be calculated with one at a time."""

from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

_X, _Y, _WIDTH, _HEIGHT, _AREA = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blobs:
    """`pixels` are flat positions in the plane and `owners` the blob of each, from 0 on.

    `boxes` has a row (x, y, w, h) in pixels for each blob.
    """

    pixels: NDArray[np.intp]
    owners: NDArray[np.intp]
    boxes: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.boxes)

    def totals(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """The sum over each blob of a value for each of `pixels`."""
        return np.bincount(self.owners, values, len(self)).astype(np.float64, copy=False)

    def only(self, wanted: NDArray[np.bool_]) -> "Blobs":
        """Those blobs alone."""
        if wanted.all():
            return self
        kept = wanted[self.owners]
        numbers = np.cumsum(wanted) - 1
        return Blobs(
            pixels=self.pixels[kept],
            owners=numbers[self.owners[kept]],
            boxes=self.boxes[wanted],
        )


def find_blobs(foreground: MatLike, least_pixels: float) -> Blobs:
    """The blobs of at least so many pixels in a plane of 255 and 0."""
    left, top, width, height = cv2.boundingRect(foreground)
    part = foreground[top : top + height, left : left + width]
    if cv2.countNonZero(part) < least_pixels:
        return _NO_BLOBS
    # 32-bit labels take three times as long.
    _, labels, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8, ltype=cv2.CV_16U)
    flat = labels.ravel()
    inside = np.flatnonzero(flat)
    rows, columns = np.divmod(inside, width)
    boxes = stats[1:, [_X, _Y, _WIDTH, _HEIGHT]].astype(np.int32, copy=False)
    boxes += np.array([left, top, 0, 0], np.int32)
    blobs = Blobs(
        pixels=(rows + top) * foreground.shape[1] + columns + left,
        owners=flat[inside].astype(np.intp) - 1,
        boxes=boxes,
    )
    return blobs.only(stats[1:, _AREA] >= least_pixels)


_NO_BLOBS = Blobs(
    pixels=np.empty(0, np.intp), owners=np.empty(0, np.intp), boxes=np.empty((0, 4), np.int32)
)
