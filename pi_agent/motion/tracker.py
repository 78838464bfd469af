"""From looks at the scene to events: what belongs together, when it is over or too long."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pi_agent.protocol import Box, EventCause, EventState, MotionEvent

from .event_ids import new_event_id
from .observation import MotionObservation
from .settings import MotionSettings

_UPDATE_SECONDS = 1.0  # at most one update in that time
_SCORE_STEP = 5.0
_BOX_STEP = 0.1  # of the picture's sides


@dataclass(slots=True, kw_only=True)
class _OpenEvent:
    """The event that is going on; times in seconds of the clock that never jumps."""

    event: MotionEvent
    announced: MotionEvent
    began: float
    last_motion: float
    announced_at: float
    held_until: float


class MotionEventTracker:
    """Makes events of one camera's observations.

    Lengths are measured on the clock that never jumps; dates are those of the first frame plus the
    length, so that an event never ends before it began, whatever the wall clock does.
    """

    def __init__(self, camera: str, settings: MotionSettings) -> None:
        self._camera = camera
        self._settings = settings
        self._open: _OpenEvent | None = None

    @property
    def is_open(self) -> bool:
        """Whether an event is going on."""
        return self._open is not None

    def apply(self, settings: MotionSettings) -> None:
        """Go on with other settings, the open event too."""
        self._settings = settings

    def advance(
        self, observation: MotionObservation, *, captured_at: float
    ) -> tuple[MotionEvent, ...]:
        """Take an observation made of a frame of that time (seconds since the epoch).

        Returns the events that changed by it, in order.
        """
        ended = self._end_if_over(observation)
        if observation.active:
            return (*ended, *self._take(observation, captured_at))
        return ended

    def trigger(
        self, cause: EventCause, seconds: float, at: float, captured_at: float
    ) -> tuple[MotionEvent, ...]:
        """Start an event by hand, or keep the present one open, for so many seconds."""
        started: tuple[MotionEvent, ...] = ()
        current = self._open
        if current is None:
            current = self._start(cause, at, captured_at)
            started = (current.event,)
        current.held_until = max(current.held_until, at + seconds)
        return started

    def finish(self, at: float, captured_at: float) -> tuple[MotionEvent, ...]:
        """End the open event now: nobody looks any more."""
        del captured_at
        current = self._open
        return () if current is None else (self._end(current, max(at, current.began)),)

    def _end_if_over(self, observation: MotionObservation) -> tuple[MotionEvent, ...]:
        current = self._open
        if current is None:
            return ()
        quiet_from = max(current.last_motion, current.held_until)
        longest = current.began + self._settings.longest_event_seconds
        if observation.at >= longest:
            return (self._end(current, min(longest, max(quiet_from, current.began))),)
        over_at = max(current.last_motion + self._settings.cool_down_seconds, current.held_until)
        if not observation.active and observation.at >= over_at:
            return (self._end(current, quiet_from),)
        return ()

    def _take(self, observation: MotionObservation, captured_at: float) -> tuple[MotionEvent, ...]:
        if self._open is None:
            current = self._start(EventCause.MOTION, observation.at, captured_at)
            current.event = current.announced = _merged(current.event, observation)
            return (current.event,)
        current = self._open
        current.last_motion = observation.at
        current.event = _merged(current.event, observation)
        due = observation.at - current.announced_at >= _UPDATE_SECONDS
        if not due or not _differs_notably(current.event, current.announced):
            return ()
        current.event = replace(current.event, state=EventState.UPDATED)
        current.announced, current.announced_at = current.event, observation.at
        return (current.event,)

    def _start(self, cause: EventCause, at: float, captured_at: float) -> _OpenEvent:
        started_at = datetime.fromtimestamp(captured_at, UTC)
        event = MotionEvent(
            id=new_event_id(started_at),
            camera=self._camera,
            state=EventState.STARTED,
            cause=cause,
            started_at=started_at,
        )
        self._open = _OpenEvent(
            event=event, announced=event, began=at, last_motion=at, announced_at=at, held_until=at
        )
        return self._open

    def _end(self, current: _OpenEvent, at: float) -> MotionEvent:
        self._open = None
        length = timedelta(seconds=max(0.0, at - current.began))
        return replace(
            current.event, state=EventState.ENDED, ended_at=current.event.started_at + length
        )


def _merged(event: MotionEvent, observation: MotionObservation) -> MotionEvent:
    """The event with its highest score, the box that belongs to it, and all zones so far."""
    zones = tuple(dict.fromkeys((*event.zones, *observation.zones)))
    if observation.score <= event.score and event.box is not None:
        return replace(event, zones=zones)
    return replace(event, zones=zones, score=observation.score, box=observation.box)


def _differs_notably(now: MotionEvent, before: MotionEvent) -> bool:
    return (
        now.zones != before.zones
        or now.score >= before.score + _SCORE_STEP
        or _moved(now.box, before.box)
    )


def _moved(now: Box | None, before: Box | None) -> bool:
    if now is None or before is None:
        return now is not before
    pairs = ((now.x, before.x), (now.y, before.y), (now.w, before.w), (now.h, before.h))
    return any(abs(a - b) >= _BOX_STEP for a, b in pairs)
