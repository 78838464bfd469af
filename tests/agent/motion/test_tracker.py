"""From observations to events: one stretch of motion is one event."""

from datetime import UTC, datetime, timedelta

import pytest

from pi_agent.motion import MotionEventTracker, MotionObservation, MotionSettings
from pi_agent.protocol import Box, CameraSettings, EventCause, EventState, MotionEvent

EPOCH = 1_800_000_000.0
BOX = Box(x=0.1, y=0.1, w=0.2, h=0.2)


def tracker(**settings: float) -> MotionEventTracker:
    return MotionEventTracker("porch", MotionSettings.of(CameraSettings(**settings)))  # type: ignore[arg-type]


def play(
    events: MotionEventTracker,
    active: list[tuple[float, float]],
    until: float,
    *,
    clock: float = EPOCH,
) -> list[MotionEvent]:
    """Ten observations a second, active within the given stretches."""
    told: list[MotionEvent] = []
    for number in range(round(until * 10)):
        at = number / 10
        on = any(begin <= at < end for begin, end in active)
        observation = MotionObservation(
            at=at, active=on, score=40.0 if on else 0.0, box=BOX if on else None
        )
        told += events.advance(observation, captured_at=clock + at)
    return told


def test_a_stretch_of_motion_is_one_event_that_ends_with_its_motion() -> None:
    started, ended = play(tracker(cool_down_seconds=3), [(2, 5)], 12)
    assert (started.state, ended.state) == (EventState.STARTED, EventState.ENDED)
    assert started.id == ended.id
    assert started.cause is EventCause.MOTION
    assert started.started_at == datetime.fromtimestamp(EPOCH + 2, UTC)
    assert ended.ended_at is not None
    assert ended.ended_at - ended.started_at == pytest.approx(
        timedelta(seconds=2.9), abs=timedelta(seconds=0.11)
    )
    assert (started.score, started.box) == (40.0, BOX)


def test_a_short_pause_does_not_split_an_event_and_a_long_one_does() -> None:
    one = play(tracker(cool_down_seconds=3), [(2, 4), (6, 8)], 20)
    two = play(tracker(cool_down_seconds=1), [(2, 4), (6, 8)], 20)
    assert len({event.id for event in one}) == 1
    assert len({event.id for event in two}) == 2


def test_motion_without_end_is_split_at_the_longest_event() -> None:
    told = play(tracker(longest_event_seconds=5), [(0, 60)], 26)
    ended = [event for event in told if event.state is EventState.ENDED]
    assert len(ended) >= 4
    for event in ended:
        assert event.ended_at is not None
        assert event.ended_at - event.started_at <= timedelta(seconds=5.2)


def test_ids_are_unique_and_sort_by_time() -> None:
    told = play(tracker(cool_down_seconds=0.5), [(n * 3, n * 3 + 1) for n in range(10)], 40)
    ids = [event.id for event in told if event.state is EventState.STARTED]
    assert len(set(ids)) == 10
    assert ids == sorted(ids)


def test_a_clock_that_jumps_back_never_makes_an_event_end_before_it_began() -> None:
    events = tracker(cool_down_seconds=1)
    told = play(events, [(1, 99)], 5)
    day_back = EPOCH - 86_400
    for number in range(50, 100):
        observation = MotionObservation(at=number / 10)
        told += events.advance(observation, captured_at=day_back + number / 10)
    ended = told[-1]
    assert ended.state is EventState.ENDED
    assert ended.ended_at is not None
    assert ended.started_at <= ended.ended_at <= ended.started_at + timedelta(seconds=10)


def test_an_event_by_hand_lasts_as_long_as_it_was_asked_for() -> None:
    events = tracker(cool_down_seconds=1)
    (started,) = events.trigger(EventCause.PIR, 6, 0.0, EPOCH)
    assert started.cause is EventCause.PIR
    told = play(events, [], 10)
    assert [event.state for event in told] == [EventState.ENDED]
    assert told[0].ended_at is not None
    assert told[0].ended_at - told[0].started_at == timedelta(seconds=6)


def test_a_trigger_during_an_event_keeps_it_open() -> None:
    events = tracker(cool_down_seconds=1)
    (started,) = play(events, [(0, 1)], 1)
    assert events.trigger(EventCause.MANUAL, 8, 1.0, EPOCH + 1) == ()
    (ended,) = events.finish(9.5, EPOCH + 9.5)
    assert ended.id == started.id


def test_finishing_ends_an_open_event_once() -> None:
    events = tracker()
    play(events, [(0, 2)], 2)
    assert [event.state for event in events.finish(2.0, EPOCH)] == [EventState.ENDED]
    assert events.finish(3.0, EPOCH) == ()
    assert not events.is_open
