"""Speaks to an agent: HTTPS with a pinned certificate, MJPEG, the event websocket, pairing.

Knows nothing of Home Assistant; needs an `aiohttp.ClientSession` and nothing else.
"""

from .client import AgentClient
from .errors import (
    AgentAuthError,
    AgentCertificateError,
    AgentConnectionError,
    AgentError,
    AgentProtocolError,
    AgentRequestError,
    AgentVersionError,
)
from .event_stream import EventStream
from .media import MediaAnswer
from .multipart import StreamPart
from .pairing import PairedAgent, find_agent, pair

__all__ = [
    "AgentAuthError",
    "AgentCertificateError",
    "AgentClient",
    "AgentConnectionError",
    "AgentError",
    "AgentProtocolError",
    "AgentRequestError",
    "AgentVersionError",
    "EventStream",
    "MediaAnswer",
    "PairedAgent",
    "StreamPart",
    "find_agent",
    "pair",
]
