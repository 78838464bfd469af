"""What counts as motion and what does not, on scenes that carry their own truth."""

import itertools

import numpy as np
import pytest

from pi_agent.motion import MotionDetector, MotionSettings
from pi_agent.protocol import CameraSettings, Zone

from .scenes import HEIGHT, WIDTH, active_seconds, observed, scene, walk

RIGHT_HALF = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))


def test_the_box_is_where_the_motion_is() -> None:
    (box,) = [o.box for o in observed(walk(6, 10)) if o.at == pytest.approx(8.0)]
    assert box is not None
    assert 0.3 < box.x + box.w / 2 < 0.7
    assert 0.3 < box.y + box.h / 2 < 0.9


def test_motion_is_not_looked_for_before_the_scene_is_known() -> None:
    observations = observed(walk(0, 4), seconds=5)
    learning = [observation for observation in observations if observation.learning]
    assert learning[0] is observations[0]
    assert 0.5 <= learning[-1].at < 2.5
    assert not any(observation.active for observation in learning)


def test_only_what_moves_in_a_zone_counts_and_names_it() -> None:
    settings = CameraSettings(zones=(Zone(name="door", points=RIGHT_HALF),))
    found = [o for o in observed(walk(6, 10), settings=settings) if o.active]
    assert found
    assert found[0].at >= 7.5  # not before the middle is reached
    assert {zone for o in found for zone in o.zones} == {"door"}


def test_what_moves_under_a_mask_never_counts() -> None:
    everywhere = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    assert active_seconds(observed(walk(6, 10), settings=CameraSettings(masks=(everywhere,)))) == []


def test_more_sensitive_never_finds_less() -> None:
    found = [
        set(active_seconds(observed(walk(6, 11, tall=16), settings=CameraSettings(sensitivity=s))))
        for s in (1, 20, 40, 50, 60, 80, 100)
    ]
    for less, more in itertools.pairwise(found):
        assert less <= more
    assert found[-1]


def test_a_change_of_settings_acts_at_once_and_blinds_nobody() -> None:
    detector = MotionDetector(MotionSettings.of(CameraSettings()))
    active = []
    for at, luma in scene(12, walk(6, 10)):
        if at == 5.0:
            detector.apply(MotionSettings.of(CameraSettings(sensitivity=60)))
        if detector.observe(luma, at).active:
            active.append(at)
    assert active
    assert active[0] <= 6.8


def test_another_size_begins_anew_instead_of_failing() -> None:
    detector = MotionDetector(MotionSettings.of(CameraSettings()))
    detector.observe(np.full((HEIGHT, WIDTH), 90, np.uint8), 0.0)
    observation = detector.observe(np.full((WIDTH, HEIGHT), 90, np.uint8), 0.1)
    assert observation.learning
    assert not observation.active


@pytest.mark.parametrize("size", [(2, 2), (9, 200), (300, 400)])
def test_any_size_of_plane_can_be_looked_at(size: tuple[int, int]) -> None:
    detector = MotionDetector(MotionSettings.of(CameraSettings()))
    random = np.random.default_rng(1)
    for number in range(30):
        plane = random.integers(0, 256, size).astype(np.uint8)
        observation = detector.observe(plane, number / 10)
        assert 0 <= observation.score <= 100
