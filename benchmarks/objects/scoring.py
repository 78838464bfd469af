"""What the labels of an agent's events are worth, next to what the footage shows.

- An event of the footage counts as found when an event of the agent that overlaps it has one of the
  labels that it shows, or one that is as good.
- A label is false where no event of the footage that overlaps the agent's one shows it, nor the
  clip may. Between the events of the footage, and where either answer is right, so may all that its
  clip shows anywhere.
- The delay of an event that is found is that from its start, or from the agent's event where that
  is later, to the answer of the look that made the label sure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.motion.ground_truth import Clip, Span

from .chain import LabelledEvent
from .shown import Shown, shown_in

_TAIL = 0.5  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One event of the footage: what it shows, and the label that told so after `delay` seconds."""

    clip: str
    number: int
    kind: str
    label: str | None
    delay: float | None
    looks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseLabel:
    """One label of an agent's event that is none of what the footage shows."""

    clip: str
    at: float
    name: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of one clip."""

    moments: tuple[Moment, ...]
    false: tuple[FalseLabel, ...]
    looks: int


def score(clip: Clip, events: Sequence[LabelledEvent]) -> Score:
    """Judge the labels of all the agent's events of a clip."""
    shown = shown_in(clip)
    return Score(
        moments=tuple(
            _moment(clip, number, span, what, events)
            for number, (span, all_of_it) in enumerate(zip(clip.events, shown.events, strict=True))
            for what in all_of_it
        ),
        false=tuple(false for event in events for false in _false(clip, event)),
        looks=sum(len(event.looks) for event in events),
    )


def _moment(
    clip: Clip, number: int, span: Span, what: Shown, events: Sequence[LabelledEvent]
) -> Moment:
    during = [event for event in events if _overlap(event, span)]
    told = [
        (at, name, event)
        for event in during
        for name, at in event.labels.items()
        if name in what.labels
    ]
    at, name, event = min(told, key=lambda one: one[0], default=(None, None, None))
    delay = None if at is None or event is None else at - max(span[0], event.began)
    return Moment(
        clip=clip.name,
        number=number,
        kind=what.kind,
        label=name,
        delay=None if delay is None else max(0.0, delay),
        looks=sum(span[0] <= at <= span[1] for event in during for at in event.looks),
    )


def _false(clip: Clip, event: LabelledEvent) -> Iterator[FalseLabel]:
    shown = shown_in(clip)
    during = [
        all_of_it
        for span, all_of_it in zip(clip.events, shown.events, strict=True)
        if _overlap(event, span)
    ]
    if not during and any(_overlap(event, span) for span in clip.ignored):
        during = list(shown.events)
    right = {name for all_of_it in during for what in all_of_it for name in what.labels}
    if during:
        right |= shown.may
    for name, at in event.labels.items():
        if name not in right:
            yield FalseLabel(
                clip=clip.name, at=at, name=name, confidence=event.best[name].confidence
            )


def _overlap(event: LabelledEvent, span: Span) -> bool:
    return event.began <= span[1] + _TAIL and event.ended >= span[0]
