"""What can be set on the camera itself, in the same terms for every kind of camera."""

from dataclasses import dataclass

from pi_agent.protocol import OfferedControls

AUTOMATIC = "auto"

__all__ = ["AUTOMATIC", "CameraControls", "OfferedControls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraControls:
    """The user's wishes; None and "auto" leave it to the camera. What it has not is ignored."""

    exposure_seconds: float | None = None
    gain: float | None = None  # 0 (the camera's least) to 1 (its most)
    white_balance: str = AUTOMATIC  # one of OfferedControls.white_balance
    focus: float | None = None  # 0 (far away) to 1 (as near as the lens can)
    zoom: float = 1.0  # of the middle of the picture; 2 shows half of its width
    slowest_fps: float | None = None  # frames a second it may go down to in the dark
