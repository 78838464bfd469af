"""The built-in scene: quiet, then somebody walks by, at known times."""

import numpy as np
import pytest

from pi_agent.capture.demo_scene import (
    CROSSING_EVERY,
    CROSSING_LASTS,
    FIRST_CROSSING,
    DemoScene,
    crossing_at,
)


@pytest.fixture(scope="module")
def scene() -> DemoScene:
    return DemoScene(320, 180)


def difference(scene: DemoScene, one: float, other: float) -> float:
    """The share of pixels that differ by more than noise and light explain."""
    a, b = scene.render(one).astype(int), scene.render(other).astype(int)
    return float((np.abs(a - b).max(axis=2) > 45).mean())


def test_nothing_moves_before_the_first_crossing(scene: DemoScene) -> None:
    assert crossing_at(FIRST_CROSSING - 0.01) is None
    assert difference(scene, 1.0, FIRST_CROSSING - 1) < 0.0005


def test_somebody_crosses_at_known_times(scene: DemoScene) -> None:
    for number in range(3):
        begin = FIRST_CROSSING + number * CROSSING_EVERY
        crossing = crossing_at(begin + CROSSING_LASTS / 2)
        assert crossing is not None
        assert crossing.number == number
        assert crossing.progress == pytest.approx(0.5)
        assert crossing_at(begin + CROSSING_LASTS) is None
        assert difference(scene, begin + CROSSING_LASTS / 2, begin - 1) > 0.01


def test_they_come_from_either_side_in_turn(scene: DemoScene) -> None:
    def left_of_middle(begin: float) -> bool:
        quiet = scene.render(FIRST_CROSSING - 1).astype(int)
        moving = scene.render(begin + CROSSING_LASTS * 0.25).astype(int)
        columns = (np.abs(moving - quiet).max(axis=2) > 45).sum(axis=0)
        return bool(columns[:160].sum() > columns[160:].sum())

    assert left_of_middle(FIRST_CROSSING)
    assert not left_of_middle(FIRST_CROSSING + CROSSING_EVERY)


def test_the_picture_has_noise_like_a_camera_s(scene: DemoScene) -> None:
    a, b = scene.render(2.0), scene.render(2.001)
    assert 0.2 < np.abs(a.astype(int) - b.astype(int)).mean() < 8
