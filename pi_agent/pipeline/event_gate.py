"""Lets events through to the journal: all of them, or those that whoever must agree agrees to."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from pi_agent.errors import StorageError
from pi_agent.events import EventJournal
from pi_agent.protocol import EventCause, EventState, Label, MotionEvent


class _Word(Enum):
    """Whose word an event waits for."""

    LABEL = "a wanted object"
    SENSOR = "a motion sensor"


@dataclass(slots=True, kw_only=True)
class _HeldEvent:
    """An event that waits; `ended` is its last word, if it was said, at `ended_at` (seconds)."""

    event: MotionEvent
    jpeg: bytes | None
    awaited: set[_Word]
    ended: MotionEvent | None = None
    ended_at: float = math.inf


class EventGate:
    """Holds back one event at a time. Lives on the event loop.

    An event waits for a wanted object where `awaits_label` says so, and, where `sensor_seconds` is
    set, for a motion sensor that saw somebody at most so long before it began or after it was over.
    What was asked for by hand or by another sensor is never held. An event that is over stays for
    a last look at it, until the next begins.
    """

    def __init__(
        self,
        journal: EventJournal,
        *,
        awaits_label: Callable[[], bool],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sensor_seconds: float | None = None
        self._journal = journal
        self._awaits_label = awaits_label
        self._now = now
        self._sensor_at = -math.inf
        self._held: _HeldEvent | None = None

    def record(self, event: MotionEvent, jpeg: bytes | None) -> None:
        """Take a change of an event; `jpeg` is its snapshot, given once."""
        if event.state is EventState.STARTED:
            self._held = None
            awaited = self._awaited() if event.cause is EventCause.MOTION else set()
            if awaited:
                self._held = _HeldEvent(event=event, jpeg=jpeg, awaited=awaited)
                return
        held = self._held
        if held is None or held.event.id != event.id:
            self._journal.record(event, jpeg)
            return
        event = replace(event, labels=held.event.labels)
        if event.state is EventState.ENDED:
            held.ended, held.ended_at = event, self._now()
        else:
            held.event = replace(event, state=EventState.STARTED)

    def let_through(self) -> None:
        """Somebody asks for an event, by hand or by another sensor: one that goes on is it."""
        held = self._held
        if held is not None and held.ended is None:
            self._release(held)

    def sensor_sees(self) -> None:
        """A sensor that must agree sees somebody now."""
        now = self._sensor_at = self._now()
        held = self._held
        if held is not None and now - held.ended_at <= (self.sensor_seconds or 0.0):
            self._agree(held, _Word.SENSOR)

    async def tell(self, event_id: str, labels: tuple[Label, ...]) -> bool:
        """These were seen in the event; False where that cannot be saved yet: say it again."""
        held = self._held
        if held is None or held.event.id != event_id:
            return await self._add(event_id, labels)
        held.event = replace(held.event, labels=labels)
        if held.ended is not None:
            held.ended = replace(held.ended, labels=labels)
        self._agree(held, _Word.LABEL)
        return True

    def _awaited(self) -> set[_Word]:
        awaited = {_Word.LABEL} if self._awaits_label() else set()
        seconds = self.sensor_seconds
        if seconds is not None and self._now() - self._sensor_at > seconds:
            awaited.add(_Word.SENSOR)
        return awaited

    def _agree(self, held: _HeldEvent, word: _Word) -> None:
        held.awaited.discard(word)
        if not held.awaited:
            self._release(held)

    def _release(self, held: _HeldEvent) -> None:
        self._held = None
        self._journal.record(held.event, held.jpeg)
        if held.ended is not None:
            self._journal.record(held.ended)

    async def _add(self, event_id: str, labels: tuple[Label, ...]) -> bool:
        try:
            return await self._journal.record_labels(event_id, labels) is not None
        except StorageError:
            return False  # the journal has said why
