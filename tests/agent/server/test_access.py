"""Nobody gets in without a token, and a revoked one ends what is open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from pi_agent.protocol import CLOSE_TOKEN_REVOKED, PairingCode, routes
from pi_agent.server import pairing
from pi_agent.server.application import ROUTES
from tests.agent_fixture import running_agent
from tests.scripted_source import ScriptedSource

from .conftest import Api

PROTECTED = [
    (method, routes.path(template, camera="porch", event="x", client="x"))
    for method, template, _ in ROUTES
    if template not in {routes.HEALTH, routes.PAIR, routes.LOGIN}
]


@pytest.mark.parametrize(("method", "path"), PROTECTED)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic dXNlcjpwYXNz"},
    ],
    ids=["none", "wrong", "empty", "basic"],
)
async def test_every_route_but_three_needs_a_token(
    stranger: Api, method: str, path: str, headers: dict[str, str]
) -> None:
    status, error = await stranger.error(method, path, headers=headers)
    assert (status, error["code"]) == (401, "unauthorized")


async def test_a_token_in_the_query_is_not_accepted(stranger: Api) -> None:
    token = await stranger.agent.token()
    status, _ = await stranger.error("GET", f"/api/v1/info?token={token}")
    assert status == 401


async def test_a_stranger_cannot_tell_which_paths_exist(stranger: Api) -> None:
    assert await stranger.error("GET", "/api/v1/none") == await stranger.error(
        "GET", "/api/v1/info"
    )


async def test_health_tells_nothing_else(stranger: Api) -> None:
    assert await stranger.json("GET", "/healthz") == (200, {"status": "ok"})


async def test_a_code_pairs_once(stranger: Api) -> None:
    request = {"code": await stranger.agent.pairing_code(), "client": "Home Assistant"}
    status, answer = await stranger.json("POST", "/api/v1/pair", json=request)
    assert status == 200
    assert answer["agent_id"] == stranger.agent.agent_id
    headers = {"Authorization": f"Bearer {answer['token']}"}
    status, info = await stranger.json("GET", "/api/v1/info", headers=headers)
    assert (status, info["agent_id"]) == (200, stranger.agent.agent_id)

    status, error = await stranger.error("POST", "/api/v1/pair", json=request)
    assert status == 401
    assert "pi-agent pair" in error["message"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "code"),
        ({"code": "ABCDE", "client": "x"}, "code"),
        ({"code": 5, "client": "x"}, "code"),
        ({"code": "ABCDE-FGHJK-MNPQR-STVWX"}, "client"),
        ({"code": "ABCDE-FGHJK-MNPQR-STVWX", "client": ""}, "client"),
        ({"code": "ABCDE-FGHJK-MNPQR-STVWX", "client": "x" * 200}, "client"),
    ],
)
async def test_a_malformed_pairing_names_its_field(
    stranger: Api, body: dict[str, object], field: str
) -> None:
    status, error = await stranger.error("POST", "/api/v1/pair", json=body)
    assert (status, error["field"]) == (400, field)


async def test_guessing_is_slowed_then_locked_out(stranger: Api) -> None:
    wrong = str(PairingCode.create(b"wrong", stranger.agent.certificate_sha256))
    request = {"code": wrong, "client": "attacker"}

    async def guess() -> tuple[int, object]:
        return await stranger.error("POST", "/api/v1/pair", json=request)

    statuses = [status for status, _ in await asyncio.gather(*(guess() for _ in range(12)))]
    assert statuses.count(401) == 10
    assert statuses.count(429) == 2
    async with stranger.request("POST", "/api/v1/pair", json=request) as answer:
        assert answer.status == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 600


async def test_a_lock_out_survives_a_restart_and_the_owner_lifts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "_WRONG_CODE_SECONDS", 0)
    async with visited(tmp_path) as api:
        wrong = str(PairingCode.create(b"wrong", api.agent.certificate_sha256))
        request = {"code": wrong, "client": "attacker"}
        for _ in range(10):
            assert (await api.error("POST", routes.PAIR, json=request))[0] == 401
    async with visited(tmp_path) as api:
        status, error = await api.error("POST", routes.PAIR, json=request)
        assert (status, error["code"]) == (429, "locked")
        request = {"code": await api.agent.pairing_code(), "client": "owner"}
        assert (await api.json("POST", routes.PAIR, json=request))[0] == 200


@asynccontextmanager
async def visited(data_dir: Path) -> AsyncIterator[Api]:
    """An agent with this data, and a stranger who talks to it."""
    async with (
        running_agent(data_dir, sources={"scripted": ScriptedSource()}) as agent,
        aiohttp.ClientSession() as session,
    ):
        yield Api(agent=agent, session=session)


async def test_a_revoked_token_ends_the_websocket_and_the_stream(api: Api) -> None:
    async with (
        api.events() as listener,
        api.request("GET", "/api/v1/cameras/porch/stream.mjpg") as stream,
    ):
        await listener.hello()
        assert stream.status == 200
        await api.agent.agent.access.revoke_token("test")
        async with asyncio.timeout(10):
            with pytest.raises(aiohttp.ClientError):  # ended without its last boundary
                await stream.content.read()
            await listener.until_closed()
        assert listener.socket.close_code == CLOSE_TOKEN_REVOKED
    status, _ = await api.error("GET", "/api/v1/info")
    assert status == 401
