"""Which moments of the last events Home Assistant's bus was told of: none is told there twice."""

from collections.abc import Iterable

from .agent_client.protocol import EventState, MotionEvent
from .motion_events import EventNotice
from .state import EventPhase

_MOST = 256  # some days of a quiet camera; older events change by a user's hand alone


class ToldMoments:
    """Bounded, and kept over restarts by the `RevisionStore` that it is given to."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self._told: dict[tuple[str, str], None] = {}

    def moment(self, notice: EventNotice) -> EventPhase | None:
        """What the bus is to be told now, and is from now on taken to know; None for nothing new.

        After a restart only this remembers what was told: the newest event may be known from the
        agent alone, and a change of an event that was told may be all that was missed.
        """
        event = notice.event
        for moment in _moments(notice):
            if (event.id, moment.value) not in self._told:
                self._note(event.id, moment)
                if event.clip and moment is EventPhase.ENDED:  # told in one
                    self._note(event.id, EventPhase.CLIP_READY)
                return moment
        return None

    def load(self, moments: Iterable[Iterable[str]]) -> None:
        """Remember what `dump` told."""
        self._told = dict.fromkeys((event_id, moment) for event_id, moment in moments)

    def dump(self) -> list[list[str]]:
        """Everything, as JSON can hold it."""
        return [list(key) for key in self._told]

    def _note(self, event_id: str, moment: EventPhase) -> None:
        self._told[event_id, moment.value] = None
        while len(self._told) > _MOST:
            del self._told[next(iter(self._told))]


def _moments(notice: EventNotice) -> list[EventPhase]:
    """What the notice may mean, the most important first."""
    event = notice.event
    if not notice.replayed:
        return [notice.phase] if notice.phase else []
    has_clip = event.state is EventState.ENDED and event.clip is not None
    return [notice.phase or _missed(event), *([EventPhase.CLIP_READY] if has_clip else [])]


def _missed(event: MotionEvent) -> EventPhase:
    return EventPhase.ENDED if event.state is EventState.ENDED else EventPhase.STARTED
