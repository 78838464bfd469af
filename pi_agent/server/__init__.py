"""The HTTP API: routes, access, the MJPEG stream and the event websocket."""

from .access_guard import AccessGuard
from .announcer import Announcer
from .application import create_application
from .certificate import AgentCertificate
from .http_server import HttpServer
from .parts import Identity, ServerParts
from .system_state import SystemState

__all__ = [
    "AccessGuard",
    "AgentCertificate",
    "Announcer",
    "HttpServer",
    "Identity",
    "ServerParts",
    "SystemState",
    "create_application",
]
