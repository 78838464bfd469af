"""Bodies of HTTP requests and answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from .cameras import CameraInfo
from .codec import Between, Length, ProtocolError
from .events import EventCause, MotionEvent
from .messages import SystemMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRequest:
    """`code` is what the user typed; `client` the name that the token gets in the agent's list."""

    code: Annotated[str, Length(low=1, high=64)]
    client: Annotated[str, Length(low=1, high=128)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAnswer:
    """The bearer token for this client, told once."""

    token: str
    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentInfo:
    """`GET /api/v1/info`; `capabilities` are those of the Pi: "restart", "identify", "siren".

    `siren_tones` are those that can be asked for. `problems` say in plain words what keeps the
    agent from having a camera, and the mend.
    """

    agent_id: str
    name: str
    version: str
    protocol: str
    cameras: tuple[CameraInfo, ...]
    clock: datetime
    capabilities: tuple[str, ...] = ()
    model: str | None = None
    problems: tuple[str, ...] = ()
    system: SystemMessage | None = None
    siren_tones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerRequest:
    """Start an event by hand, or on behalf of another input, for some seconds."""

    cause: EventCause = EventCause.MANUAL
    seconds: Annotated[float, Between(low=1, high=600)] = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyRequest:
    """Blink with the Pi's LED for some seconds."""

    seconds: Annotated[float, Between(low=1, high=60)] = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SirenRequest:
    """Sound, or be still; for so long, but never longer than the agent allows."""

    on: bool
    seconds: Annotated[float, Between(low=0.1, high=3600)] | None = None
    tone: Annotated[str, Length(low=1, high=64)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PanRequest:
    """Turn the camera: to an angle in degrees, or to a preset by its name; one of them."""

    angle: Annotated[float, Between(low=-360, high=360)] | None = None
    preset: Annotated[str, Length(low=1, high=64)] | None = None

    def __post_init__(self) -> None:
        """Refuse both, and none."""
        if (self.angle is None) == (self.preset is None):
            raise ProtocolError("angle", "must be given, or preset, and not both")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPatch:
    """What may be changed of an event: whether retention is to spare it."""

    keep: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Events, newest first; `cursor` asks for the next page, null at the end."""

    events: tuple[MotionEvent, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCount:
    """How many events began in the quarter of an hour from `at` on."""

    at: datetime
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySummary:
    """The quarters of an hour that have events, and all names that any event can be found by."""

    counts: tuple[EventCount, ...]
    zones: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBody:
    """A machine-readable code, a sentence with the mend, and the field where there is one."""

    code: str
    message: str
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDocument:
    """The body of every answer whose status is 400 or above."""

    error: ErrorBody
