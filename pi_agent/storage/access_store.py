"""Who may come in: bearer tokens, sessions and pairing codes, kept as hashes only."""

import secrets
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from pi_agent.errors import AgentError, RequestError, UnavailableError
from pi_agent.protocol import Role
from pi_agent.protocol.pairing import SECRET_BYTES

from .database_worker import Database
from .tokens import (
    TokenInfo,
    TokenLife,
    create_token,
    find_token,
    hash_of,
    list_tokens,
    note_use,
    use_is_worth_noting,
)

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


class AccessStore:
    """Tokens and pairing codes; a change by one process is seen by another at once.

    `now` gives the seconds since the epoch.
    """

    def __init__(self, database: Database, *, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    async def create_token(
        self, name: str, *, role: Role = Role.OWNER, life: TokenLife | None = None
    ) -> str:
        """A new random token for the client `name`; an older one of that name ends.

        Without `life` it is good until it is revoked. Raises RequestError (field "name") for an
        empty or overlong name.
        """
        if not 1 <= len(name) <= 128:
            raise RequestError("must have 1 to 128 characters", field="name")
        return await self._database.execute(
            lambda c: create_token(c, name, self._now(), role=role, life=life)
        )

    async def tokens(self) -> tuple[TokenInfo, ...]:
        """All clients whose token is good, by name."""
        return await self._database.read(lambda c: list_tokens(c, self._now()))

    async def revoke_token(self, name: str) -> bool:
        """End the token of the client `name`; whether there was one."""
        return await self._database.execute(
            lambda c: c.execute("DELETE FROM tokens WHERE name = ?", (name,)).rowcount > 0
        )

    async def client_of(self, token: str) -> str | None:
        """The client whose token this is, None for a wrong, revoked or expired one."""
        info = await self.holder_of(token)
        return None if info is None else info.name

    async def holder_of(self, token: str) -> TokenInfo | None:
        """All that is known of a token's client, None for a wrong, revoked or expired one.

        Looked up by hash, so the time it takes tells nothing about the token.
        """
        token_hash, now = hash_of(token.encode()), self._now()
        info = await self._database.read(lambda c: find_token(c, token_hash, now))
        if info is not None and use_is_worth_noting(info, now):
            with suppress(UnavailableError):  # a disk that takes nothing locks nobody out
                await self._database.execute(lambda c: note_use(c, token_hash, now))
        return info

    async def new_pairing_secret(self, role: Role = Role.OWNER) -> bytes:
        """A secret for a pairing code, valid once within ten minutes; ends a lock-out."""
        secret = secrets.token_bytes(SECRET_BYTES)
        await self._database.execute(lambda c: _add_code(c, hash_of(secret), role, self._now()))
        return secret

    async def redeem(
        self, secret: bytes, client: str, *, life: TokenLife | None = None
    ) -> str | None:
        """Exchange a pairing secret for a token; None for one that is wrong, used or expired.

        Raises PairingLockedError after too many wrong ones, RequestError (field "client") where a
        viewer takes an owner's name.
        """
        return await self._database.execute(lambda c: _redeem(c, secret, client, life, self._now()))

    def code_expires_at(self) -> datetime:
        """Until when a pairing code that is made now is good."""
        return datetime.fromtimestamp(self._now() + CODE_LIFETIME_SECONDS, UTC)


def _add_code(connection: sqlite3.Connection, code_hash: bytes, role: Role, now: float) -> None:
    connection.execute("DELETE FROM pairing_codes")
    connection.execute("DELETE FROM pairing_failures")
    connection.execute(
        "INSERT INTO pairing_codes (hash, expires_at, role) VALUES (?, ?, ?)",
        (code_hash, now + CODE_LIFETIME_SECONDS, role.value),
    )


def _redeem(
    connection: sqlite3.Connection, secret: bytes, client: str, life: TokenLife | None, now: float
) -> str | None:
    _check_lock(connection, now)
    row = connection.execute(
        "DELETE FROM pairing_codes WHERE hash = ? AND expires_at > ? RETURNING role",
        (hash_of(secret), now),
    ).fetchone()
    if row is None:
        connection.execute("INSERT INTO pairing_failures VALUES (?)", (now,))
        return None
    role = Role(row[0])
    if role is Role.VIEWER and any(
        known.name == client and known.role is Role.OWNER for known in list_tokens(connection, now)
    ):  # whose token would end
        raise RequestError("is the name of an owner's client; choose another", field="client")
    return create_token(connection, client, now, role=role, life=life)


def _check_lock(connection: sqlite3.Connection, now: float) -> None:
    # A clock that was set back must not lock for longer than the window.
    connection.execute(
        "DELETE FROM pairing_failures WHERE at < ? OR at > ?", (now - _FAILURE_WINDOW_SECONDS, now)
    )
    count, oldest = connection.execute("SELECT count(*), min(at) FROM pairing_failures").fetchone()
    if count >= _MOST_FAILURES:
        raise PairingLockedError(oldest + _FAILURE_WINDOW_SECONDS - now)
