"""The scene as it is when nothing moves, learned and kept up to date by itself."""

from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike

_NEIGHBOURS = np.ones((3, 3), np.uint8)
_BACKGROUND_SECONDS = 12.0  # time constant of the background
_NOISE_SECONDS = 12.0  # and of the noise
_FOREGROUND_RATE = 0.15  # how much slower what stands out becomes background: in 80 s
_LEARN_EVERY = 2  # looks: two in a row teach hardly more than one of them
_REFRESH_EVERY = 2  # frames learned: the planes that follow from the background change slowly
_FIRST_FRAMES = 20  # while they do not
_FIRST_NOISE = 3.0  # levels, until it is measured
_NOISES = 4.5  # mean deviations that are not noise
_LEAST_THRESHOLD = 10.0  # levels: a contrast of about 9 %
_BORDER, _BORDER_CAUTION = 2, 1.3  # pixels whose surroundings are half unknown
_CHANGE_NOISES = 3.0  # the same from one look to another
_LEAST_CHANGE: Any = 6.0
_MUCH = 1.6  # times as much: noise hardly ever changes a pixel so far
_LITTLE: Any = 170  # of 255
_LIGHT_RATE, _LIGHT_RATE_MOST = 4.0, 0.3  # how much faster to learn while the light changes


class BackgroundModel:
    """Learns from planes of local contrast (h, w, uint8).

    It knows no settings: whatever a user changes, it goes on as it is.
    """

    def __init__(self, contrast: MatLike) -> None:
        self.shape = contrast.shape
        self._noise = np.full(self.shape, _FIRST_NOISE, np.float32)
        self._above, self._below, self._off = (np.empty_like(contrast) for _ in range(3))
        caution = np.full(self.shape, _BORDER_CAUTION, np.float32)
        caution[_BORDER:-_BORDER, _BORDER:-_BORDER] = 1.0
        self._noises, self._least_threshold = caution * _NOISES, caution * _LEAST_THRESHOLD
        self.restart(contrast)

    def restart(self, contrast: MatLike) -> None:
        """Take this picture for the background; what is known of the noise is kept."""
        self._mean = contrast.astype(np.float32)
        self._frames = 0
        self._looks, self._seconds = 0, 0.0  # since it learned last
        self._refresh()

    @property
    def frames(self) -> int:
        """How many frames it has learned from since it began."""
        return self._frames

    def difference(self, contrast: MatLike) -> MatLike:
        """How far each pixel is outside what the background shows within one pixel around it.

        So a scene that shakes or rustles by a pixel does not differ. Valid until the next call.
        """
        cv2.subtract(contrast, self._highest, self._above)
        cv2.subtract(self._lowest, contrast, self._below)
        return cv2.max(self._above, self._below, self._above)

    def changed(self, contrast: MatLike, before: MatLike, caution: float) -> MatLike:
        """255 where two planes differ by more than noise, else 0."""
        least = _scaled(self._change_threshold, caution)
        return cv2.compare(cv2.absdiff(contrast, before), least, cv2.CMP_GT)

    def changes(self, contrast: MatLike, before: MatLike, caution: float) -> MatLike:
        """255 where two planes differ by much more than noise, 170 by a little more, else 0."""
        difference = cv2.absdiff(contrast, before)
        least = _scaled(self._change_threshold, caution)
        much = _scaled(self._much_threshold, caution)
        little = cv2.min(cv2.compare(difference, least, cv2.CMP_GT), _LITTLE)
        return cv2.bitwise_or(little, cv2.compare(difference, much, cv2.CMP_GT))

    def learn(
        self, contrast: MatLike, foreground: MatLike | None, seconds: float, caution: float
    ) -> None:
        """Go on by one frame, `seconds` after the last; `foreground` is 255 where it stands out."""
        self._looks += 1
        self._seconds += seconds
        if self._looks < _LEARN_EVERY and self._frames >= _FIRST_FRAMES and caution == 1:
            return
        self._learn(contrast, foreground, self._seconds, caution)
        self._looks, self._seconds = 0, 0.0

    def _learn(
        self, contrast: MatLike, foreground: MatLike | None, seconds: float, caution: float
    ) -> None:
        self._frames += 1
        rate = max(seconds / _BACKGROUND_SECONDS, 1 / (self._frames + 1))
        if caution > 1:
            rate = max(rate, min(_LIGHT_RATE_MOST, _LIGHT_RATE * rate * caution))
        cv2.absdiff(contrast, self.mean, self._off)
        self._learn_scene(contrast, foreground, rate)
        # What stands out is no noise; it counts as much as could have been.
        cv2.min(self._off, self.threshold, self._off)
        noise_rate = max(seconds / _NOISE_SECONDS, 1 / (self._frames + 2))
        cv2.accumulateWeighted(self._off, self._noise, noise_rate)
        if self._frames % _REFRESH_EVERY == 0 or self._frames < _FIRST_FRAMES or caution > 1:
            self._refresh()

    def _learn_scene(self, contrast: MatLike, foreground: MatLike | None, rate: float) -> None:
        if foreground is None:
            cv2.accumulateWeighted(contrast, self._mean, rate)
            return
        cv2.accumulateWeighted(contrast, self._mean, rate, cv2.bitwise_not(foreground))
        if self._frames % _REFRESH_EVERY == 0:
            slow_rate = min(1.0, rate * _FOREGROUND_RATE * _REFRESH_EVERY)
            cv2.accumulateWeighted(contrast, self._mean, slow_rate, foreground)

    def _refresh(self) -> None:
        self.mean = cv2.convertScaleAbs(self._mean)
        self._highest = cv2.dilate(self.mean, _NEIGHBOURS)
        self._lowest = cv2.erode(self.mean, _NEIGHBOURS)
        threshold = cv2.max(cv2.multiply(self._noise, self._noises), self._least_threshold)
        self.threshold = cv2.convertScaleAbs(threshold)
        noise = cv2.convertScaleAbs(self._noise, alpha=_CHANGE_NOISES)
        self._change_threshold = cv2.max(noise, _LEAST_CHANGE)
        self._much_threshold = cv2.convertScaleAbs(self._change_threshold, alpha=_MUCH)


def _scaled(threshold: MatLike, caution: float) -> MatLike:
    return cv2.convertScaleAbs(threshold, alpha=caution) if caution > 1 else threshold
