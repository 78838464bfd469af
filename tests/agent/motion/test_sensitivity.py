"""One number from 1 to 100: more of it never finds less."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from pi_agent.motion import MotionDetector, MotionObservation, MotionSettings
from pi_agent.protocol import CameraSettings

from .disturbances import lamp, leaves, rain, together
from .scenes import Draw, active_seconds, nothing, observed, scene, walk

DISTURBANCES: dict[str, Draw] = {
    "nothing": nothing,
    "lamp": lamp(4, 6),
    "leaves": leaves(4, begin=4),
    "rain": rain(50),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Somebody who crosses, and what else goes on."""

    tall: int
    crossing_seconds: float
    contrast: float
    noise: float
    disturbance: str


passages = st.builds(
    Passage,
    tall=st.integers(6, 50),
    crossing_seconds=st.floats(0.8, 6),
    contrast=st.floats(0.05, 1),
    noise=st.floats(0, 8),
    disturbance=st.sampled_from(sorted(DISTURBANCES)),
)


def looked_at(passage: Passage, sensitivities: list[int]) -> list[list[MotionObservation]]:
    """What detectors of several sensitivities find in the same planes."""
    detectors = [
        MotionDetector(MotionSettings.of(CameraSettings(sensitivity=value)))
        for value in sensitivities
    ]
    figure = walk(3, 3 + passage.crossing_seconds, tall=passage.tall, contrast=passage.contrast)
    draw = together(figure, DISTURBANCES[passage.disturbance])
    planes = list(scene(8, draw, noise=passage.noise))
    return [[detector.observe(luma, at) for at, luma in planes] for detector in detectors]


@settings(max_examples=30, deadline=None)
@given(
    passage=passages,
    sensitivities=st.lists(st.integers(1, 100), min_size=3, max_size=3, unique=True).map(sorted),
)
def test_more_sensitive_never_finds_less(passage: Passage, sensitivities: list[int]) -> None:
    found = [set(active_seconds(each)) for each in looked_at(passage, sensitivities)]
    for less, more in pairwise(found):
        assert less <= more


@settings(max_examples=20, deadline=None)
@given(passage=passages, sensitivity=st.integers(1, 100))
def test_a_score_says_from_which_sensitivity_on_motion_is_found(
    passage: Passage, sensitivity: int
) -> None:
    (observations,) = looked_at(passage, [sensitivity])
    for observation in observations:
        assert 0 <= observation.score <= 100
        if observation.active:
            assert observation.score >= 100 - sensitivity


@pytest.mark.parametrize("sensitivity", [40, 50, 60])
def test_around_the_default_somebody_is_found_and_noise_is_not(sensitivity: int) -> None:
    chosen = CameraSettings(sensitivity=sensitivity)
    active = active_seconds(observed(walk(6, 10), noise=4, settings=chosen))
    assert 6 <= active[0] <= 6.7
    assert active_seconds(observed(nothing, seconds=30, noise=6, settings=chosen)) == []


def test_one_end_takes_what_fills_a_door_and_the_other_a_hand() -> None:
    least, most = CameraSettings(sensitivity=1), CameraSettings(sensitivity=100)
    assert active_seconds(observed(walk(6, 9, tall=60, y=20), settings=least))
    assert active_seconds(observed(walk(6, 9, tall=14), settings=least)) == []
    assert active_seconds(observed(walk(6, 11, tall=6, y=20), settings=most, noise=1))


def test_scores_are_the_same_for_the_same_scene_at_any_size() -> None:
    """As a half is averaged from the whole, so is what is seen in it."""
    scores = []
    for size in (1, 2):
        detector = MotionDetector(MotionSettings.of(CameraSettings()))
        seen = [
            detector.observe(np.repeat(np.repeat(luma, size, 0), size, 1), at)
            for at, luma in scene(10, walk(6, 10), noise=0.5)
        ]
        scores.append(max(o.score for o in seen if o.active))
    assert scores[0] == pytest.approx(scores[1], abs=10)
