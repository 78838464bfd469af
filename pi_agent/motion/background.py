"""The scene as it is when nothing moves, learned and kept up to date by itself."""

import cv2
import numpy as np
from numpy.typing import NDArray

_K3 = np.ones((3, 3), np.uint8)
_BACKGROUND_SECONDS = 12.0
_NOISE_SECONDS = 12.0
_RECENT_SECONDS = 0.5
_FOREGROUND_RATE = 0.15  # how much slower what moves becomes background
_REFRESH_EVERY = 4  # frames between recalculations of the derived planes
_NOISE_FACTOR = 4.5
_LEAST_THRESHOLD = 10.0


class BackgroundModel:
    """Knows no settings: whatever the user changes, it goes on as it is."""

    def __init__(self, contrast: NDArray[np.uint8], at: float) -> None:
        self.shape = contrast.shape
        self._noise = np.full(self.shape, 3.0, np.float32)
        self._difference, self._below, self.mask = (np.empty_like(contrast) for _ in range(3))
        self.restart(contrast, at)

    def restart(self, contrast: NDArray[np.uint8], at: float) -> None:
        """Take the picture as the background; the noise is kept."""
        self._mean = contrast.astype(np.float32)
        self._recent = contrast.astype(np.float32)
        self.begun_at = at
        self._frames = 0
        self._refresh()

    def difference(self, contrast: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """How far each pixel is outside what the background shows within a pixel around it."""
        cv2.subtract(contrast, self._highest, self._difference)
        cv2.subtract(self._lowest, contrast, self._below)
        return cv2.max(self._difference, self._below, self._difference)

    def recent_change(self, contrast: NDArray[np.uint8], boost: float) -> NDArray[np.uint8]:
        """255 where the picture differs from its average over the last half second."""
        change = cv2.absdiff(contrast, cv2.convertScaleAbs(self._recent))
        least = cv2.max(cv2.convertScaleAbs(self._noise, alpha=3.0 * boost), 6)
        return cv2.compare(change, least, cv2.CMP_GT)

    def learn(self, contrast: NDArray[np.uint8], foreground: NDArray[np.uint8], seconds: float, boost: float) -> None:
        self._frames += 1
        rate = max(seconds / _BACKGROUND_SECONDS, 1.0 / (self._frames + 1))
        if boost > 1:
            rate = max(rate, min(0.3, 4 * rate * boost))
        cv2.absdiff(contrast, self._mean8, self._below)
        cv2.accumulateWeighted(contrast, self._mean, rate, cv2.bitwise_not(foreground))
        if self._frames % _REFRESH_EVERY == 0:
            slow = min(1.0, rate * _FOREGROUND_RATE * _REFRESH_EVERY)
            cv2.accumulateWeighted(contrast, self._mean, slow, foreground)
        cv2.min(self._below, self.threshold, self._below)
        cv2.accumulateWeighted(
            self._below, self._noise, max(seconds / _NOISE_SECONDS, 1.0 / (self._frames + 2))
        )
        cv2.accumulateWeighted(contrast, self._recent, min(1.0, seconds / _RECENT_SECONDS))
        if self._frames % _REFRESH_EVERY == 0 or self._frames < 20 or boost > 1:
            self._refresh()

    def _refresh(self) -> None:
        self._mean8 = cv2.convertScaleAbs(self._mean)
        self._highest = cv2.dilate(self._mean8, _K3)
        self._lowest = cv2.erode(self._mean8, _K3)
        noisy = cv2.convertScaleAbs(self._noise, alpha=_NOISE_FACTOR)
        self.threshold = cv2.max(noisy, _LEAST_THRESHOLD)
