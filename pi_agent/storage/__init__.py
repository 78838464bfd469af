"""What the agent keeps over restarts: one SQLite database, and a folder of pictures."""

from .access_store import AccessStore, PairingLockedError, TokenInfo
from .database_worker import Database
from .event_store import EventQuery, EventStore
from .identity import agent_identity
from .media_library import MediaLibrary
from .settings_store import SettingsStore

__all__ = [
    "AccessStore",
    "Database",
    "EventQuery",
    "EventStore",
    "MediaLibrary",
    "PairingLockedError",
    "SettingsStore",
    "TokenInfo",
    "agent_identity",
]
