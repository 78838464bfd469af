"""The rows of tokens and sessions: a session is a token that ends by itself."""

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from pi_agent.protocol import Role

_NOTE_USE_EVERY_SECONDS = 3600.0  # the SD card is spared
_GOOD = (
    "(expires_at IS NULL OR expires_at > :now) "
    "AND (idle_seconds IS NULL OR used_at + idle_seconds > :now)"
)
_COLUMNS = "name, created_at, role, expires_at, idle_seconds, used_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLife:
    """A token ends so many seconds after it was made, and when it is not used for so many."""

    longest_seconds: float
    idle_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenInfo:
    """A client's token as the list shows it: never the token itself.

    `expires_at` is when it ends if it is not used any more, None where it never does by itself;
    `used_at` is its last use, known to the hour.
    """

    name: str
    created_at: datetime
    role: Role = Role.OWNER
    expires_at: datetime | None = None
    used_at: datetime | None = None


def hash_of(secret: bytes) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret).digest()


def create_token(
    connection: sqlite3.Connection, name: str, now: float, *, role: Role, life: TokenLife | None
) -> str:
    """A new random token for the client; an older one of that name ends, as do expired ones."""
    token = secrets.token_urlsafe(32)
    connection.execute(f"DELETE FROM tokens WHERE NOT ({_GOOD})", {"now": now})  # noqa: S608
    connection.execute(
        f"INSERT OR REPLACE INTO tokens (hash, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            hash_of(token.encode()),
            name,
            now,
            role.value,
            None if life is None else now + life.longest_seconds,
            None if life is None else life.idle_seconds,
            None if life is None else now,
        ),
    )
    return token


def list_tokens(connection: sqlite3.Connection, now: float) -> tuple[TokenInfo, ...]:
    """All that are good, by name."""
    sql = f"SELECT {_COLUMNS} FROM tokens WHERE {_GOOD} ORDER BY name"  # noqa: S608
    return tuple(_info(row) for row in connection.execute(sql, {"now": now}))


def find_token(connection: sqlite3.Connection, token_hash: bytes, now: float) -> TokenInfo | None:
    """The token with this hash, if it is good."""
    sql = f"SELECT {_COLUMNS} FROM tokens WHERE hash = :hash AND {_GOOD}"  # noqa: S608
    row = connection.execute(sql, {"hash": token_hash, "now": now}).fetchone()
    return None if row is None else _info(row)


def use_is_worth_noting(info: TokenInfo, now: float) -> bool:
    """Whether the last use that is known of is long enough ago, or in the future."""
    if info.used_at is None:
        return False
    return not 0 <= now - info.used_at.timestamp() < _NOTE_USE_EVERY_SECONDS


def note_use(connection: sqlite3.Connection, token_hash: bytes, now: float) -> None:
    """The token was used now."""
    connection.execute("UPDATE tokens SET used_at = ? WHERE hash = ?", (now, token_hash))


def _info(row: tuple[str, float, str, float | None, float | None, float | None]) -> TokenInfo:
    name, created_at, role, expires_at, idle_seconds, used_at = row
    ends = [] if expires_at is None else [expires_at]
    if idle_seconds is not None and used_at is not None:
        ends.append(used_at + idle_seconds)
    return TokenInfo(
        name=name,
        created_at=datetime.fromtimestamp(created_at, UTC),
        role=Role(role),
        expires_at=datetime.fromtimestamp(min(ends), UTC) if ends else None,
        used_at=None if used_at is None else datetime.fromtimestamp(used_at, UTC),
    )
