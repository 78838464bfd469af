"""Changes of events that wait to be saved: a few as a rule, many while the disk takes nothing."""

from collections import deque
from dataclasses import dataclass

from pi_agent.protocol import EventState, MotionEvent

_MOST_EVENTS = 200  # that wait as a whole; beyond it the oldest of them is lost, and counted
_MOST_PICTURE_BYTES = 16 * 2**20


@dataclass(slots=True, kw_only=True, eq=False)
class Change:
    """What the tracker said of an event; `jpeg` is its snapshot, given once."""

    event: MotionEvent
    jpeg: bytes | None = None


class WaitingChanges:
    """In order, in bounded memory. An event that a client has heard of is never let go."""

    def __init__(
        self, *, most_events: int = _MOST_EVENTS, most_picture_bytes: int = _MOST_PICTURE_BYTES
    ) -> None:
        self._most_events = most_events
        self._most_picture_bytes = most_picture_bytes
        self._changes: deque[Change] = deque()
        self.lost_events = 0

    def __len__(self) -> int:
        return len(self._changes)

    @property
    def first(self) -> Change:
        """The change whose turn it is."""
        return self._changes[0]

    def drop_first(self) -> None:
        """The first change is saved."""
        self._changes.popleft()

    def add(self, change: Change) -> None:
        """Take a change; an update says all that an earlier one said, and takes its place."""
        if change.event.state is EventState.UPDATED:
            for waiting in self._behind_first():
                same = waiting.event.id == change.event.id
                if same and waiting.event.state is EventState.UPDATED:
                    waiting.event = change.event
                    return
        self._changes.append(change)
        self._bound_pictures()
        self._bound_events()

    def _behind_first(self) -> list[Change]:
        """All but the first, which may be on its way to the disk."""
        return list(self._changes)[1:]

    def _bound_pictures(self) -> None:
        total = sum(len(change.jpeg or b"") for change in self._changes)
        for change in self._behind_first():
            if total <= self._most_picture_bytes:
                return
            total -= len(change.jpeg or b"")
            change.jpeg = None

    def _bound_events(self) -> None:
        whole = self._whole_events()
        if len(whole) > self._most_events:
            self._changes = deque(c for c in self._changes if c.event.id != whole[0])
            self.lost_events += 1

    def _whole_events(self) -> list[str]:
        """Events that wait from start to end, oldest first: nobody has heard of them yet."""
        waiting = self._behind_first()
        started = [c.event.id for c in waiting if c.event.state is EventState.STARTED]
        ended = {c.event.id for c in waiting if c.event.state is EventState.ENDED}
        return [event_id for event_id in started if event_id in ended]
