"""What motion detection sees in one frame after the other, for who watches it at work."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from .codec import Between
from .events import Box, Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelMask:
    """The pixels that counted, row by row, eight a byte (the first the highest bit), in base 64."""

    width: Annotated[int, Between(low=1, high=4096)]
    height: Annotated[int, Between(low=1, high=4096)]
    bits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionLook:
    """One look at the scene.

    `score` is told whatever the sensitivity is: it counts from `threshold` (100 - sensitivity) on.
    `boxes` and `mask` are of what counts in this frame, `active` says whether anything does; while
    `learning` the scene is new, and nothing does. `fps` are the frames captured a second.
    """

    camera: Identifier
    at: datetime
    score: Annotated[float, Between(low=0, high=100)]
    threshold: Annotated[float, Between(low=0, high=100)]
    active: bool
    learning: bool = False
    zones: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    mask: PixelMask | None = None
    fps: float | None = None
