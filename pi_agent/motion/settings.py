"""What motion detection needs of a camera's settings."""

from dataclasses import dataclass
from typing import Self

from pi_agent.protocol import CameraSettings, Zone
from pi_agent.protocol.settings import Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionSettings:
    """How much counts as motion (1 to 100), where, and how long an event lasts (seconds)."""

    sensitivity: int = 50
    zones: tuple[Zone, ...] = ()
    masks: tuple[Polygon, ...] = ()
    cool_down_seconds: float = 5.0
    longest_event_seconds: float = 120.0

    @classmethod
    def of(cls, settings: CameraSettings) -> Self:
        """The part of a camera's settings that is about motion."""
        return cls(
            sensitivity=settings.sensitivity,
            zones=settings.zones,
            masks=settings.masks,
            cool_down_seconds=settings.cool_down_seconds,
            longest_event_seconds=settings.longest_event_seconds,
        )
