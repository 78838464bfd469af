"""What a config entry holds while it is loaded."""

from dataclasses import dataclass, field

from homeassistant.config_entries import ConfigEntry

from .agent_client import AgentClient
from .coordinator import AgentCoordinator
from .listener import AgentEventListener
from .media_files import MediaFiles
from .shared_stream import SharedStream


@dataclass(kw_only=True)
class ArchiveStatus:
    """How the archive fares: files copied since the start, files that came wrong each time."""

    files: int = 0
    left_out: int = 0
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class AgentRuntime:
    """The parts that belong to one agent; `streams` by camera, filled by the camera entities."""

    client: AgentClient
    coordinator: AgentCoordinator
    listener: AgentEventListener
    media_files: MediaFiles
    offline_picture: bytes
    archive: ArchiveStatus = field(default_factory=ArchiveStatus)
    streams: dict[str, SharedStream] = field(default_factory=dict)


type AgentConfigEntry = ConfigEntry[AgentRuntime]
