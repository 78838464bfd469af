"""The small grey plane that motion is looked for in, taken the cheapest way a frame allows."""

import math
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from .frame import Frame, PixelFormat

_DEFAULT_WIDTH = 160
_REDUCED_GREY = {
    1: cv2.IMREAD_GRAYSCALE,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
}
_NEAR_ENOUGH = math.sqrt(2)  # a plane within that factor of the width asked for is left as it is
_SMALLER_AT_MOST = 0.84  # of that width: less would lose what is far away


def luma_of(frame: Frame, width: int = _DEFAULT_WIDTH) -> NDArray[np.uint8]:
    """The grey plane (h, w, uint8) of the picture as it is shown, its longer side about `width` px.

    Taken from the frame's own luma, else its pixels, else by a decode of the JPEG that makes only
    the small picture. Raises ValueError where the JPEG cannot be decoded.
    """
    return frame.view.turned(_source_luma(frame, width))


def _source_luma(frame: Frame, width: int) -> NDArray[np.uint8]:
    if frame.luma is not None:
        return shrunk(frame.luma, width)
    if frame.pixels is None:
        return shrunk(_decoded(frame, width), width)
    if frame.pixel_format is PixelFormat.I420:
        return shrunk(frame.pixels[: frame.height], width)
    small = shrunk(frame.pixels, width)  # first smaller, then grey: a tenth of the work
    return cast("NDArray[np.uint8]", cv2.cvtColor(small, cv2.COLOR_BGR2GRAY))


def shrunk(picture: NDArray[np.uint8], width: int = _DEFAULT_WIDTH) -> NDArray[np.uint8]:
    """The picture about `width` px along its longer side, by averaging; never made larger."""
    height, full = picture.shape[:2]
    longer = max(height, full)
    if longer < width * _NEAR_ENOUGH:
        return picture
    divisor = max(2, round(longer / width))
    if longer < width * divisor * _SMALLER_AT_MOST:
        scale = width / longer
        size = (max(1, round(full * scale)), max(1, round(height * scale)))
        return cast("NDArray[np.uint8]", cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    # Whole divisors let OpenCV average blocks of pixels, several times faster than any other size.
    size = (max(1, full // divisor), max(1, height // divisor))
    whole = picture[: size[1] * divisor, : size[0] * divisor]
    return cast("NDArray[np.uint8]", cv2.resize(whole, size, interpolation=cv2.INTER_AREA))


def _decoded(frame: Frame, width: int) -> NDArray[np.uint8]:
    divisor = min(_REDUCED_GREY, key=lambda d: abs(math.log(max(1, frame.width) / d / width)))
    # The decoder drops the high frequencies instead of computing them; the turn is `view`'s matter.
    flags = _REDUCED_GREY[divisor] | cv2.IMREAD_IGNORE_ORIENTATION
    plane = cv2.imdecode(np.frombuffer(frame.jpeg or b"", np.uint8), flags)
    if plane is None:
        raise ValueError("the frame's JPEG cannot be decoded")
    return cast("NDArray[np.uint8]", plane)
