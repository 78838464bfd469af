"""What was told to whom while things went wrong, and which promises that broke. Pure: no I/O."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pi_agent.protocol import EventState, MotionEvent

_ENDINGS = {"ended", "clip_ready"}  # what the bus says of an event that is over
_MOTION = "motion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A moment of an event on Home Assistant's bus."""

    event_id: str
    type: str
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityState:
    """A state that an entity took; `at` in seconds since the epoch."""

    entity: str
    state: str
    at: float
    event_id: str | None = None
    event_type: str | None = None
    device_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusRecord:
    """What Home Assistant's bus said, over all its lives."""

    told: tuple[Told, ...] = ()
    states: tuple[EntityState, ...] = ()

    @classmethod
    def parse(cls, text: str) -> BusRecord:
        """The lines of the bus recorder; the last one may have been cut off by a kill."""
        lines = list(_documents(text))
        return cls(
            told=tuple(_made(Told, line) for line in lines if line["kind"] == "told"),
            states=tuple(_made(EntityState, line) for line in lines if line["kind"] == "state"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How long everything took to be back after a fault of this kind; None: it never was.

    Not `is_waited_for`: the next fault struck before, and its recovery stands for both.
    """

    fault: str
    bound: float
    seconds: float | None = None
    is_waited_for: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that the promises are judged by.

    `announced` are the events as a client of the agent heard of them last, `kept` as the agent has
    them at the end, `archived` the ids of those whose picture Home Assistant has copied.
    `before` are those from before Home Assistant first listened. `problems` are what somebody saw
    break as it happened.
    """

    announced: Mapping[str, MotionEvent]
    kept: Mapping[str, MotionEvent]
    bus: BusRecord
    archived: frozenset[str]
    before: frozenset[str] = frozenset()
    recoveries: tuple[Recovery, ...] = ()
    longest_on_seconds: float = 60.0
    problems: tuple[str, ...] = field(default=())


def broken_promises(history: History) -> list[str]:
    """Each broken promise as a sentence; none where all were kept."""
    return [
        *history.problems,
        *_lost_by_agent(history),
        *_unfinished(history),
        *_lost_by_home_assistant(history),
        *_told_twice(history.bus),
        *_stuck(history),
        *_late(history.recoveries),
    ]


def longest_on(bus: BusRecord) -> float:
    """The longest time that a motion sensor was on, in seconds."""
    stretches = (until.at - since.at for since, until in _on_stretches(bus))
    return max(stretches, default=0.0)


def _lost_by_agent(history: History) -> Iterator[str]:
    for event in history.announced.values():
        kept = history.kept.get(event.id)
        if kept is None:
            yield f"event {event.id} was announced, and the agent has lost it"
        elif kept.revision < event.revision:
            yield f"event {event.id} is kept as it was before revision {event.revision}"


def _unfinished(history: History) -> Iterator[str]:
    for event in history.kept.values():
        if event.state is not EventState.ENDED or event.ended_at is None:
            yield f"event {event.id} never ended"
        elif event.ended_at < event.started_at:
            yield f"event {event.id} ended before it started"
        elif event.snapshot is None:
            yield f"event {event.id} has no picture"
        elif event.clip is None and event.clip_error is None:
            yield f"event {event.id} has neither a clip nor a reason why not"


def _lost_by_home_assistant(history: History) -> Iterator[str]:
    ended = {told.event_id for told in history.bus.told if told.type in _ENDINGS}
    for event_id in history.kept.keys() - history.before:
        if event_id not in ended:
            yield f"Home Assistant's bus was never told that event {event_id} ended"
        if event_id not in history.archived:
            yield f"event {event_id} is not in Home Assistant's archive"


def _told_twice(bus: BusRecord) -> Iterator[str]:
    moments = Counter((told.event_id, told.type) for told in bus.told)
    for (event_id, moment), count in moments.items():
        if count > 1:
            yield f"the bus was told {count} times that event {event_id} {moment}"
    # A state is written again with every restart; another time in it makes it another moment.
    shown = {(s.event_id, s.event_type, s.state) for s in bus.states if s.event_id and s.event_type}
    known = {(s.event_id, s.event_type, s.state) for s in bus.states if s.state == "unavailable"}
    entity = Counter((event_id, kind) for event_id, kind, _ in shown - known)
    for (event_id, kind), count in entity.items():
        if count > 1:
            yield f"the event entity told {count} times that event {event_id} {kind}"


def _stuck(history: History) -> Iterator[str]:
    for since, until in _on_stretches(history.bus):
        seconds = until.at - since.at
        if seconds > history.longest_on_seconds:
            bound = f"more than {history.longest_on_seconds:g}"
            yield f"{since.entity} was on for {seconds:.1f} s, {bound}"
    for entity, states in _motion_states(history.bus).items():
        if states[-1].state != "off":
            yield f"{entity} is {states[-1].state} at the end, with nobody before the camera"


def _late(recoveries: Iterable[Recovery]) -> Iterator[str]:
    for recovery in recoveries:
        if not recovery.is_waited_for:
            continue
        if recovery.seconds is None:
            yield f"{recovery.fault}: not back within {recovery.bound:g} s"
        elif recovery.seconds > recovery.bound:
            yield f"{recovery.fault}: back after {recovery.seconds:.1f} s, not {recovery.bound:g}"


def _on_stretches(bus: BusRecord) -> Iterator[tuple[EntityState, EntityState]]:
    """From when a motion sensor turned on until it was anything else."""
    for states in _motion_states(bus).values():
        changes = [states[0], *(new for old, new in pairwise(states) if new.state != old.state)]
        yield from ((old, new) for old, new in pairwise(changes) if old.state == "on")


def _motion_states(bus: BusRecord) -> dict[str, list[EntityState]]:
    found: dict[str, list[EntityState]] = {}
    for state in bus.states:
        if state.device_class == _MOTION and state.entity.startswith("binary_sensor."):
            found.setdefault(state.entity, []).append(state)
    return found


def _documents(text: str) -> Iterator[dict[str, Any]]:
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            if number < len(lines):
                raise


def _made[T](kind: type[T], line: Mapping[str, Any]) -> T:
    wanted = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return kind(**{key: value for key, value in line.items() if key in wanted})
