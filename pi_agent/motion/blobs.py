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

    def totals(self, values: NDArray[np.float32 | np.bool_]) -> NDArray[np.float64]:
        """The sum over each blob of a value for each of `pixels`."""
        return np.bincount(self.owners, values, len(self)).astype(np.float64, copy=False)

    def having(self, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether each blob has any of the pixels that are marked."""
        having = np.zeros(len(self), np.bool_)
        having[self.owners[marked]] = True
        return having

    def only(self, wanted: NDArray[np.bool_]) -> "Blobs":
        """Those blobs alone."""
        count = np.count_nonzero(wanted)
        if count == len(self):
            return self
        if not count:
            return NO_BLOBS
        kept = wanted[self.owners]
        numbers = np.cumsum(wanted) - 1
        return Blobs(
            pixels=self.pixels[kept],
            owners=numbers[self.owners[kept]],
            boxes=self.boxes[wanted],
        )


NO_BLOBS = Blobs(
    pixels=np.empty(0, np.intp), owners=np.empty(0, np.intp), boxes=np.empty((0, 4), np.int32)
)


def find_blobs(foreground: MatLike, least_pixels: float) -> Blobs:
    """The blobs of at least so many pixels in a plane of 255 and 0."""
    inside = np.flatnonzero(foreground > 0)
    if inside.size < least_pixels:
        return NO_BLOBS
    width = foreground.shape[1]
    # Pixels with one between them belong together: so blobs are told apart at half the size.
    half = cv2.resize(_even(foreground), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    # 32-bit labels take three times as long.
    _, labels, stats, _ = cv2.connectedComponentsWithStats(half, connectivity=8, ltype=cv2.CV_16U)
    rows = inside // width
    columns = inside - rows * width
    owners = labels.ravel()[(rows >> 1) * half.shape[1] + (columns >> 1)].astype(np.intp) - 1
    blobs = Blobs(
        pixels=inside,
        owners=owners,
        boxes=stats[1:, [_X, _Y, _WIDTH, _HEIGHT]].astype(np.int32) * np.int32(2),
    )
    return blobs.only(np.bincount(owners) >= least_pixels)


def _even(plane: MatLike) -> MatLike:
    """The plane with an even number of rows and columns."""
    height, width = plane.shape
    if height % 2 == width % 2 == 0:
        return plane
    return np.pad(plane, ((0, height % 2), (0, width % 2)))
