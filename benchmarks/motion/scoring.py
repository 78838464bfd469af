"""How well a detector does, event by event.

- The first two seconds of a clip are not scored; an event that starts in them starts at their end.
- An event is found when motion is reported between its start and half a second after its end.
- Motion outside all events (from half a second before to a second and a half after), outside
  ignored spans and the first two seconds is false. False motion with pauses of at most two seconds
  is one alarm, and counts again for every ten seconds that it goes on: who never stops shouting is
  not rewarded for it.
- The delay of an event that is found is told where nothing was reported in the second before it.
"""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .ground_truth import Clip, Span

_WARM_UP = 2.0  # seconds, as all that follow
_LEAD, _TAIL, _GRACE = 0.5, 0.5, 1.5
_MERGE, _AGAIN = 2.0, 10.0
_SILENT_BEFORE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of one clip, or of several together."""

    events: int = 0
    found: int = 0
    alarms: int = 0
    quiet_seconds: float = 0.0
    delays: tuple[float, ...] = ()  # seconds

    @property
    def precision(self) -> float:
        """The share of what is reported that is an event; 0 where nothing is."""
        reported = self.found + self.alarms
        return self.found / reported if reported else 0.0

    @property
    def recall(self) -> float:
        """The share of events that is found; 0 where there are none."""
        return self.found / self.events if self.events else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def alarms_an_hour(self) -> float:
        """False alarms for each hour of quiet; NaN without any quiet."""
        return self.alarms / self.quiet_seconds * 3600 if self.quiet_seconds else math.nan

    @property
    def delay_median(self) -> float:
        """Seconds; NaN where no delay is known."""
        return statistics.median(self.delays) if self.delays else math.nan

    @property
    def delay_p90(self) -> float:
        """Seconds that nine of ten delays do not exceed; NaN where no delay is known."""
        ranked = sorted(self.delays)
        return ranked[math.ceil(0.9 * len(ranked)) - 1] if ranked else math.nan


def score(clip: Clip, frames: Sequence[float], motion: Sequence[float]) -> Score:
    """Score a clip by the seconds of its frames and, both rising, those with motion reported."""
    step = frames[-1] / (len(frames) - 1) if len(frames) > 1 else 0.0
    events = [(max(start, _WARM_UP), end) for start, end in clip.events if end > _WARM_UP]
    hits = [_first(motion, start, end + _TAIL) for start, end in events]
    busy = [(start - _LEAD, end + _GRACE) for start, end in clip.events]
    busy += [*clip.ignored, (-math.inf, _WARM_UP)]
    return Score(
        events=len(events),
        found=sum(hit is not None for hit in hits),
        alarms=_alarms((at for at in motion if not _within(at, busy)), step),
        quiet_seconds=sum(not _within(at, busy) for at in frames) * step,
        delays=tuple(
            hit - start
            for hit, (start, _) in zip(hits, events, strict=True)
            if hit is not None and _was_silent(motion, start)
        ),
    )


def together(scores: Iterable[Score]) -> Score:
    """One score of several clips."""
    every = list(scores)
    return Score(
        events=sum(one.events for one in every),
        found=sum(one.found for one in every),
        alarms=sum(one.alarms for one in every),
        quiet_seconds=sum(one.quiet_seconds for one in every),
        delays=tuple(delay for one in every for delay in one.delays),
    )


def _first(motion: Iterable[float], start: float, end: float) -> float | None:
    return next((at for at in motion if start <= at <= end), None)


def _was_silent(motion: Iterable[float], start: float) -> bool:
    before = any(start - _SILENT_BEFORE <= at < start for at in motion)
    return start > _WARM_UP and not before


def _within(at: float, spans: Iterable[Span]) -> bool:
    return any(start <= at <= end for start, end in spans)


def _alarms(false: Iterable[float], step: float) -> int:
    alarms, first, last = 0, 0.0, -math.inf
    for at in [*false, math.inf]:
        if at - last > _MERGE:
            if last > -math.inf:
                alarms += max(1, math.ceil((last + step - first) / _AGAIN))
            first = at
        last = at
    return alarms
