"""What the bus was told is told there once, over restarts too."""

import json
from datetime import UTC, datetime
from typing import Any

from custom_components.pi_motion_camera.agent_client.protocol import (
    EventCause,
    EventState,
    MotionEvent,
)
from custom_components.pi_motion_camera.motion_events import EventNotice
from custom_components.pi_motion_camera.state import EventPhase
from custom_components.pi_motion_camera.told_moments import ToldMoments


def notice(
    phase: EventPhase | None, *, replayed: bool = False, event_id: str = "one", **changes: Any
) -> EventNotice:
    ended = phase is not EventPhase.STARTED
    event = MotionEvent(
        id=event_id,
        camera="porch",
        state=EventState.ENDED if ended else EventState.STARTED,
        cause=EventCause.MOTION,
        started_at=datetime(2026, 11, 20, tzinfo=UTC),
        **changes,
    )
    return EventNotice(event=event, phase=phase, replayed=replayed)


def after_restart(told: ToldMoments) -> ToldMoments:
    again = ToldMoments()
    again.load(json.loads(json.dumps(told.dump())))
    return again


def test_each_moment_is_told_once() -> None:
    told = ToldMoments()
    moments = [EventPhase.STARTED, EventPhase.ENDED, EventPhase.CLIP_READY]
    for moment in moments:
        assert told.moment(notice(moment)) is moment
    for moment in moments:
        assert told.moment(notice(moment)) is None
        assert after_restart(told).moment(notice(moment, replayed=True)) is None


def test_a_change_that_is_no_moment_is_not_told() -> None:
    assert ToldMoments().moment(notice(None)) is None


def test_what_was_missed_is_told_for_the_record() -> None:
    told = ToldMoments()
    told.moment(notice(EventPhase.STARTED))
    told = after_restart(told)
    assert told.moment(notice(None, replayed=True)) is EventPhase.ENDED
    assert told.moment(notice(None, replayed=True)) is None
    assert told.moment(notice(None, replayed=True, clip="/clip.mp4")) is EventPhase.CLIP_READY
    assert told.moment(notice(None, replayed=True, clip="/clip.mp4")) is None


def test_an_end_that_comes_with_its_clip_is_one_moment() -> None:
    told = ToldMoments()
    assert told.moment(notice(None, replayed=True, clip="/clip.mp4")) is EventPhase.ENDED
    assert told.moment(notice(None, replayed=True, clip="/clip.mp4")) is None


def test_only_the_last_are_remembered() -> None:
    told = ToldMoments()
    for number in range(300):
        told.moment(notice(EventPhase.STARTED, event_id=str(number)))
    assert len(told.dump()) == 256
    assert told.moment(notice(EventPhase.STARTED, event_id="299")) is None
    assert told.moment(notice(EventPhase.STARTED, event_id="0")) is EventPhase.STARTED
