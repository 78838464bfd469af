"""Local contrast: what is left of a picture when its lighting is taken out."""

import cv2
import numpy as np
from cv2.typing import MatLike

_DARK = 32.0  # grey levels added before the logarithm: how far the dark is trusted
_LEVELS = 116.0  # for a change of light by a factor of e: white comes out as 255
_LOG_CURVE = np.round(np.log1p(np.arange(256) / _DARK) * _LEVELS).astype(np.uint8)
_WINDOW = (13, 13)  # pixels: wider than what people move in a look, narrower than soft shadows


def log_light(luma: MatLike) -> MatLike:
    """Luma on a logarithmic scale, where a change of light by a factor becomes an offset."""
    return cv2.LUT(luma, _LOG_CURVE)


def local_contrast(light: MatLike) -> MatLike:
    """Each pixel against the mean of its surroundings, 128 where they are equal."""
    return cv2.addWeighted(light, 1.0, cv2.blur(light, _WINDOW), -1.0, 128.0)
