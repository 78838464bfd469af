"""Messages of the event websocket, agent to client: one JSON object each, `type` first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from .cameras import NO_CONTROLS, CameraState, CameraStatus, OfferedControls, PanState, PictureSize
from .codec import Between, ProtocolError, decode, encode, from_json, to_json
from .events import Box, Identifier, MotionEvent
from .settings import CameraSettings

CLOSE_TOKEN_REVOKED = 4401


@dataclass(frozen=True, slots=True, kw_only=True)
class HelloCamera:
    """A camera with all that a client must know to show it."""

    id: Identifier
    name: str
    status: CameraStatus
    settings: CameraSettings
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The first message: who speaks, and the whole state.

    `events_lost` is true when events after the client's `since` are gone (deleted by retention).
    """

    protocol: str
    agent_id: str
    boot_id: str
    revision: int
    cameras: tuple[HelloCamera, ...]
    clock: datetime
    events_lost: bool = False


@dataclass(frozen=True, slots=True)
class EventMessage:
    """An event as it is now; on the wire its fields stand beside `type`."""

    event: MotionEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionMessage:
    """Motion as it is seen right now, not stored; `zones` are the names of the active ones.

    `box` is the largest thing that moves.
    """

    camera: Identifier
    active: bool
    zones: tuple[str, ...] = ()
    score: Annotated[float, Between(low=0, high=100)] = 0.0
    box: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraMessage:
    """How a camera is now: after each change, and twice a minute for its frame rate."""

    camera: Identifier
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
class SettingsMessage:
    """A camera's settings after any change, whoever made it."""

    camera: Identifier
    settings: CameraSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemMessage:
    """How the Pi is, twice a minute; null where the machine cannot tell.

    `recording_problem` says in plain words why nothing can be recorded, null while all is well.
    `started_at` is when the agent started. `siren` is whether it sounds, null where there is none.
    """

    temperature: float | None = None
    free_disk_bytes: int | None = None
    throttled: bool | None = None
    recording_problem: str | None = None
    viewers: int = 0
    dropped_frames: int = 0
    started_at: datetime | None = None
    siren: bool | None = None


ServerMessage = (
    Hello | EventMessage | MotionMessage | CameraMessage | SettingsMessage | SystemMessage
)

_TYPES: dict[str, type[Any]] = {
    "hello": Hello,
    "event": MotionEvent,
    "motion": MotionMessage,
    "camera": CameraMessage,
    "settings": SettingsMessage,
    "system": SystemMessage,
}
_NAMES = {cls: name for name, cls in _TYPES.items()}


def encode_message(message: ServerMessage) -> str:
    """The message as it goes over the wire."""
    body = message.event if isinstance(message, EventMessage) else message
    return to_json({"type": _NAMES[type(body)], **encode(body)})


def decode_message(text: str | bytes) -> ServerMessage | None:
    """Read a message; None for a type that this version does not know.

    Raises ProtocolError where the text is no message or a field is wrong.
    """
    data = from_json(text)
    name = data.get("type")
    if not isinstance(name, str):
        raise ProtocolError("type", "is missing")
    if name not in _TYPES:
        return None
    body = decode(_TYPES[name], data)
    return EventMessage(body) if isinstance(body, MotionEvent) else body
