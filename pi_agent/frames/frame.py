"""One picture with its time."""

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from .jpeg_cache import JpegCache
from .view import PLAIN_VIEW, PictureView


class PixelFormat(Enum):
    """How `Frame.pixels` is laid out, in OpenCV's terms."""

    BGR = "bgr"  # (height, width, 3)
    I420 = "i420"  # (height * 3 // 2, width): Y, then U and V at half size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One picture of a camera; immutable, so every taker may hold it as long as it likes.

    At least one of `jpeg` and `pixels` is there, as the source delivered it. `luma` is a grey plane
    (height, width) of uint8 where the source has one for nothing, at whatever size it comes. `view`
    says how all of them are to be shown; it is applied only where somebody needs the result.
    `encoded` holds the JPEGs that were made of it, so that each is made once.
    """

    sequence: int
    captured_at: float  # seconds since the epoch
    monotonic_at: float  # seconds of a clock that never jumps: for durations
    width: int  # pixels, as the source delivered it
    height: int
    jpeg: bytes | None = None
    pixels: NDArray[np.uint8] | None = None
    pixel_format: PixelFormat = PixelFormat.BGR
    luma: NDArray[np.uint8] | None = None
    view: PictureView = PLAIN_VIEW
    encoded: JpegCache = field(default_factory=JpegCache, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.jpeg is None and self.pixels is None:
            raise ValueError("a frame needs a JPEG or pixels")

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height in pixels of the picture as it is shown."""
        size = (self.width, self.height)
        return (size[1], size[0]) if self.view.swaps_sides else size
