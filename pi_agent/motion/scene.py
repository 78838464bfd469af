"""What one look at the scene differs in from what is known of it."""

from collections import deque
from dataclasses import dataclass

import cv2
from cv2.typing import MatLike

from .background import BackgroundModel
from .contrast import local_contrast, log_light
from .light_guard import LightGuard

_PAST_SECONDS = 0.2  # what moves on differs from what it was then
_WHOLE_PICTURE = 0.45  # of the pixels: another scene, or another light
_LONGEST_GAP_SECONDS = 5.0  # after that, nothing is known of the scene
_LEAST_STEP, _MOST_STEP = 1e-3, 1.0  # seconds that a look may count


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A look: its local contrast, how far that stands out, and from how far on it counts.

    `foreground` is 255 where it does. `seconds` have gone by since the last look; `caution` is
    above 1 while the light over the whole picture changes.
    """

    contrast: MatLike
    difference: MatLike
    threshold: MatLike
    foreground: MatLike
    foreground_pixels: int
    seconds: float
    caution: float


class Scene:
    """Everything that is known of what a camera shows, whatever the user's settings are."""

    def __init__(self) -> None:
        self._background: BackgroundModel | None = None
        self._light = LightGuard()
        self._recent: deque[tuple[float, MatLike]] = deque()
        self._last_at = 0.0
        self.known_since = 0.0

    @property
    def background(self) -> MatLike:
        """The local contrast of the scene when nothing moves."""
        return self._model.mean

    @property
    def _model(self) -> BackgroundModel:
        if self._background is None:
            raise RuntimeError("the scene has not been looked at")
        return self._background

    def look(self, luma: MatLike, at: float) -> Change | None:
        """Compare a grey plane of second `at`; None where it is the first of a new scene."""
        light = log_light(luma)
        contrast = local_contrast(light)
        if not self._continues(contrast, at):
            self._begin(contrast, at)
            return None
        seconds = min(_MOST_STEP, max(_LEAST_STEP, at - self._last_at))
        caution = self._light.caution(cv2.mean(light)[0], at)
        model = self._model
        difference, threshold = model.difference(contrast), model.threshold
        if caution > 1:
            threshold = cv2.convertScaleAbs(threshold, alpha=caution)
        foreground = cv2.compare(difference, threshold, cv2.CMP_GT)
        count = cv2.countNonZero(foreground)
        if count > _WHOLE_PICTURE * foreground.size and model.frames > 3:
            self._begin(contrast, at)
            return None
        self._last_at = at
        return Change(
            contrast=contrast,
            difference=difference,
            threshold=threshold,
            foreground=foreground,
            foreground_pixels=count,
            seconds=seconds,
            caution=caution,
        )

    def moving_on(self, change: Change) -> MatLike:
        """How surely the look differs from a moment ago: 0, 170 a little, 255 by much."""
        return self._model.changes(change.contrast, self._recent[0][1], change.caution)

    def moved_now(self, change: Change) -> MatLike:
        """255 where the look differs from the one before it."""
        return self._model.changed(change.contrast, self._recent[-1][1], change.caution)

    def learn(self, change: Change) -> None:
        """Take the look into what is known."""
        foreground = change.foreground if change.foreground_pixels else None
        self._model.learn(change.contrast, foreground, change.seconds, change.caution)
        self._remember(change.contrast)

    def _remember(self, contrast: MatLike) -> None:
        self._recent.append((self._last_at, contrast))
        while len(self._recent) > 1 and self._recent[1][0] <= self._last_at - _PAST_SECONDS + 1e-3:
            self._recent.popleft()

    def _continues(self, contrast: MatLike, at: float) -> bool:
        if self._background is None or self._background.shape != contrast.shape:
            return False
        return 0 <= at - self._last_at <= _LONGEST_GAP_SECONDS

    def _begin(self, contrast: MatLike, at: float) -> None:
        if self._background is None or self._background.shape != contrast.shape:
            self._background = BackgroundModel(contrast)
        else:
            self._background.restart(contrast)
        self._light.forget()
        self._recent.clear()
        self._last_at = self.known_since = at
        self._remember(contrast)
