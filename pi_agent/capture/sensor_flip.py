"""What of a view a sensor does by itself, for nothing: mirror both ways, and so half a turn."""

from dataclasses import dataclass, replace
from typing import Self

from pi_agent.frames import PictureView


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorFlip:
    """How the sensor is read out."""

    horizontal: bool = False
    vertical: bool = False

    @classmethod
    def of(cls, view: PictureView) -> tuple[Self, PictureView]:
        """The flip for this view, and what is then left of it for others to do."""
        half_turn = view.rotation == 180
        flip = cls(
            horizontal=view.flip_horizontal != half_turn,
            vertical=view.flip_vertical != half_turn,
        )
        rest = replace(
            view,
            flip_horizontal=False,
            flip_vertical=False,
            rotation=0 if half_turn else view.rotation,
        )
        return flip, rest
