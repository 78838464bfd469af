"""Log-in with a pairing code, and what an attacker, another site or a viewer gets of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any

import aiohttp
import pytest

from pi_agent.protocol import CLOSE_TOKEN_REVOKED, PairingCode, Role, routes
from pi_agent.server.application import ROUTES
from pi_agent.server.auth_middleware import SESSION_COOKIE, VIEWER_ROUTES
from pi_agent.server.sessions import SESSION_LIFE
from pi_agent.storage import AccessStore
from tests.agent_fixture import RunningAgent

from .conftest import Api

CHROME = (
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Mobile Safari/537.36"
)
ENDPOINTS = [
    (method, routes.path(template, camera="porch", event="x", client="x"))
    for method, template, _ in ROUTES
    if template not in {routes.HEALTH, routes.PAIR, routes.LOGIN}
]


def origin(agent: RunningAgent) -> str:
    return f"https://127.0.0.1:{agent.port}"


async def log_in(stranger: Api, role: Role = Role.OWNER, **headers: str) -> tuple[str, Any]:
    """The session's cookie as a request header has it, and all of the answer to the log-in."""
    code = await pairing_code(stranger.agent, role)
    async with stranger.request(
        "POST", routes.LOGIN, json={"code": code}, headers={"User-Agent": CHROME, **headers}
    ) as answer:
        assert answer.status == 200
        morsel = SimpleCookie(answer.headers["Set-Cookie"])[SESSION_COOKIE]
        return f"{SESSION_COOKIE}={morsel.value}", (morsel, await answer.json())


async def pairing_code(agent: RunningAgent, role: Role = Role.OWNER) -> str:
    secret = await agent.agent.access.new_pairing_secret(role)
    return str(PairingCode.create(secret, agent.certificate_sha256))


@asynccontextmanager
async def page(agent: RunningAgent, cookie: str) -> AsyncIterator[Api]:
    """A browser that is logged in, on the agent's own page."""
    headers = {"Cookie": cookie, "Origin": origin(agent), "Sec-Fetch-Site": "same-origin"}
    async with aiohttp.ClientSession(
        headers=headers, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield Api(agent=agent, session=session)


async def test_a_code_opens_a_session_that_no_script_and_no_other_site_can_use(
    stranger: Api,
) -> None:
    cookie, (morsel, answer) = await log_in(stranger)
    assert morsel["secure"]
    assert morsel["httponly"]
    assert morsel["samesite"] == "Strict"
    assert morsel["path"] == "/"
    assert not morsel["domain"]
    assert 0 < int(morsel["max-age"]) <= SESSION_LIFE.longest_seconds
    assert answer["role"] == "owner"
    async with page(stranger.agent, cookie) as owner:
        status, session = await owner.json("GET", routes.SESSION)
        assert (status, session) == (200, answer)
        assert session["client"].startswith("Page: Chrome, Android (")
        assert (await owner.json("GET", routes.INFO))[0] == 200
        async with owner.events() as listener:
            await listener.hello()


async def test_a_code_that_logged_in_is_used_up(stranger: Api) -> None:
    code = await pairing_code(stranger.agent)
    statuses = [
        (await stranger.json("POST", routes.LOGIN, json={"code": code}))[0] for _ in range(2)
    ]
    assert statuses == [200, 401]


async def test_guessed_codes_lock_the_log_in_out_too(stranger: Api) -> None:
    wrong = str(PairingCode.create(b"wrong", stranger.agent.certificate_sha256))

    async def guess() -> int:
        status: int = (await stranger.error("POST", routes.LOGIN, json={"code": wrong}))[0]
        return status

    statuses = await asyncio.gather(*(guess() for _ in range(12)))
    assert (statuses.count(401), statuses.count(429)) == (10, 2)


@pytest.mark.parametrize(
    "body", [{}, {"code": 1}, {"code": ""}, {"code": "ABC"}, {"code": "U" * 20}]
)
async def test_a_malformed_code_names_its_field(stranger: Api, body: dict[str, object]) -> None:
    status, error = await stranger.error("POST", routes.LOGIN, json=body)
    assert (status, error["field"]) == (400, "code")


@pytest.mark.parametrize("value", ["", "wrong", "a" * 43])
async def test_a_wrong_session_opens_nothing(stranger: Api, value: str) -> None:
    headers = {"Cookie": f"{SESSION_COOKIE}={value}", "Origin": origin(stranger.agent)}
    for method, path in ENDPOINTS:
        status, error = await stranger.error(method, path, headers=headers)
        assert (status, error["code"]) == (401, "unauthorized"), (method, path)


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Origin": "https://127.0.0.1:8123"},  # Home Assistant on the same Pi is another site
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: "-".join(headers.values()))
async def test_another_site_cannot_use_the_session(stranger: Api, headers: dict[str, str]) -> None:
    cookie, _ = await log_in(stranger)
    for method, path in ENDPOINTS:
        status, error = await stranger.error(method, path, headers={"Cookie": cookie, **headers})
        assert (status, error["code"]) == (403, "forbidden"), (method, path)


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: "-".join(headers.values()))
async def test_another_site_cannot_log_a_browser_in(stranger: Api, headers: dict[str, str]) -> None:
    code = await pairing_code(stranger.agent)
    status, _ = await stranger.error("POST", routes.LOGIN, json={"code": code}, headers=headers)
    assert status == 403
    assert (await stranger.json("POST", routes.LOGIN, json={"code": code}))[0] == 200


