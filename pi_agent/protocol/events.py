"""A motion event: one stretch of motion, from the frame that tripped it to its clip."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated

from .codec import Between, Length

Fraction = Annotated[float, Between(low=0, high=1)]
Identifier = Annotated[str, Length(low=1, high=64)]
LabelName = Annotated[str, Length(low=1, high=64)]


class EventState(Enum):
    """Where an event stands."""

    STARTED = "started"
    UPDATED = "updated"
    ENDED = "ended"


class EventCause(Enum):
    """What started an event."""

    MOTION = "motion"
    PIR = "pir"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle as fractions of the picture: left, top, width, height."""

    x: Fraction
    y: Fraction
    w: Fraction
    h: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """An object seen in an event, confidence from 0 to 1; `box` is where it was seen best."""

    name: LabelName
    confidence: Fraction
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionEvent:
    """One stretch of motion as it is now.

    `revision` counts every change of any event of the agent, without gaps; 0 before it is saved.
    `score` is the highest motion score so far, 0 to 100. `snapshot` and `clip` are API paths, null
    while there is none; `clip_error` says why there will be no clip. `keep` protects the event from
    retention for as long as anything else can be deleted.
    """

    id: Identifier
    camera: Identifier
    state: EventState
    cause: EventCause
    started_at: datetime
    ended_at: datetime | None = None
    score: Annotated[float, Between(low=0, high=100)] = 0.0
    box: Box | None = None
    zones: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    snapshot: str | None = None
    clip: str | None = None
    clip_error: str | None = None
    keep: bool = False
    revision: int = 0
