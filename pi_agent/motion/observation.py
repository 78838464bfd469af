"""What one look at the scene found."""

from dataclasses import dataclass, field

from pi_agent.protocol import Box

from .blobs import Blobs


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionObservation:
    """Motion at one moment; `at` is in seconds of a clock that never jumps.

    `score` runs from 0 to 100, alike on every camera: motion scoring s is found at a sensitivity of
    100 - s and above. `box` is the largest thing that moves, `zones` names the zones in which
    something does. `stirring` says that something may be about to move: worth a look soon again.
    While `learning` there is no motion. `moving` are the pixels that count, where any do.
    """

    at: float
    active: bool = False
    score: float = 0.0
    box: Box | None = None
    zones: tuple[str, ...] = ()
    stirring: bool = False
    learning: bool = False
    moving: Blobs | None = field(default=None, compare=False, repr=False)
