"""The detectors that most programs use, each with the parameters of the tutorials and examples.

All look at a picture of at most 500 pixels' width and report motion where a contour is large
enough. Each takes BGR pictures or grey planes (uint8).
"""

from collections.abc import Callable
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
_WIDTH = 500
_KERNEL: Any = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))


class Peer(Protocol):
    """Looks at one picture after the other."""

    def sees_motion(self, picture: Picture) -> bool:
        """Whether something moves since the pictures before."""
        ...


class ConsecutiveDifference:
    """What differs from the picture before, blurred, by more than 25 grey levels."""

    def __init__(self) -> None:
        self._before: Any = None

    def sees_motion(self, picture: Picture) -> bool:
        """Whether a patch of 500 pixels differs."""
        grey = _blurred(picture)
        before, self._before = self._before, grey
        if before is None:
            return False
        return _has_contour(_dilated(cv2.absdiff(before, grey), 25), 500)


class RunningAverage:
    """What differs from a weighted average of the pictures before by more than 5 grey levels."""

    def __init__(self) -> None:
        self._average: Any = None

    def sees_motion(self, picture: Picture) -> bool:
        """Whether a patch of 5000 pixels differs."""
        grey = _blurred(picture)
        if self._average is None:
            self._average = grey.astype(np.float32)
            return False
        cv2.accumulateWeighted(grey, self._average, 0.5)
        difference = cv2.absdiff(grey, cv2.convertScaleAbs(self._average))
        return _has_contour(_dilated(difference, 5), 5000)


class Subtractor:
    """One of OpenCV's background subtractors with its defaults, shadows left out."""

    def __init__(self, subtractor: Any) -> None:
        self._subtractor = subtractor

    def sees_motion(self, picture: Picture) -> bool:
        """Whether a patch of 500 pixels is foreground."""
        foreground = self._subtractor.apply(_small(picture))
        mask = cv2.threshold(foreground, 200, 255, cv2.THRESH_BINARY)[1]
        return _has_contour(cv2.morphologyEx(mask, cv2.MORPH_OPEN, _KERNEL), 500)


PEERS: dict[str, Callable[[], Peer]] = {
    "MOG2 + contours": lambda: Subtractor(cv2.createBackgroundSubtractorMOG2()),
    "KNN + contours": lambda: Subtractor(cv2.createBackgroundSubtractorKNN()),
    "consecutive difference": ConsecutiveDifference,
    "running average": RunningAverage,
}


def _small(picture: Picture) -> Any:
    height, width = picture.shape[:2]
    if width <= _WIDTH:
        return picture
    size = (_WIDTH, round(height * _WIDTH / width))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def _blurred(picture: Picture) -> Any:
    small = _small(picture)
    grey = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    return cv2.GaussianBlur(grey, (21, 21), 0)


def _dilated(difference: Any, threshold: int) -> Any:
    mask = cv2.threshold(difference, threshold, 255, cv2.THRESH_BINARY)[1]
    return cv2.dilate(mask, np.ones((3, 3), np.uint8), iterations=2)


def _has_contour(mask: Any, least_area: float) -> bool:
    contours = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    return any(cv2.contourArea(contour) >= least_area for contour in contours)
