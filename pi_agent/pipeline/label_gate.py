"""Lets events through to the journal: all of them, or those in which a wanted object was seen."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pi_agent.errors import StorageError
from pi_agent.events import EventJournal
from pi_agent.protocol import EventCause, EventState, Label, MotionEvent


@dataclass(slots=True, kw_only=True)
class _HeldEvent:
    """An event in which nothing was seen yet; `ended` is its last word, if it was said."""

    event: MotionEvent
    jpeg: bytes | None
    ended: MotionEvent | None = None


class LabelGate:
    """Holds back one event at a time, while `holds` says so. Lives on the event loop.

    What was asked for by hand or by another sensor is never held. An event that is over stays for
    a last look at it, until the next begins.
    """

    def __init__(self, journal: EventJournal, *, holds: Callable[[], bool]) -> None:
        self._journal = journal
        self._holds = holds
        self._held: _HeldEvent | None = None

    def record(self, event: MotionEvent, jpeg: bytes | None) -> None:
        """Take a change of an event; `jpeg` is its snapshot, given once."""
        if event.state is EventState.STARTED:
            self._held = None
            if event.cause is EventCause.MOTION and self._holds():
                self._held = _HeldEvent(event=event, jpeg=jpeg)
                return
        held = self._held
        if held is None or held.event.id != event.id:
            self._journal.record(event, jpeg)
        elif event.state is EventState.ENDED:
            held.ended = event
        else:
            held.event = replace(event, state=EventState.STARTED)

    def let_through(self) -> None:
        """Somebody asks for an event, by hand or by another sensor: one that goes on is it."""
        held = self._held
        if held is not None and held.ended is None:
            self._held = None
            self._journal.record(held.event, held.jpeg)

    async def tell(self, event_id: str, labels: tuple[Label, ...]) -> bool:
        """These were seen in the event; False where that cannot be saved yet: say it again."""
        held = self._held
        if held is None or held.event.id != event_id:
            return await self._add(event_id, labels)
        self._held = None
        self._journal.record(replace(held.event, labels=labels), held.jpeg)
        if held.ended is not None:
            self._journal.record(replace(held.ended, labels=labels))
        return True

    async def _add(self, event_id: str, labels: tuple[Label, ...]) -> bool:
        try:
            return await self._journal.record_labels(event_id, labels) is not None
        except StorageError:
            return False  # the journal has said why
