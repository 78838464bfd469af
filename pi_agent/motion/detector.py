"""Luma in, motion out: no clock, no files, no threads."""

import numpy as np
from numpy.typing import NDArray

from pi_agent.protocol import Box

from .blob_finder import BlobFinder
from .blobs import Blobs
from .evidence import EvidenceMap
from .observation import MotionObservation
from .scene import Change, Scene
from .sensitivity import ScoreScale
from .settings import MotionSettings

_LEARNING_SECONDS = 0.75
_NEEDED_SECONDS = 0.16  # of evidence: at ten looks a second, a weak blob is seen three times
_NEEDED_SHARE = 0.5  # of the least pixels of a blob have it
_STRONGEST = 1.7  # thresholds that a pixel counts at most
_WEIGHT = 0.25  # of a blob of the least size that is just above the threshold
_LEAST_WEIGHT, _MOST_WEIGHT = 0.1, 3.0


class MotionDetector:
    """Looks for motion in one camera's luma planes, one after the other.

    What is learned of the scene does not depend on the settings: a change of them costs nothing.
    """

    def __init__(self, settings: MotionSettings) -> None:
        self._settings = settings
        self._scene = Scene()
        self._shape: tuple[int, ...] = ()

    def apply(self, settings: MotionSettings) -> None:
        """Look with other settings from the next plane on; what was learned is kept."""
        if settings != self._settings:
            self._settings = settings
            if self._shape:
                self._finder = BlobFinder(settings, self._shape)

    def observe(self, luma: NDArray[np.uint8], at: float) -> MotionObservation:
        """Look at a grey plane (h, w, uint8, about 160 wide) that shows the scene at second `at`.

        Seconds are those of a clock that never jumps.
        """
        if luma.shape != self._shape:
            self._resize(luma.shape)
        change = self._scene.look(luma, at)
        if change is None:
            self._evidence.clear()
            return MotionObservation(at=at, learning=True)
        blobs = self._finder.find(change, self._scene)
        if blobs:
            observation = self._judge(blobs, change, at)
        else:
            self._evidence.wait(change.seconds)
            observation = MotionObservation(at=at, learning=self._is_learning(at))
        self._scene.learn(change)
        return observation

    def _resize(self, shape: tuple[int, ...]) -> None:
        self._shape = shape
        self._finder = BlobFinder(self._settings, shape)
        self._scale = ScoreScale(shape[0] * shape[1])
        self._evidence = EvidenceMap(shape)

    def _is_learning(self, at: float) -> bool:
        return at - self._scene.known_since <= _LEARNING_SECONDS

    def _judge(self, blobs: Blobs, change: Change, at: float) -> MotionObservation:
        """What the blobs of one look amount to, together with those of the looks before."""
        demand = self._finder.demand
        difference = change.difference.ravel()[blobs.pixels].astype(np.float32)
        contrasts = difference / change.threshold.ravel()[blobs.pixels]
        powers = np.square(np.minimum(contrasts / demand.contrast, _STRONGEST)) / demand.pixels
        strengths = blobs.totals(powers)
        weights = self._weights(blobs, change, powers, strengths)
        seen_for = self._evidence.see(blobs, weights, change.seconds)
        proven = seen_for >= _NEEDED_SECONDS - 1e-3
        learning = self._is_learning(at)
        if learning or np.count_nonzero(proven) < _NEEDED_SHARE * demand.pixels:
            proven[:] = True  # of a stirring that is not motion yet, show the strongest
            active = False
        else:
            active = True
        moving = np.isin(np.arange(len(blobs)), blobs.owners[proven])
        main = int(np.argmax(np.where(moving, strengths, -1.0)))
        score = self._scale.score(contrasts[blobs.owners == main])
        if not active:
            return MotionObservation(at=at, score=score, stirring=True, learning=learning)
        counting = moving[blobs.owners]
        return MotionObservation(
            at=at,
            active=True,
            score=max(score, float(100 - self._settings.sensitivity)),
            box=self._box(blobs.boxes[main]),
            zones=self._finder.regions.zones_of(blobs.pixels[counting], demand.pixels / 2),
            stirring=True,
        )

    def _weights(
        self,
        blobs: Blobs,
        change: Change,
        powers: NDArray[np.float32],
        strengths: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """How much each blob's time counts: what is weak needs longer than what is strong.

        More than time itself only what goes on changing from look to look: a lamp does so once.
        """
        weights = np.minimum(1.0, _WEIGHT * strengths)
        if change.caution == 1:
            now = self._scene.moved_now(change).ravel()[blobs.pixels] > 0
            weights = np.maximum(weights, _WEIGHT * blobs.totals(powers * now))
        return np.clip(weights, _LEAST_WEIGHT, _MOST_WEIGHT)

    def _box(self, box: NDArray[np.int32]) -> Box:
        height, width = self._shape
        x, y, w, h = (int(value) for value in box)
        return Box(
            x=round(x / width, 4),
            y=round(y / height, 4),
            w=round(w / width, 4),
            h=round(h / height, 4),
        )
