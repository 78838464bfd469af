"""Local contrast: what is left of a picture when its lighting is taken out."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

LEVELS_PER_LOG = 116.0  # levels of 8 bits for a change of light by a factor of e
_DARK = 32.0  # grey levels added before the logarithm: how far the dark is trusted
_WINDOW = (15, 15)  # pixels; offsets of light and soft shadows are wider than that
_LOG_CURVE = np.round(np.log1p(np.arange(256) / _DARK) * LEVELS_PER_LOG).astype(np.uint8)


def log_light(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Luma on a logarithmic scale, where a change of light by a factor becomes an offset."""
    return cast("NDArray[np.uint8]", cv2.LUT(luma, _LOG_CURVE))


def local_contrast(light: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Each pixel against the mean of its surroundings, 128 where they are equal."""
    surroundings = cv2.blur(light, _WINDOW)
    return cast("NDArray[np.uint8]", cv2.addWeighted(light, 1.0, surroundings, -1.0, 128.0))
