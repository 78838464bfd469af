"""The contract between the agent and Home Assistant: every message, document and route, checked.

Standard library only, Python 3.11 and newer. Written in `pi_agent/protocol` and copied byte for
byte into the integration by `scripts/sync-protocol`.
"""

from .access import (
    ClientInfo,
    ClientList,
    LoginRequest,
    PairingCodeAnswer,
    PairingCodeRequest,
    Role,
    SessionInfo,
)
from .cameras import (
    CameraInfo,
    CameraState,
    CameraStatus,
    OfferedControls,
    PanState,
    PictureSize,
)
from .codec import ProtocolError, decode, encode, from_json, to_json
from .documents import (
    AgentInfo,
    ErrorBody,
    ErrorDocument,
    EventCount,
    EventPage,
    EventPatch,
    HistorySummary,
    IdentifyRequest,
    PairAnswer,
    PairRequest,
    PanRequest,
    SirenRequest,
    TriggerRequest,
)
from .events import Box, EventCause, EventState, Label, MotionEvent
from .looks import MotionLook, PixelMask
from .messages import (
    CLOSE_TOKEN_REVOKED,
    CameraMessage,
    EventMessage,
    Hello,
    HelloCamera,
    MotionMessage,
    ServerMessage,
    SettingsMessage,
    SystemMessage,
    decode_message,
    encode_message,
)
from .pairing import PairingCode
from .settings import CameraSettings, Rotation, SettingsPatch, Zone
from .version import DEFAULT_PORT, PROTOCOL_VERSION, IncompatibleProtocolError, check_protocol

__all__ = [
    "CLOSE_TOKEN_REVOKED",
    "DEFAULT_PORT",
    "PROTOCOL_VERSION",
    "AgentInfo",
    "Box",
    "CameraInfo",
    "CameraMessage",
    "CameraSettings",
    "CameraState",
    "CameraStatus",
    "ClientInfo",
    "ClientList",
    "ErrorBody",
    "ErrorDocument",
    "EventCause",
    "EventCount",
    "EventMessage",
    "EventPage",
    "EventPatch",
    "EventState",
    "Hello",
    "HelloCamera",
    "HistorySummary",
    "IdentifyRequest",
    "IncompatibleProtocolError",
    "Label",
    "LoginRequest",
    "MotionEvent",
    "MotionLook",
    "MotionMessage",
    "OfferedControls",
    "PairAnswer",
    "PairRequest",
    "PairingCode",
    "PairingCodeAnswer",
    "PairingCodeRequest",
    "PanRequest",
    "PanState",
    "PictureSize",
    "PixelMask",
    "ProtocolError",
    "Role",
    "Rotation",
    "ServerMessage",
    "SessionInfo",
    "SettingsMessage",
    "SettingsPatch",
    "SirenRequest",
    "SystemMessage",
    "TriggerRequest",
    "Zone",
    "check_protocol",
    "decode",
    "decode_message",
    "encode",
    "encode_message",
    "from_json",
    "to_json",
]
