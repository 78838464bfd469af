"""Who may come in: bearer tokens and pairing codes, kept as hashes only."""

import hashlib
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pi_agent.errors import AgentError, RequestError
from pi_agent.protocol.pairing import SECRET_BYTES

from .database_worker import Database

CODE_LIFETIME_SECONDS = 600.0
# 40 secret bits against 10 guesses in ten minutes: one in 10^11 for each code that is handed out.
_MOST_FAILURES = 10
_FAILURE_WINDOW_SECONDS = 600.0


class PairingLockedError(AgentError):
    """Too many wrong codes came in; `retry_after` is in seconds. A new code lifts the lock."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(
            "too many wrong pairing codes; print a new one with `pi-agent pair`, "
            f"or wait {retry_after:.0f} s"
        )
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenInfo:
    """A client's token as the list shows it: never the token itself."""

    name: str
    created_at: datetime


class AccessStore:
    """Tokens and pairing codes; a change by one process is seen by another at once.

    `now` gives the seconds since the epoch.
    """

    def __init__(self, database: Database, *, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    async def create_token(self, name: str) -> str:
        """A new random token for the client `name`; an older one of that name ends.

        Raises RequestError (field "name") for an empty or overlong name.
        """
        if not 1 <= len(name) <= 128:
            raise RequestError("must have 1 to 128 characters", field="name")
        return await self._database.execute(lambda c: _create_token(c, name, self._now()))

    async def tokens(self) -> tuple[TokenInfo, ...]:
        """All clients that have a token, by name."""
        return await self._database.read(_list_tokens)

    async def revoke_token(self, name: str) -> bool:
        """End the token of the client `name`; whether there was one."""
        return await self._database.execute(
            lambda c: c.execute("DELETE FROM tokens WHERE name = ?", (name,)).rowcount > 0
        )

    async def client_of(self, token: str) -> str | None:
        """The client whose token this is, None for a wrong or revoked one.

        Looked up by hash, so the time it takes tells nothing about the token.
        """
        return await self._database.read(lambda c: _client_of(c, _hash(token.encode())))

    async def new_pairing_secret(self) -> bytes:
        """A secret for a pairing code, valid once within ten minutes; ends a lock-out."""
        secret = secrets.token_bytes(SECRET_BYTES)
        await self._database.execute(lambda c: _add_code(c, _hash(secret), self._now()))
        return secret

    async def redeem(self, secret: bytes, client: str) -> str | None:
        """Exchange a pairing secret for a token; None for one that is wrong, used or expired.

        Raises PairingLockedError after too many wrong ones.
        """
        return await self._database.execute(lambda c: _redeem(c, secret, client, self._now()))


def _hash(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()


def _create_token(connection: sqlite3.Connection, name: str, now: float) -> str:
    token = secrets.token_urlsafe(32)
    connection.execute(
        "INSERT OR REPLACE INTO tokens VALUES (?, ?, ?)", (name, _hash(token.encode()), now)
    )
    return token


def _list_tokens(connection: sqlite3.Connection) -> tuple[TokenInfo, ...]:
    rows = connection.execute("SELECT name, created_at FROM tokens ORDER BY name")
    return tuple(
        TokenInfo(name=name, created_at=datetime.fromtimestamp(at, UTC)) for name, at in rows
    )


def _client_of(connection: sqlite3.Connection, token_hash: bytes) -> str | None:
    row = connection.execute("SELECT name FROM tokens WHERE hash = ?", (token_hash,)).fetchone()
    return row[0] if row else None


def _add_code(connection: sqlite3.Connection, code_hash: bytes, now: float) -> None:
    connection.execute("DELETE FROM pairing_codes")
    connection.execute("DELETE FROM pairing_failures")
    connection.execute(
        "INSERT INTO pairing_codes VALUES (?, ?)", (code_hash, now + CODE_LIFETIME_SECONDS)
    )


def _redeem(connection: sqlite3.Connection, secret: bytes, client: str, now: float) -> str | None:
    _check_lock(connection, now)
    used = connection.execute(
        "DELETE FROM pairing_codes WHERE hash = ? AND expires_at > ?", (_hash(secret), now)
    ).rowcount
    if not used:
        connection.execute("INSERT INTO pairing_failures VALUES (?)", (now,))
        return None
    return _create_token(connection, client, now)


def _check_lock(connection: sqlite3.Connection, now: float) -> None:
    # A clock that was set back must not lock for longer than the window.
    connection.execute(
        "DELETE FROM pairing_failures WHERE at < ? OR at > ?", (now - _FAILURE_WINDOW_SECONDS, now)
    )
    count, oldest = connection.execute("SELECT count(*), min(at) FROM pairing_failures").fetchone()
    if count >= _MOST_FAILURES:
        raise PairingLockedError(oldest + _FAILURE_WINDOW_SECONDS - now)
