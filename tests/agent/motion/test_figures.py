"""Somebody who moves is found: small, slow, faint, with pauses, together with the light."""

from itertools import pairwise

import pytest

from pi_agent.motion import MotionEventTracker, MotionSettings
from pi_agent.protocol import CameraSettings, EventState, MotionEvent

from .disturbances import lamp, ramp, together
from .scenes import Draw, Plane, active_seconds, along, observed, walk

SETTINGS = CameraSettings(cool_down_seconds=5.0)


def events(draw: Draw, *, seconds: float) -> list[MotionEvent]:
    """Everything that is told of a scene."""
    tracker = MotionEventTracker("porch", MotionSettings.of(SETTINGS))
    return [
        event
        for observation in observed(draw, seconds=seconds)
        for event in tracker.advance(observation, captured_at=1.8e9 + observation.at)
    ]


@pytest.mark.parametrize("noise", [1.0, 3.0, 5.0])
def test_somebody_who_crosses_is_found_within_half_a_second(noise: float) -> None:
    active = active_seconds(observed(walk(6, 10), noise=noise))
    assert 6 <= active[0] <= 6.5
    assert active[-1] <= 10.2


@pytest.mark.parametrize("tall", [8, 12])
def test_a_small_figure_far_away_is_found(tall: int) -> None:
    active = active_seconds(observed(walk(6, 11, tall=tall, y=20)))
    assert 6 <= active[0] <= 7.5
    assert active[-1] <= 11.2


def test_a_slow_figure_is_found_and_not_lost() -> None:
    active = active_seconds(observed(walk(6, 46, tall=24), seconds=48))
    assert 6 <= active[0] <= 9
    assert max(after - before for before, after in pairwise(active)) <= 3


def test_a_faint_figure_is_found() -> None:
    active = active_seconds(observed(walk(6, 12, contrast=0.15), noise=1.0))
    assert 6 <= active[0] <= 8


def test_a_figure_that_stops_for_a_moment_and_goes_on_is_one_event() -> None:
    draw = along((6, -12), (8, 60), (11, 60), (13, 160))
    told = events(draw, seconds=25)
    assert len({event.id for event in told}) == 1
    ended = told[-1]
    assert ended.state is EventState.ENDED
    assert ended.ended_at is not None
    assert 6 <= (ended.ended_at - ended.started_at).total_seconds() <= 8


def test_a_figure_that_stands_for_long_is_found_again_when_it_goes_on() -> None:
    draw = along((6, -12), (8, 60), (28, 60), (30, 160))
    active = active_seconds(observed(draw, seconds=34))
    again = [at for at in active if at >= 28]
    assert again[0] <= 28.5
    assert [at for at in active if 12 <= at < 28] == []


def test_what_was_left_behind_is_no_motion() -> None:
    active = active_seconds(observed(along((6, -12), (8, 60), (99, 60)), seconds=60))
    assert [at for at in active if at >= 11] == []


@pytest.mark.parametrize(
    "light", [lamp(6), lamp(6, factor=0.5), ramp(6, 1.5, 1.4)], ids=["on", "off", "exposure"]
)
def test_somebody_who_comes_in_while_the_light_changes_is_found(light: Draw) -> None:
    active = active_seconds(observed(together(walk(6, 10), light)))
    assert 6 <= active[0] <= 8.5


@pytest.mark.parametrize("grey", [0, 255])
def test_differences_of_all_256_levels_do_not_wrap(grey: int) -> None:
    """Black before white and white before black are as plain as can be."""

    def draw(plane: Plane, at: float) -> None:
        plane[:] = 255 - grey
        if at >= 6:
            left = round((at - 6) * 30)
            plane[40:70, left : left + 12] = grey

    observations = [o for o in observed(draw, noise=0.0) if o.active]
    assert 6 <= observations[0].at <= 6.3
    assert max(o.score for o in observations) >= 80
