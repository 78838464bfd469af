"""What a user changes acts from the next plane on, and blinds nobody."""

from dataclasses import replace

import pytest

from pi_agent.motion import MotionDetector, MotionObservation, MotionSettings
from pi_agent.protocol import CameraSettings, Zone

from .scenes import nothing, scene, walk

EVERYWHERE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
RIGHT_HALF = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
LEARNING_SECONDS = 1.0
PLAIN = CameraSettings()
CHANGES = {
    "more sensitive": CameraSettings(sensitivity=70),
    "less sensitive": CameraSettings(sensitivity=40),
    "a zone": CameraSettings(zones=(Zone(name="all", points=EVERYWHERE),)),
    "a mask": CameraSettings(masks=(((0.0, 0.0), (1.0, 0.0), (1.0, 0.2), (0.0, 0.2)),)),
    "cool-down": CameraSettings(cool_down_seconds=30),
}


def replayed(*changes: tuple[float, CameraSettings]) -> list[MotionObservation]:
    """Somebody crosses from second 6 to 12, while settings change at the given seconds."""
    detector = MotionDetector(MotionSettings.of(PLAIN))
    due = list(changes)
    seen = []
    for at, luma in scene(14, walk(6, 12, tall=20)):
        while due and at >= due[0][0]:
            detector.apply(MotionSettings.of(due.pop(0)[1]))
        seen.append(detector.observe(luma, at))
    return seen


def active_from(observations: list[MotionObservation], second: float) -> float:
    return min(o.at for o in observations if o.active and o.at >= second)


@pytest.mark.parametrize("settings", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("at", [5.9, 8.0])
def test_a_change_while_somebody_walks_blinds_nobody(settings: CameraSettings, at: float) -> None:
    seen = replayed((at, settings))
    assert active_from(seen, max(6, at)) <= max(6, at) + 0.5
    assert not any(o.learning for o in seen if o.at > LEARNING_SECONDS)


def test_a_change_at_every_frame_blinds_nobody() -> None:
    changes = [(n / 10, CameraSettings(sensitivity=50 + n % 2)) for n in range(140)]
    assert active_from(replayed(*changes), 6) <= 6.5


def test_a_mask_acts_at_once_and_so_does_its_end() -> None:
    seen = replayed((8.0, CameraSettings(masks=(EVERYWHERE,))), (10.0, PLAIN))
    assert [o.at for o in seen if o.active and 8 <= o.at < 10] == []
    assert active_from(seen, 6) < 6.6
    assert active_from(seen, 10) <= 10.3


def test_a_zone_acts_at_once() -> None:
    right = CameraSettings(zones=(Zone(name="right", points=RIGHT_HALF),))
    seen = replayed((7.0, right))
    assert [o.at for o in seen if o.active and 7 <= o.at < 8.5] == []
    assert active_from(seen, 8.5) <= 9.6


def test_another_sensitivity_acts_at_once() -> None:
    seen = replayed((8.0, CameraSettings(sensitivity=1)), (10.0, replace(PLAIN, sensitivity=100)))
    assert [o.at for o in seen if o.active and 8 <= o.at < 10] == []
    assert active_from(seen, 10) <= 10.3


@pytest.mark.parametrize("settings", CHANGES.values(), ids=CHANGES)
def test_a_change_in_a_quiet_room_is_no_motion(settings: CameraSettings) -> None:
    detector = MotionDetector(MotionSettings.of(PLAIN))
    for at, luma in scene(12, nothing):
        detector.apply(MotionSettings.of(settings if at >= 6 else PLAIN))
        assert not detector.observe(luma, at).active


def test_nothing_is_reported_before_the_scene_is_known() -> None:
    """Somebody who walks when the camera starts is found once the learning is over."""
    detector = MotionDetector(MotionSettings.of(PLAIN))
    seen = [detector.observe(luma, at) for at, luma in scene(5, walk(0, 4))]
    learning = [o for o in seen if o.learning]
    assert learning == [o for o in seen if o.at <= learning[-1].at]
    assert 0.5 <= learning[-1].at <= LEARNING_SECONDS
    assert not any(o.active for o in learning)
    assert active_from(seen, 0) <= LEARNING_SECONDS + 1
