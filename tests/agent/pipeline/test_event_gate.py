"""Which events are held back, for whom, and what lets them through; before a real journal."""

from dataclasses import dataclass, replace

import pytest

from pi_agent.events import EventFeed, EventJournal
from pi_agent.pipeline.event_gate import EventGate
from pi_agent.protocol import Box, EventCause, EventState, Label, MotionEvent
from pi_agent.storage import Database, EventStore
from tests.agent.storage.test_event_store import motion_event

PERSON = Label(name="person", confidence=0.8, box=Box(x=0.1, y=0.1, w=0.2, h=0.4))
SECONDS = 10.0


@dataclass
class Gated:
    """A gate whose clock and wishes a test decides."""

    journal: EventJournal
    now: float = 1000.0
    awaits_label: bool = False

    def __post_init__(self) -> None:
        self.gate = EventGate(
            self.journal, awaits_label=lambda: self.awaits_label, now=lambda: self.now
        )

    def start(self, number: int = 1, cause: EventCause = EventCause.MOTION) -> MotionEvent:
        event = replace(motion_event(number), state=EventState.STARTED, cause=cause)
        self.gate.record(event, b"jpeg")
        return event

    def end(self, event: MotionEvent) -> None:
        ended = replace(event, state=EventState.ENDED, ended_at=event.started_at)
        self.gate.record(ended, None)

    @property
    def let_through(self) -> list[MotionEvent]:
        """What the journal is to save."""
        return [change.event for change in self.journal._waiting._changes]


@pytest.fixture
def gated(database: Database) -> Gated:
    return Gated(EventJournal(EventStore(database, now=lambda: 0.0), EventFeed()))


async def test_without_conditions_every_event_passes(gated: Gated) -> None:
    gated.end(gated.start())
    assert len(gated.let_through) == 2


@pytest.mark.parametrize("before", [0.0, SECONDS])
async def test_a_sensor_that_saw_somebody_just_before_agrees(gated: Gated, before: float) -> None:
    gated.gate.sensor_seconds = SECONDS
    gated.gate.sensor_sees()
    assert len(gated.let_through) == 0, "a sensor alone starts nothing"
    gated.now += before
    gated.start()
    assert len(gated.let_through) == 1


async def test_a_sensor_that_saw_somebody_long_before_does_not_agree(gated: Gated) -> None:
    gated.gate.sensor_seconds = SECONDS
    gated.gate.sensor_sees()
    gated.now += SECONDS + 0.1
    gated.start()
    assert len(gated.let_through) == 0


async def test_a_sensor_that_sees_somebody_while_it_moves_agrees(gated: Gated) -> None:
    gated.gate.sensor_seconds = SECONDS
    event = gated.start()
    gated.now += 60
    gated.gate.sensor_sees()
    assert len(gated.let_through) == 1
    gated.gate.sensor_sees()
    gated.end(event)
    assert len(gated.let_through) == 2


@pytest.mark.parametrize(("after", "changes"), [(SECONDS, 2), (SECONDS + 0.1, 0)])
async def test_a_sensor_that_comes_late_agrees_within_its_time(
    gated: Gated, after: float, changes: int
) -> None:
    gated.gate.sensor_seconds = SECONDS
    gated.end(gated.start())
    gated.now += after
    gated.gate.sensor_sees()
    assert len(gated.let_through) == changes


async def test_where_both_are_wanted_both_must_agree_in_whatever_order(gated: Gated) -> None:
    gated.gate.sensor_seconds, gated.awaits_label = SECONDS, True
    first = gated.start(1)
    assert await gated.gate.tell(first.id, (PERSON,))
    assert len(gated.let_through) == 0
    gated.gate.sensor_sees()
    assert len(gated.let_through) == 1
    gated.now += SECONDS + 1
    second = gated.start(2)
    gated.gate.sensor_sees()
    assert len(gated.let_through) == 1
    gated.end(second)
    assert await gated.gate.tell(second.id, (PERSON,))
    assert len(gated.let_through) == 3
    assert {event.labels for event in gated.let_through} == {(PERSON,)}


@pytest.mark.parametrize("cause", [EventCause.PIR, EventCause.MANUAL])
async def test_what_somebody_asked_for_waits_for_nobody(gated: Gated, cause: EventCause) -> None:
    gated.gate.sensor_seconds, gated.awaits_label = SECONDS, True
    gated.start(1, cause)
    assert len(gated.let_through) == 1
    gated.start(2)
    gated.gate.let_through()
    assert len(gated.let_through) == 2
