"""Looks are few at rest, and many where something may be about to move."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from pi_agent.motion.look_schedule import LookSchedule

STILL_BYTES = 60_000


def sizes(at: float) -> int:
    """JPEGs of a still scene: they differ by some hundredths of a percent."""
    return STILL_BYTES + (-20, 5, 20, -5)[round(at * 100) % 4]


def never(at: float) -> bool:
    return False


def looks(
    *,
    seconds: float = 20.0,
    fps: float = 15.0,
    size: Callable[[float], int] | None = sizes,
    stirring: Callable[[float], bool] = never,
    active: Callable[[float], bool] = never,
) -> list[float]:
    """When a stream is looked at whose looks find what is given."""
    return list(_looks(seconds, fps, size, stirring, active))


def _looks(
    seconds: float,
    fps: float,
    size: Callable[[float], int] | None,
    stirring: Callable[[float], bool],
    active: Callable[[float], bool],
) -> Iterator[float]:
    schedule = LookSchedule()
    for number in range(round(seconds * fps)):
        at = number / fps
        if schedule.due(at, None if size is None else size(at)):
            yield at
            moving = active(at)
            schedule.looked(at, stirring=moving or stirring(at), active=moving)


def a_second(times: list[float], begin: float, end: float) -> float:
    return sum(begin <= at < end for at in times) / (end - begin)


@pytest.mark.parametrize("fps", [5.0, 10.0, 15.0, 30.0])
def test_a_still_scene_is_decoded_less_than_three_times_a_second(fps: float) -> None:
    assert 2.0 <= a_second(looks(fps=fps), 5, 20) <= 3.0


@pytest.mark.parametrize("fps", [15.0, 30.0])
def test_a_plane_that_comes_for_nothing_is_looked_at_more_often(fps: float) -> None:
    assert a_second(looks(fps=fps, size=None), 5, 20) == pytest.approx(7.5, abs=0.5)


def test_a_jpeg_of_another_size_is_looked_at_without_delay() -> None:
    times = looks(size=lambda at: sizes(at) + (3_000 if at >= 10.4 else 0))
    first = min(at for at in times if at >= 10.4)
    assert first - 10.4 <= 1 / 15 + 1e-6


def test_one_jpeg_of_another_size_costs_a_look_or_two() -> None:
    plain = looks()
    times = looks(size=lambda at: sizes(at) + (3_000 if round(at * 15) == 156 else 0))
    assert len(plain) < len(times) <= len(plain) + 2


def test_jpegs_that_grow_a_little_in_a_row_are_looked_at_without_delay() -> None:
    grown = looks(size=lambda at: STILL_BYTES + (25 if 10.45 <= at < 10.7 else 0))
    assert any(10.45 <= at <= 10.45 + 2 / 15 for at in grown)
    assert not any(10.45 <= at <= 10.45 + 2 / 15 for at in looks(size=lambda at: STILL_BYTES))


def test_after_a_first_sign_the_very_next_frames_are_looked_at() -> None:
    times = looks(stirring=lambda at: 10 <= at < 10.5)
    first = min(at for at in times if at >= 10)
    assert a_second(times, first, first + 0.4) == pytest.approx(15, abs=3)
    assert a_second(times, 13, 20) <= 3.0


def test_what_stirs_without_end_does_not_cost_a_look_at_every_frame() -> None:
    times = looks(seconds=60, stirring=lambda at: True)
    assert a_second(times, 20, 60) <= 8.0


def test_motion_is_followed_at_a_steady_rate() -> None:
    times = looks(active=lambda at: at >= 10)
    following = [at for at in times if at > 11]
    assert a_second(times, 11, 20) <= 8.0
    assert max(after - before for before, after in pairwise(following)) <= 0.21


def test_a_clock_that_starts_again_is_looked_at() -> None:
    schedule = LookSchedule()
    assert schedule.due(1_000.0, None)
    schedule.looked(1_000.0, stirring=False)
    assert schedule.due(1.0, None)
