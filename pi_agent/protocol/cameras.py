"""A camera of an agent: what it is and how it is now."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from .codec import Between, Length
from .events import Identifier


class CameraState(Enum):
    """Whether pictures come."""

    ONLINE = "online"
    OFFLINE = "offline"
    PRIVACY = "privacy"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSize:
    """Width and height in pixels."""

    width: Annotated[int, Between(low=1, high=16384)]
    height: Annotated[int, Between(low=1, high=16384)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedControls:
    """Which of the settings of the camera itself it has, and how far they go."""

    exposure_seconds: tuple[float, float] | None = None  # shortest and longest
    gain: bool = False
    white_balance: tuple[str, ...] = ()
    focus: bool = False
    most_zoom: float = 1.0
    frame_duration: bool = False
    flip: bool = False


NO_CONTROLS = OfferedControls()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanState:
    """Where a camera that can be turned looks, and how far it may be turned; degrees.

    `angle` is null before it was turned for the first time.
    """

    low: float
    high: float
    angle: float | None = None
    presets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraStatus:
    """How a camera is now; `reason` says in plain words why it is offline.

    `controls` offers nothing as long as the camera was never open. `labels` are the objects that
    can be told apart; none where there is no model. `covered`: whether there is nothing to be
    seen, as when the lens is covered or in full darkness; null while nobody looks for it. `moved`:
    whether the camera no longer shows the view that it is known by, as when it was turned or
    knocked; null while that is not known. `pan` is null where the camera cannot be turned.
    """

    state: CameraState
    reason: str | None = None
    size: PictureSize | None = None
    fps: float | None = None
    controls: OfferedControls = NO_CONTROLS
    labels: tuple[str, ...] = ()
    covered: bool | None = None
    moved: bool | None = None
    pan: PanState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraInfo:
    """A camera as `GET /api/v1/info` tells it.

    `encoder` names what makes its JPEGs ("source" when they are passed on as they come);
    `capabilities` names what it can do beyond pictures: "motion", "covered", "moved",
    "objects", "pan", "pir".
    """

    id: Identifier
    name: Annotated[str, Length(low=1, high=128)]
    status: CameraStatus
    encoder: str = "unknown"
    capabilities: tuple[str, ...] = ()
