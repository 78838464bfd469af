"""Luma in, motion out: no clock, no files, no threads."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pi_agent.protocol import Box

from .background import BackgroundModel
from .contrast import local_contrast, log_light
from .observation import MotionObservation
from .regions import Regions
from .settings import MotionSettings

_K3 = np.ones((3, 3), np.uint8)
_K5 = np.ones((5, 5), np.uint8)
_LEARNING_SECONDS = 0.75
_LEAST_AREA = 0.0008
_FAST_SHARE = 0.12
_NEED_SECONDS = 0.2
_WHOLE_PICTURE = 0.45
_LIGHT_JUMP, _LIGHT_SECONDS = 7.0, 0.5


class MotionDetector:
    """Looks for motion in one camera's luma planes, one after the other."""

    def __init__(self, settings: MotionSettings) -> None:
        self._settings = settings
        self._background: BackgroundModel | None = None
        self._regions: Regions | None = None
        self._last_at = 0.0
        self._frames = 0
        self._evidence = 0.0
        self._previous: NDArray[np.uint8] | None = None
        self._light: list[tuple[float, float]] = []

    def apply(self, settings: MotionSettings) -> None:
        """Look with other settings from the next plane on; what was learned is kept."""
        if settings == self._settings:
            return
        self._settings = settings
        self._regions = None

    def observe(self, luma: NDArray[np.uint8], at: float) -> MotionObservation:
        """Look at a grey plane (h, w) of uint8 that shows the scene at second `at`."""
        light = log_light(luma)
        contrast = local_contrast(light)
        background = self._background
        if background is None or background.shape != contrast.shape:
            self._background = BackgroundModel(contrast, at)
            self._regions = None
            self._begin(at)
            return MotionObservation(at=at, learning=True)
        seconds = min(1.0, max(1e-3, at - self._last_at))
        self._last_at = at
        boost = self._light_boost(cv2.mean(light)[0], at)
        if self._regions is None:
            self._regions = Regions(self._settings, luma.shape[:2])
        difference = background.difference(contrast)
        threshold = background.threshold
        if boost > 1:
            threshold = cv2.convertScaleAbs(threshold, alpha=boost)
        foreground = cv2.compare(difference, threshold, cv2.CMP_GT)
        count = cv2.countNonZero(foreground)
        self._frames += 1
        if count > _WHOLE_PICTURE * foreground.size and self._frames > 3:
            background.restart(contrast, at)
            self._begin(at)
            return MotionObservation(at=at, learning=True)
        seen = foreground if self._regions.everywhere else foreground & self._regions.counted
        moving, box, score = None, None, 0.0
        if cv2.countNonZero(seen) >= 0.5 * _LEAST_AREA * foreground.size:
            moving, box, score = self._blobs(contrast, seen, difference, threshold, boost)
        hit = (
            moving is not None
            and self._previous is not None
            and cv2.countNonZero(cv2.dilate(self._previous, _K5) & moving) > 0
        )
        self._evidence = (
            min(_NEED_SECONDS * 1.6, self._evidence + seconds)
            if hit
            else max(0.0, self._evidence - seconds)
        )
        self._previous = moving
        background.learn(contrast, foreground, seconds, boost)
        learning = at - background.begun_at <= _LEARNING_SECONDS
        active = hit and not learning and self._evidence >= _NEED_SECONDS - 1e-3
        least = 0.5 * _LEAST_AREA * foreground.size
        return MotionObservation(
            at=at,
            active=active,
            score=score,
            box=box if active else None,
            zones=self._regions.zones_of(moving, least) if active and moving is not None else (),
            stirring=moving is not None,
            learning=learning,
        )

    def _begin(self, at: float) -> None:
        self._last_at = at
        self._frames = 0
        self._evidence = 0.0
        self._previous = None
        self._light = []

    def _light_boost(self, light: float, at: float) -> float:
        self._light.append((at, light))
        while self._light[0][0] < at - _LIGHT_SECONDS:
            self._light.pop(0)
        lights = [value for _, value in self._light]
        return max(1.0, (max(lights) - min(lights)) / _LIGHT_JUMP)

    def _blobs(
        self,
        contrast: NDArray[np.uint8],
        seen: NDArray[np.uint8],
        difference: NDArray[np.uint8],
        threshold: NDArray[np.uint8],
        boost: float,
    ) -> tuple[NDArray[np.uint8] | None, Box | None, float]:
        assert self._background is not None
        closed = cv2.morphologyEx(seen, cv2.MORPH_CLOSE, _K3)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(
            closed, connectivity=8, ltype=cv2.CV_16U
        )
        keep = [j for j in range(1, count) if stats[j, 4] >= _LEAST_AREA * seen.size]
        if not keep:
            return None, None, 0.0
        recent = self._background.recent_change(contrast, boost)
        moving = np.zeros_like(seen)
        best, best_box = 0, None
        for j in keep:
            x, y, w, h, area = (int(v) for v in stats[j])
            region = labels[y : y + h, x : x + w] == j
            if np.count_nonzero(recent[y : y + h, x : x + w][region]) >= _FAST_SHARE * area:
                moving[y : y + h, x : x + w][region] = 255
                if area > best:
                    best, best_box = area, (x, y, w, h)
        if best_box is None:
            return None, None, 0.0
        height, width = seen.shape
        x, y, w, h = best_box
        box = Box(x=x / width, y=y / height, w=w / width, h=h / height)
        strength = np.mean(np.minimum(4.0, difference[moving > 0] / threshold[moving > 0]))
        score = float(min(100.0, 50 + 10 * np.log2(best / (_LEAST_AREA * seen.size)) * strength / 2))
        return moving, box, round(score, 1)
