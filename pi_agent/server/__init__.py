"""The HTTP API: routes, access, the MJPEG stream and the event websocket."""

from .access_guard import AccessGuard
from .announcer import Announcer
from .application import create_application
from .certificate import AgentCertificate
from .http_server import HttpServer
from .machine_controls import MachineControls
from .parts import Identity, ServerParts
from .status_led import StatusLed
from .system_state import SystemState

__all__ = [
    "AccessGuard",
    "AgentCertificate",
    "Announcer",
    "HttpServer",
    "Identity",
    "MachineControls",
    "ServerParts",
    "StatusLed",
    "SystemState",
    "create_application",
]
