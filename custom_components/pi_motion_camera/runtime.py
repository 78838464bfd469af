"""What a config entry holds while it is loaded."""

from dataclasses import dataclass, field

from homeassistant.config_entries import ConfigEntry

from .agent_client import AgentClient
from .coordinator import AgentCoordinator
from .listener import AgentEventListener
from .shared_stream import SharedStream


@dataclass(frozen=True, kw_only=True)
class AgentRuntime:
    """The parts that belong to one agent; `streams` by camera, filled by the camera entities."""

    client: AgentClient
    coordinator: AgentCoordinator
    listener: AgentEventListener
    offline_picture: bytes
    streams: dict[str, SharedStream] = field(default_factory=dict)


type AgentConfigEntry = ConfigEntry[AgentRuntime]
