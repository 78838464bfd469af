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
_LEAST_SIDE = 2  # pixels; in a mere line, nothing has a shape, and OpenCV takes some for numbers
_NEEDED_SECONDS = 0.16  # of evidence: at ten looks a second, a weak blob is seen three times
_NEEDED_SHARE = 0.5  # of the least pixels of a blob have it
_STRONGEST = 1.7  # thresholds that a pixel counts at most
_WEIGHT = 0.32  # of a blob of the least size that is just above the threshold
_LEAST_WEIGHT, _MOST_WEIGHT = 0.1, 3.0
_BRIGHT_WEIGHT = 1.5  # at most, of what is brighter nearly all over: insects in a lamp's light are
_DARK_SHARE = 0.25  # of the contrast, at least, of what is not


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
        if min(luma.shape) < _LEAST_SIDE:
            return MotionObservation(at=at)
        if luma.shape != self._shape:
            self._resize(luma.shape)
        change = self._scene.look(luma, at)
        if change is None:
            self._evidence.clear()
            return MotionObservation(at=at, learning=True)
        blobs = self._finder.find(change, self._scene, self._evidence)
        if len(blobs):
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
        seen_for = self._evidence.see(blobs, self._weights(blobs, change), change.seconds)
        proven = seen_for >= _NEEDED_SECONDS - 1e-3
        if self._is_learning(at) or np.count_nonzero(proven) < _NEEDED_SHARE * demand.pixels:
            return self._stirring(blobs, change, at)
        moving = blobs.only(blobs.having(proven))
        main, score = self._main(moving, change)
        return MotionObservation(
            at=at,
            active=True,
            score=max(score, float(100 - self._settings.sensitivity)),
            box=self._box(moving.boxes[main]),
            zones=self._finder.regions.zones_of(moving.pixels, demand.pixels / 2),
            stirring=True,
            moving=moving,
        )

    def _stirring(self, blobs: Blobs, change: Change, at: float) -> MotionObservation:
        _, score = self._main(blobs, change)
        learning = self._is_learning(at)
        return MotionObservation(at=at, score=score, stirring=True, learning=learning)

    def _weights(self, blobs: Blobs, change: Change) -> NDArray[np.float64]:
        """How much each blob's time counts: what is weak needs longer than what is strong.

        More than time itself only what goes on changing from look to look: a lamp does so once.
        """
        weights = np.full(len(blobs), _MOST_WEIGHT)
        is_new = ~self._evidence.is_known(blobs)
        if not is_new.any():
            return weights
        new = blobs.only(is_new)
        demand = self._finder.demand
        contrasts = _contrasts(new.pixels, change) / demand.contrast
        powers = np.square(np.minimum(contrasts, _STRONGEST)) * (_WEIGHT / demand.pixels)
        found = np.minimum(1.0, new.totals(powers))
        if change.caution == 1:
            now = self._scene.moved_now(change).ravel()[new.pixels] > 0
            found = np.maximum(found, new.totals(powers * now))
        is_dark = change.contrast.ravel()[new.pixels] < self._scene.background.ravel()[new.pixels]
        is_bright = new.totals(contrasts * is_dark) < _DARK_SHARE * new.totals(contrasts)
        most = np.where(is_bright, _BRIGHT_WEIGHT, _MOST_WEIGHT)
        trust = self._evidence.trust(np.bincount(new.owners, minlength=len(new)).astype(float))
        weights[is_new] = np.minimum(np.maximum(found, _LEAST_WEIGHT), trust * most)
        return weights

    def _main(self, blobs: Blobs, change: Change) -> tuple[int, float]:
        """The largest blob's number, and its score."""
        main = int(np.argmax(np.bincount(blobs.owners)))
        pixels = blobs.pixels[blobs.owners == main]
        return main, self._scale.score(_contrasts(pixels, change))

    def _box(self, box: NDArray[np.int32]) -> Box:
        height, width = self._shape
        x, y, w, h = (int(value) for value in box)
        return Box(
            x=round(x / width, 4),
            y=round(y / height, 4),
            w=round(w / width, 4),
            h=round(h / height, 4),
        )


def _contrasts(pixels: NDArray[np.intp], change: Change) -> NDArray[np.float32]:
    """How far pixels (flat positions) stand out, in multiples of the model's threshold."""
    difference = change.difference.ravel()[pixels].astype(np.float32)
    return difference / change.threshold.ravel()[pixels]
