"""What a user can set on a camera while the agent runs."""

from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Annotated, Any

from .codec import Between, Length, ProtocolError, decode
from .events import Fraction, LabelName

Point = tuple[Fraction, Fraction]
Polygon = Annotated[tuple[Point, ...], Length(low=3, high=64)]


class Rotation(Enum):
    """Clockwise turn of the picture, degrees."""

    NONE = 0
    RIGHT = 90
    HALF = 180
    LEFT = 270


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A named polygon whose motion counts; points are (x, y) fractions of the picture."""

    name: Annotated[str, Length(low=1, high=64)]
    points: Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    """All settings of one camera. Without zones the whole picture counts.

    `labels` are the objects that events are searched for; none means the usual ones. With
    `only_labels` nothing else makes an event: it is told once such an object was seen.

    Those from `exposure_seconds` on are of the camera itself, and do something where it has them
    (`OfferedControls`): null and "auto" leave it to the camera; `gain` runs from its least to its
    most, `focus` from far away to as near as the lens can, `zoom` 2 shows the middle half of the
    width, `slowest_fps` is how far the frame rate may go down in the dark.
    """

    motion: bool = True
    recording: bool = True
    privacy: bool = False
    sensitivity: Annotated[int, Between(low=1, high=100)] = 50
    zones: Annotated[tuple[Zone, ...], Length(low=0, high=16)] = ()
    masks: Annotated[tuple[Polygon, ...], Length(low=0, high=16)] = ()
    pre_roll_seconds: Annotated[float, Between(low=0, high=60)] = 5.0
    post_roll_seconds: Annotated[float, Between(low=0, high=60)] = 5.0
    cool_down_seconds: Annotated[float, Between(low=0.5, high=600)] = 5.0
    longest_event_seconds: Annotated[float, Between(low=5, high=3600)] = 120.0
    stream_fps: Annotated[float, Between(low=0.5, high=60)] = 15.0
    stream_quality: Annotated[int, Between(low=10, high=100)] = 80
    rotation: Rotation = Rotation.NONE
    flip_horizontal: bool = False
    flip_vertical: bool = False
    timestamp_overlay: bool = False
    labels: Annotated[tuple[LabelName, ...], Length(low=0, high=32)] = ()
    only_labels: bool = False
    exposure_seconds: Annotated[float, Between(low=1e-6, high=600)] | None = None
    gain: Fraction | None = None
    white_balance: Annotated[str, Length(low=1, high=32)] = "auto"
    focus: Fraction | None = None
    zoom: Annotated[float, Between(low=1, high=16)] = 1.0
    slowest_fps: Annotated[float, Between(low=0.1, high=120)] | None = None

    def __post_init__(self) -> None:
        names = [zone.name for zone in self.zones]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ProtocolError("zones", f"two zones are named {twice!r}; names must differ")


@dataclass(frozen=True, slots=True)
class SettingsPatch:
    """A partial change of `CameraSettings`: plain JSON values, checked when it is applied."""

    changes: dict[str, Any]

    def apply(self, settings: CameraSettings) -> CameraSettings:
        """The settings with these changes; ProtocolError names the first field that is wrong."""
        known = {field.name for field in fields(CameraSettings)}
        unknown = sorted(set(self.changes) - known)
        if unknown:
            raise ProtocolError(
                unknown[0], f"is no setting; settings are {', '.join(sorted(known))}"
            )
        checked = decode(CameraSettings, self.changes)
        return replace(settings, **{name: getattr(checked, name) for name in self.changes})
