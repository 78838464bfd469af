"""Tokens and pairing codes, as an attacker and as the owner sees them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pi_agent.errors import RequestError
from pi_agent.storage import AccessStore, Database, PairingLockedError


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(database: Database, clock: Clock) -> AccessStore:
    return AccessStore(database, now=clock)


async def test_a_token_is_known_until_it_is_revoked(access: AccessStore) -> None:
    token = await access.create_token("tablet")
    assert await access.client_of(token) == "tablet"
    assert [info.name for info in await access.tokens()] == ["tablet"]
    assert await access.revoke_token("tablet")
    assert await access.client_of(token) is None
    assert not await access.revoke_token("tablet")


async def test_a_client_has_one_token(access: AccessStore) -> None:
    old = await access.create_token("tablet")
    new = await access.create_token("tablet")
    assert await access.client_of(old) is None
    assert await access.client_of(new) == "tablet"


async def test_a_token_needs_a_name(access: AccessStore) -> None:
    with pytest.raises(RequestError):
        await access.create_token("")


async def test_no_secret_is_in_the_file(access: AccessStore, tmp_path: Path) -> None:
    token = await access.create_token("tablet")
    secret = await access.new_pairing_secret()
    files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert all(token.encode() not in data and secret not in data for data in files)


async def test_a_pairing_code_is_good_once(access: AccessStore) -> None:
    secret = await access.new_pairing_secret()
    token = await access.redeem(secret, "Home Assistant")
    assert token is not None
    assert await access.client_of(token) == "Home Assistant"
    assert await access.redeem(secret, "somebody else") is None


async def test_a_pairing_code_expires(access: AccessStore, clock: Clock) -> None:
    secret = await access.new_pairing_secret()
    clock.now += 601
    assert await access.redeem(secret, "late") is None


async def test_a_new_code_ends_the_one_before(access: AccessStore) -> None:
    old = await access.new_pairing_secret()
    await access.new_pairing_secret()
    assert await access.redeem(old, "late") is None


async def test_guessing_locks_even_the_right_code_out(access: AccessStore, clock: Clock) -> None:
    secret = await access.new_pairing_secret()
    for _ in range(10):
        assert await access.redeem(b"wrong", "attacker") is None
    with pytest.raises(PairingLockedError) as caught:
        await access.redeem(secret, "attacker")
    assert 0 < caught.value.retry_after <= 600
    clock.now += 601
    assert await access.redeem(b"wrong", "attacker") is None


async def test_the_owner_is_never_locked_out_for_good(access: AccessStore) -> None:
    for _ in range(10):
        await access.redeem(b"wrong", "attacker")
    secret = await access.new_pairing_secret()
    assert await access.redeem(secret, "owner") is not None


async def test_a_lock_survives_a_restart(access: AccessStore, clock: Clock, tmp_path: Path) -> None:
    for _ in range(10):
        await access.redeem(b"wrong", "attacker")
    with closing(Database(tmp_path / "agent.db")) as again, pytest.raises(PairingLockedError):
        await AccessStore(again, now=clock).redeem(b"wrong", "attacker")


async def test_another_process_may_change_tokens_meanwhile(
    access: AccessStore, clock: Clock, tmp_path: Path
) -> None:
    with closing(Database(tmp_path / "agent.db")) as command_line:
        token = await AccessStore(command_line, now=clock).create_token("tablet")
    assert await access.client_of(token) == "tablet"


async def test_only_the_owner_may_read_the_file(access: AccessStore, tmp_path: Path) -> None:
    await access.create_token("tablet")
    assert (tmp_path / "agent.db").stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(tmp_path / "agent.db")) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    assert mode == "wal"
