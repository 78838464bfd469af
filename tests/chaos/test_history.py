"""Every promise that the fault suite asserts can be seen to be broken."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pi_agent.protocol import EventCause, EventState, MotionEvent
from scripts.faults.history import (
    BusRecord,
    EntityState,
    History,
    Recovery,
    Told,
    broken_promises,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SENSOR = "binary_sensor.porch_motion"


def an_event(event_id: str = "a", revision: int = 4) -> MotionEvent:
    return MotionEvent(
        id=event_id,
        camera="camera",
        state=EventState.ENDED,
        cause=EventCause.MOTION,
        started_at=NOON,
        ended_at=NOON + timedelta(seconds=3),
        snapshot="/snapshot.jpg",
        clip="/clip.mp4",
        revision=revision,
    )


def sensor(state: str, at: float) -> EntityState:
    return EntityState(entity=SENSOR, state=state, at=at, device_class="motion")


def shown(kind: str, state: str) -> EntityState:
    """The event entity, which is in that state since it told of something."""
    return EntityState(entity="event.porch", state=state, at=0, event_id="a", event_type=kind)


GOOD = History(
    announced={"a": an_event()},
    kept={"a": an_event()},
    bus=BusRecord(
        told=(
            Told(event_id="a", type="started", replayed=False),
            Told(event_id="a", type="ended", replayed=True),
        ),
        states=(
            sensor("off", 0),
            sensor("on", 1),
            sensor("on", 2),
            sensor("off", 5),
            shown("started", "12:00"),
            shown("started", "unavailable"),
            shown("started", "12:00"),
        ),
    ),
    archived=frozenset({"a"}),
    recoveries=(Recovery(fault="agent killed", seconds=3.0, bound=30.0),),
)


def kept(**changes: object) -> Callable[[], History]:
    return lambda: replace(GOOD, kept={"a": replace(an_event(), **changes)})  # type: ignore[arg-type]


def told(*more: Told) -> Callable[[], History]:
    return lambda: replace(GOOD, bus=replace(GOOD.bus, told=GOOD.bus.told + more))


def with_states(*states: EntityState) -> Callable[[], History]:
    return lambda: replace(GOOD, bus=replace(GOOD.bus, states=GOOD.bus.states + states))


BROKEN: dict[str, Callable[[], History]] = {
    "the agent has lost it": lambda: replace(GOOD, kept={}),
    "as it was before revision 4": kept(revision=3),
    "never ended": kept(state=EventState.UPDATED),
    "ended before it started": kept(ended_at=NOON - timedelta(hours=1)),
    "has no picture": kept(snapshot=None),
    "neither a clip nor a reason": kept(clip=None),
    "never told that event a ended": lambda: replace(GOOD, bus=replace(GOOD.bus, told=())),
    "is not in Home Assistant's archive": lambda: replace(GOOD, archived=frozenset()),
    "told 2 times that event a ended": told(Told(event_id="a", type="ended", replayed=True)),
    "told 2 times that event a started": with_states(shown("started", "12:01")),
    "was on for 61.0 s": with_states(sensor("on", 10), sensor("off", 71)),
    "is on at the end": with_states(sensor("on", 10)),
    "is unavailable at the end": with_states(sensor("unavailable", 10)),
    "back after 31.0 s, not 30": lambda: replace(
        GOOD, recoveries=(Recovery(fault="agent killed", seconds=31.0, bound=30.0),)
    ),
    "not back within 30 s": lambda: replace(
        GOOD, recoveries=(Recovery(fault="agent killed", seconds=None, bound=30.0),)
    ),
    "the agent ended by itself": lambda: replace(GOOD, problems=("the agent ended by itself",)),
}


def test_a_history_with_nothing_wrong_breaks_no_promise() -> None:
    assert broken_promises(GOOD) == []


@pytest.mark.parametrize("sentence", BROKEN)
def test_a_broken_promise_is_found_and_nothing_else(sentence: str) -> None:
    (found,) = broken_promises(BROKEN[sentence]())
    assert sentence in found


def test_what_was_before_home_assistant_listened_need_not_be_told() -> None:
    known = {"a": an_event(), "old": an_event("old", revision=1)}
    history = replace(GOOD, announced=known, kept=known)
    assert len(broken_promises(history)) == 2
    assert broken_promises(replace(history, before=frozenset({"old"}))) == []


def test_a_line_that_a_kill_cut_off_is_left_out() -> None:
    line = json.dumps({"kind": "told", "event_id": "a", "type": "ended", "replayed": True, "at": 1})
    record = BusRecord.parse(f'{{"kind": "began"}}\n{line}\n{line[:20]}')
    assert record.told == (Told(event_id="a", type="ended", replayed=True),)


def test_a_line_in_the_middle_that_makes_no_sense_is_a_defect() -> None:
    with pytest.raises(json.JSONDecodeError):
        BusRecord.parse('{"kind": "be\n{"kind": "began"}\n')
