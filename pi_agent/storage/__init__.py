"""What the agent keeps over restarts: one SQLite database, and folders of pictures and clips."""

from .access_store import AccessStore, PairingLockedError
from .copy_progress import CopyProgress
from .database_worker import Database
from .eraser import EventEraser
from .event_pages import EventQuery
from .event_store import EventStore
from .identity import agent_identity
from .media_digests import MediaDigests
from .media_library import MediaLibrary
from .orphan_files import OrphanFiles
from .recording_health import RecordingHealth
from .retention import Retention, RetentionLimits
from .salvage import databases_put_aside
from .settings_store import SettingsStore
from .stored_events import StoredEvents
from .tokens import TokenInfo, TokenLife
from .view_store import ViewStore

__all__ = [
    "AccessStore",
    "CopyProgress",
    "Database",
    "EventEraser",
    "EventQuery",
    "EventStore",
    "MediaDigests",
    "MediaLibrary",
    "OrphanFiles",
    "PairingLockedError",
    "RecordingHealth",
    "Retention",
    "RetentionLimits",
    "SettingsStore",
    "StoredEvents",
    "TokenInfo",
    "TokenLife",
    "ViewStore",
    "agent_identity",
    "databases_put_aside",
]
