"""How an event of an agent is told inside Home Assistant: to event entities and on the bus."""

from dataclasses import dataclass
from typing import Any

from .agent_client.protocol import MotionEvent
from .state import EventPhase
from .views import event_clip_path, event_snapshot_path


@dataclass(frozen=True, slots=True, kw_only=True)
class EventNotice:
    """A change of an event that users may want to hear of.

    `phase` is None for a change that is none of its moments. `replayed`: it happened while Home
    Assistant was away, so it is told for the record and must turn nothing on.
    """

    event: MotionEvent
    phase: EventPhase | None
    replayed: bool


def event_attributes(entry_id: str, event: MotionEvent) -> dict[str, Any]:
    """What automations and notifications need of an event, small enough to be recorded."""
    return {
        "event_id": event.id,
        "cause": event.cause.value,
        "started_at": event.started_at.isoformat(timespec="milliseconds"),
        "ended_at": event.ended_at and event.ended_at.isoformat(timespec="milliseconds"),
        "score": round(event.score, 1),
        "zones": list(event.zones),
        "labels": sorted({label.name for label in event.labels}),
        "snapshot": event_snapshot_path(entry_id, event.id) if event.snapshot else None,
        "clip": event_clip_path(entry_id, event.id) if event.clip else None,
    }


def bus_data(entry_id: str, moment: EventPhase, notice: EventNotice) -> dict[str, Any]:
    """The data of the bus event: what the event entity tells, and whose event it is."""
    event = notice.event
    return {
        "type": moment,
        "replayed": notice.replayed,
        "entry_id": entry_id,
        "camera": event.camera,
        **event_attributes(entry_id, event),
    }
