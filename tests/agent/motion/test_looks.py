"""What is told of a look: a score at every sensitivity, and what counts at the present one."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pi_agent.motion.detector import MotionDetector
from pi_agent.motion.looks import LookTeller
from pi_agent.motion.settings import MotionSettings
from pi_agent.protocol import MotionLook

WIDTH, HEIGHT, FPS = 160, 90, 10.0


def planes(*, walking: range, size: int) -> Iterator[NDArray[np.uint8]]:
    """A still scene in which a dark square of `size` pixels crosses meanwhile."""
    coarse = np.random.default_rng(5).integers(90, 170, (9, 16), np.uint8)
    scene = np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
    for number in range(walking.stop + 20):
        plane = scene.copy()
        if number in walking:
            x = 20 + 3 * (number - walking.start)
            plane[40 : 40 + size, x : x + size] = 35
        yield plane


def looks(sensitivity: int, size: int) -> list[MotionLook]:
    settings = MotionSettings(sensitivity=sensitivity)
    detector, teller = MotionDetector(settings), LookTeller("porch", settings)
    told = []
    for number, plane in enumerate(planes(walking=range(30, 60), size=size)):
        at = number / FPS
        observation = detector.observe(plane, at)
        told.append(teller.tell(plane, observation, captured_at=1e9 + at, fps=FPS))
    return told


def test_what_is_too_small_to_count_is_scored_below_the_threshold() -> None:
    told = looks(sensitivity=10, size=8)
    assert not any(look.active or look.boxes or look.mask for look in told)
    highest = max(look.score for look in told)
    assert 10 < highest < told[0].threshold == 90
    assert [look.score for look in told[:25]] == [0.0] * 25


def test_a_sensitivity_at_the_score_finds_it() -> None:
    highest = max(look.score for look in looks(sensitivity=10, size=8))
    told = looks(sensitivity=round(100 - highest) + 5, size=8)
    assert any(look.active for look in told)


@pytest.mark.parametrize("sensitivity", [30, 50, 90])
def test_a_score_is_the_same_at_every_sensitivity(sensitivity: int) -> None:
    assert max(look.score for look in looks(sensitivity, size=14)) == pytest.approx(
        max(look.score for look in looks(50, size=14)), abs=3
    )


def test_the_box_encloses_what_moves() -> None:
    moving = [look for look in looks(sensitivity=50, size=14) if look.active]
    assert moving
    for look in moving:
        box = look.boxes[0]
        assert box.y * HEIGHT <= 42
        assert 50 <= (box.y + box.h) * HEIGHT <= 66