async def test_a_change_or_websocket_without_an_origin_is_refused(stranger: Api) -> None:
    cookie, _ = await log_in(stranger)
    async with aiohttp.ClientSession(
        headers={"Cookie": cookie}, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        silent = Api(agent=stranger.agent, session=session)
        settings = routes.path(routes.SETTINGS, camera="porch")
        status, _ = await silent.error("PATCH", settings, json={"privacy": True})
        assert status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            async with silent.events():
                pass


async def test_a_bearer_token_needs_no_origin_and_a_wrong_one_hides_no_session(
    stranger: Api,
) -> None:
    cookie, _ = await log_in(stranger)
    token = await stranger.agent.token()
    foreign = {"Origin": "https://home.example", "Authorization": f"Bearer {token}"}
    assert (await stranger.json("GET", routes.INFO, headers=foreign))[0] == 200
    both = {"Authorization": "Bearer wrong", "Cookie": cookie}
    assert (await stranger.error("GET", routes.INFO, headers=both))[0] == 401


async def test_log_out_ends_the_session_and_what_it_has_open(stranger: Api) -> None:
    cookie, _ = await log_in(stranger)
    async with page(stranger.agent, cookie) as owner, owner.events() as listener:
        await listener.hello()
        async with owner.request("POST", routes.LOGOUT) as answer:
            assert answer.status == 204
            morsel = SimpleCookie(answer.headers["Set-Cookie"])[SESSION_COOKIE]
            assert (morsel.value, morsel["max-age"]) == ("", "0")
            assert morsel["secure"]
        assert (await owner.error("GET", routes.INFO))[0] == 401
        async with asyncio.timeout(10):
            await listener.until_closed()
        assert listener.socket.close_code == CLOSE_TOKEN_REVOKED


async def test_a_session_is_listed_and_revoked_as_a_token_is(stranger: Api) -> None:
    cookie, (_, answer) = await log_in(stranger)
    access = stranger.agent.agent.access
    (listed,) = await access.tokens()
    assert listed.name == answer["client"]
    assert await access.revoke_token(listed.name)
    async with page(stranger.agent, cookie) as owner:
        assert (await owner.error("GET", routes.INFO))[0] == 401


async def test_two_sessions_of_one_browser_do_not_end_one_another(stranger: Api) -> None:
    cookies = [(await log_in(stranger))[0] for _ in range(2)]
    for cookie in cookies:
        async with page(stranger.agent, cookie) as owner:
            assert (await owner.json("GET", routes.SESSION))[0] == 200


async def test_a_session_that_is_not_used_ends(
    stranger: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie, _ = await log_in(stranger)
    access = stranger.agent.agent.access
    now = access._now
    monkeypatch.setattr(access, "_now", lambda: now() + SESSION_LIFE.idle_seconds + 1)
    async with page(stranger.agent, cookie) as owner:
        assert (await owner.error("GET", routes.INFO))[0] == 401


async def viewer_cookie(stranger: Api) -> str:
    cookie, (_, answer) = await log_in(stranger, Role.VIEWER)
    assert answer["role"] == "viewer"
    return cookie


async def test_a_viewer_sees_live_and_history(stranger: Api) -> None:
    async with page(stranger.agent, await viewer_cookie(stranger)) as viewer:
        for path in (routes.INFO, routes.EVENTS, routes.SESSION):
            assert (await viewer.json("GET", path))[0] == 200
        stream = routes.path(routes.STREAM, camera="porch")
        async with viewer.request("GET", stream) as answer:
            assert answer.status == 200
        async with viewer.events() as listener:
            await listener.hello()


async def test_a_viewer_may_do_nothing_else(stranger: Api) -> None:
    others = [
        (method, template)
        for method, template, _ in ROUTES
        if template not in {routes.HEALTH, routes.PAIR, routes.LOGIN}
        and (method, template) not in VIEWER_ROUTES
    ]
    assert len(others) > 5
    async with page(stranger.agent, await viewer_cookie(stranger)) as viewer:
        for method, template in others:
            path = routes.path(template, camera="porch", event="x", client="x")
            status, error = await viewer.error(method, path, json={})
            assert (status, error["code"]) == (403, "forbidden"), (method, template)


async def test_what_would_change_something_is_the_owners() -> None:
    changing = {(m, t) for m, t, _ in ROUTES if m != "GET"} - {("POST", routes.LOGOUT)}
    assert not changing & VIEWER_ROUTES
    assert ("GET", routes.SETTINGS) not in VIEWER_ROUTES


async def test_a_viewers_token_is_a_viewers_as_well(stranger: Api) -> None:
    request = {"code": await pairing_code(stranger.agent, Role.VIEWER), "client": "frame"}
    _, answer = await stranger.json("POST", routes.PAIR, json=request)
    headers = {"Authorization": f"Bearer {answer['token']}"}
    settings = routes.path(routes.SETTINGS, camera="porch")
    status, _ = await stranger.error("PATCH", settings, json={"motion": False}, headers=headers)
    assert status == 403


@pytest.mark.parametrize("role", list(Role))
async def test_an_owner_makes_a_code_that_pairs(stranger: Api, role: Role) -> None:
    cookie, _ = await log_in(stranger)
    async with page(stranger.agent, cookie) as owner:
        status, made = await owner.json("POST", routes.PAIRING_CODES, json={"role": role.value})
        assert (status, made["role"]) == (200, role.value)
    code = PairingCode.parse(made["code"])
    assert code.matches_certificate(stranger.agent.certificate_sha256)
    _, answer = await stranger.json("POST", routes.LOGIN, json={"code": made["code"]})
    assert answer["role"] == role.value


async def test_an_owner_ends_the_access_of_a_lost_phone(stranger: Api) -> None:
    lost, (_, answer) = await log_in(stranger, Role.VIEWER)
    cookie, _ = await log_in(stranger)
    async with page(stranger.agent, cookie) as owner, page(stranger.agent, lost) as phone:
        _, listed = await owner.json("GET", routes.CLIENTS)
        assert {client["role"] for client in listed["clients"]} == {"owner", "viewer"}
        name = answer["client"]
        assert name in {client["name"] for client in listed["clients"]}
        async with phone.events() as listener:
            await listener.hello()
            path = routes.path(routes.CLIENT, client=name)
            async with owner.request("DELETE", path) as gone:
                assert gone.status == 204
            async with asyncio.timeout(10):
                await listener.until_closed()
        assert (await phone.error("GET", routes.INFO))[0] == 401
        assert (await owner.error("DELETE", path))[0] == 404


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


async def test_use_prolongs_a_session_up_to_its_end(stranger: Api) -> None:
    clock = Clock()
    access = AccessStore(stranger.agent.agent.database, now=clock)
    token = await access.create_token("page", life=SESSION_LIFE)
    ends = clock.now + SESSION_LIFE.longest_seconds
    while clock.now + SESSION_LIFE.idle_seconds / 2 < ends:
        clock.now += SESSION_LIFE.idle_seconds / 2
        assert await access.client_of(token) == "page"
    clock.now = ends
    assert await access.client_of(token) is None
    assert await access.tokens() == ()
