"""Tokens and pairing codes, as an attacker and as the owner sees them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pi_agent.errors import RequestError
from pi_agent.protocol import Role
from pi_agent.storage import AccessStore, Database, PairingLockedError, TokenLife


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


async def test_a_viewer_cannot_take_an_owner_s_name_and_end_its_token(access: AccessStore) -> None:
    owner = await access.create_token("Home Assistant")
    secret = await access.new_pairing_secret(Role.VIEWER)
    with pytest.raises(RequestError, match="choose another") as caught:
        await access.redeem(secret, "Home Assistant")
    assert caught.value.field == "client"
    assert await access.client_of(owner) == "Home Assistant"
    assert await access.redeem(secret, "guest") is not None  # the code is still good
    again = await access.new_pairing_secret(Role.OWNER)
    assert await access.redeem(again, "Home Assistant") is not None
    assert await access.client_of(owner) is None


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


LIFE = TokenLife(longest_seconds=100 * 3600, idle_seconds=10 * 3600)


async def test_a_token_has_the_role_of_the_code_that_it_was_exchanged_for(
    access: AccessStore,
) -> None:
    for role in Role:
        token = await access.redeem(await access.new_pairing_secret(role), role.value)
        assert token is not None
        info = await access.holder_of(token)
        assert info is not None
        assert (info.name, info.role, info.expires_at) == (role.value, role, None)


async def test_a_session_ends_when_it_is_not_used_and_in_any_case(
    access: AccessStore, clock: Clock
) -> None:
    token = await access.create_token("page", life=LIFE)
    began = clock.now
    while clock.now < began + 95 * 3600:
        clock.now += 9 * 3600
        assert await access.client_of(token) == "page"
    clock.now = began + 100 * 3600
    assert await access.client_of(token) is None

    token = await access.create_token("page", life=LIFE)
    clock.now += 10 * 3600 + 1
    assert await access.client_of(token) is None
    assert await access.tokens() == ()


async def test_use_is_noted_once_an_hour_and_spares_the_disk(
    access: AccessStore, clock: Clock
) -> None:
    token = await access.create_token("page", life=LIFE)
    noted = set()
    for _ in range(120):
        clock.now += 60
        await access.client_of(token)
        (info,) = await access.tokens()
        noted.add(info.used_at)
    assert len(noted) == 3  # at the log-in and after each of two hours


async def test_a_clock_that_was_set_back_ends_no_session(access: AccessStore, clock: Clock) -> None:
    token = await access.create_token("page", life=LIFE)
    clock.now -= 20 * 3600
    assert await access.client_of(token) == "page"
    clock.now += 9 * 3600
    assert await access.client_of(token) == "page"


async def test_sessions_that_ended_are_forgotten_at_the_next_log_in(
    access: AccessStore, clock: Clock, tmp_path: Path
) -> None:
    await access.create_token("old", life=LIFE)
    clock.now += LIFE.longest_seconds
    await access.create_token("new", life=LIFE)
    with closing(sqlite3.connect(tmp_path / "agent.db")) as connection:
        assert connection.execute("SELECT name FROM tokens").fetchall() == [("new",)]
