"""A lens that shows nothing is told from a scene in which nothing happens."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pi_agent.motion.lens import LensCheck, detail

HEIGHT, WIDTH = 90, 160


def noisy(picture: NDArray[np.float64], noise: float, seed: int = 0) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    return np.clip(picture + rng.normal(0, noise, picture.shape), 0, 255).astype(np.uint8)


def lid(noise: float = 4, seed: int = 0) -> NDArray[np.uint8]:
    """Something close before the lens: soft shades and noise."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return noisy(40 + 60.0 * x / WIDTH + 30.0 * y / HEIGHT, noise, seed)


def scene(seed: int = 0) -> NDArray[np.uint8]:
    coarse = np.random.default_rng(5).integers(40, 200, (9, 16)).astype(np.float64)
    picture = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return noisy(np.asarray(picture, np.float64), 4, seed)


def answer(check: LensCheck) -> bool | None:
    return check.covered


def watch(check: LensCheck, picture: NDArray[np.uint8], begin: float, seconds: float) -> float:
    """Show a picture for some seconds, ten times a second; when it ended."""
    for step in range(round(seconds * 10)):
        check.observe(picture, begin + step / 10)
    return begin + seconds


@pytest.mark.parametrize("noise", [0, 4, 8])
def test_a_lid_has_less_detail_than_any_scene(noise: float) -> None:
    assert detail(lid(noise)) < 2.7 < detail(scene()) / 2


def test_nothing_is_said_before_something_was_seen_for_a_while() -> None:
    check = LensCheck()
    watch(check, scene(), 0, 1)
    assert answer(check) is None


def test_a_lens_is_covered_after_ten_seconds_and_free_soon_after() -> None:
    check = LensCheck()
    now = watch(check, scene(), 0, 3)
    now = watch(check, lid(), now, 9)
    assert answer(check) is False
    now = watch(check, lid(), now, 2)
    assert answer(check) is True
    now = watch(check, scene(), now, 1)
    assert answer(check) is True
    watch(check, scene(), now, 2)
    assert answer(check) is False


def test_a_hand_that_passes_by_covers_nothing() -> None:
    check = LensCheck()
    now = watch(check, scene(), 0, 3)
    for _ in range(5):
        now = watch(check, lid(), now, 6)
        now = watch(check, scene(), now, 2)
        assert answer(check) is False


def test_a_break_in_the_pictures_is_no_time_of_darkness() -> None:
    check = LensCheck()
    now = watch(check, scene(), 0, 3)
    now = watch(check, lid(), now, 1)
    watch(check, lid(), now + 60, 1)
    assert answer(check) is False


def test_a_clock_that_begins_anew_is_no_harm() -> None:
    check = LensCheck()
    watch(check, scene(), 1000, 3)
    watch(check, lid(), 0, 12)
    assert answer(check) is True
