"""Who may do what: roles, the sessions of the agent's own page, new pairing codes."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated

from .codec import Length


class Role(Enum):
    """An owner may do everything, a viewer see what is and what was."""

    OWNER = "owner"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRequest:
    """`code` is a pairing code as the user typed it."""

    code: Annotated[str, Length(low=1, high=64)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInfo:
    """Who asks, by its token or session; `expires_at` is null for what does not expire."""

    client: str
    role: Role
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingCodeRequest:
    """What whoever types the code in may do."""

    role: Role = Role.OWNER


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingCodeAnswer:
    """A new pairing code; the one before is good no more."""

    code: str
    role: Role
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientInfo:
    """A client that has a token or session; `used_at` is known for sessions, to the hour."""

    name: str
    role: Role
    created_at: datetime
    used_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientList:
    """All who have access, by name."""

    clients: tuple[ClientInfo, ...]
