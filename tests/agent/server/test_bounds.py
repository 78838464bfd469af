"""Clients that open too much, say too little or never read: bounded, and the others unharmed."""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest

from pi_agent.protocol import SystemMessage
from pi_agent.server import connection_acceptor, http_server, mjpeg, system_state
from pi_agent.server.connection_gate import ConnectionGate, ConnectionLimits
from tests.agent_fixture import RunningAgent
from tests.scripted_source import ScriptedSource

from .conftest import Api
from .test_mjpeg import STREAM, PartReader

LIMITS = ConnectionLimits(connections=40, strangers=12, strangers_of_one_address=8, refused=2)
IMPATIENT_SECONDS = 0.3
Talk = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(autouse=True)
def _few_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "ConnectionLimits", lambda: LIMITS)
    monkeypatch.setattr(system_state, "_TELL_EVERY_SECONDS", 0.2)


async def connected(agent: RunningAgent) -> socket.socket:
    """A connection on which nothing was said yet."""
    connection = socket.socket()
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", agent.port))
    return connection


@asynccontextmanager
async def many_connected(agent: RunningAgent, count: int) -> AsyncIterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(await connected(agent)) for _ in range(count)]


@asynccontextmanager
async def said(agent: RunningAgent, text: bytes) -> AsyncIterator[Talk]:
    """A connection of its own on which, encrypted, this much was said."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    reader, writer = await asyncio.open_connection("127.0.0.1", agent.port, ssl=context)
    try:
        writer.write(text)
        await writer.drain()
        yield reader, writer
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def request_for(agent: RunningAgent, path: str) -> bytes:
    """What somebody with a token sends for it."""
    token = await agent.token("another")
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


async def is_open(connection: socket.socket) -> bool:
    """Whether the agent has left the connection open so far."""
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionResetError:
        return False


async def until_open(connections: list[socket.socket], count: int) -> None:
    async with asyncio.timeout(20):
        while sum([await is_open(connection) for connection in connections]) != count:
            await asyncio.sleep(0.01)


async def status_for(agent: RunningAgent, address: str) -> int:
    """The status that a stranger at this address is answered with."""
    connector = aiohttp.TCPConnector(local_addr=(address, 0))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.get(
            f"https://127.0.0.1:{agent.port}/healthz",
            ssl=aiohttp.Fingerprint(agent.certificate_sha256),
        ) as answer,
    ):
        return answer.status


async def test_a_flood_of_connections_is_cut_off_and_others_are_served(
    api: Api, source: ScriptedSource
) -> None:
    async with api.request("GET", STREAM) as answer:
        viewer = PartReader(answer)
        async with many_connected(api.agent, 300) as flood:
            await until_open(flood, LIMITS.strangers_of_one_address + LIMITS.refused)
            source.still(0.1)
            await viewer.next()
            assert await status_for(api.agent, "127.0.0.2") == 200  # another address


async def test_ten_thousand_connections_are_bounded_and_told_of_once(
    api: Api, source: ScriptedSource, caplog: pytest.LogCaptureFixture
) -> None:
    async with api.request("GET", STREAM) as answer:
        viewer = PartReader(answer)
        for _ in range(25):
            async with many_connected(api.agent, 400) as flood:
                await until_open(flood, LIMITS.strangers_of_one_address + LIMITS.refused)
                source.still(0.1)
                await viewer.next()
    complaints = [record for record in caplog.records if "Too many" in record.getMessage()]
    assert len(complaints) == 1


async def test_who_comes_when_it_is_full_is_told_so(api: Api) -> None:
    async with many_connected(api.agent, LIMITS.strangers_of_one_address) as flood:
        async with asyncio.timeout(10):
            while (await api.json("GET", "/healthz"))[0] == 200:
                await asyncio.sleep(0.01)
        async with api.request("GET", "/healthz") as answer:
            error = (await answer.json())["error"]
            assert (answer.status, error["code"]) == (503, "unavailable")
            assert int(answer.headers["Retry-After"]) > 0
        await until_open(flood, len(flood))


async def test_known_clients_do_not_count_as_strangers(api: Api) -> None:
    many = 2 * LIMITS.strangers_of_one_address
    async with asyncio.timeout(20):
        answers = [await api.request("GET", STREAM) for _ in range(many)]
    assert {answer.status for answer in answers} == {200}
    for answer in answers:
        answer.close()


async def test_many_viewers_may_come_at_once(api: Api) -> None:
    many = 3 * LIMITS.strangers_of_one_address
    request = await request_for(api.agent, STREAM)

    async def watch() -> bytes:
        async with said(api.agent, request) as (reader, _):
            return await reader.readline()

    async with asyncio.timeout(20):
        answers = await asyncio.gather(*(watch() for _ in range(many)))
    assert set(answers) == {b"HTTP/1.1 200 OK\r\n"}


async def test_room_comes_back_with_those_who_leave(api: Api) -> None:
    for _ in range(3):
        async with many_connected(api.agent, LIMITS.strangers_of_one_address) as flood:
            await until_open(flood, len(flood))
        async with asyncio.timeout(10):
            while await status_for(api.agent, "127.0.0.1") != 200:
                await asyncio.sleep(0.01)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, agent: RunningAgent) -> RunningAgent:
    """An agent that gives strangers less time than they get otherwise."""
    monkeypatch.setattr(connection_acceptor, "_STRANGER_SECONDS", IMPATIENT_SECONDS)
    return agent


async def test_a_handshake_that_never_comes_is_not_waited_for(impatient: RunningAgent) -> None:
    async with many_connected(impatient, 3) as silent:
        await until_open(silent, 0)


@pytest.mark.parametrize(
    "begin",
    [
        b"",
        b"GET /healthz HTTP/1.1\r\nX-Name: ",
        b"POST /api/v1/pair HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{",
    ],
)
async def test_a_request_of_a_byte_now_and_then_is_cut_off(
    impatient: RunningAgent, begin: bytes
) -> None:
    async with said(impatient, begin) as (reader, writer), asyncio.timeout(10):
        ended = asyncio.create_task(until_end(reader))
        while not ended.done():
            writer.write(b"x")
            await asyncio.sleep(0.02)


async def until_end(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionError):
        while await reader.read(1000):
            pass


async def test_what_is_no_http_at_all_is_answered_and_no_error_of_ours(agent: RunningAgent) -> None:
    async with said(agent, b"\x16\x03 hello?\r\n\r\n") as (reader, _), asyncio.timeout(10):
        assert (await reader.readline()).split()[1] == b"400"


async def test_a_client_that_is_known_may_take_its_time(impatient: RunningAgent) -> None:
    request = await request_for(impatient, "/api/v1/info")
    async with said(impatient, request) as (reader, writer):
        await read_answer(reader)
        await asyncio.sleep(2 * IMPATIENT_SECONDS)
        writer.write(request)
        await read_answer(reader)


async def read_answer(reader: asyncio.StreamReader) -> None:
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]))


@asynccontextmanager
async def viewer_that_never_reads(agent: RunningAgent) -> AsyncIterator[None]:
    async with said(agent, await request_for(agent, STREAM)) as (_, writer):
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        async with asyncio.timeout(10):
            while not viewers(agent):
                await asyncio.sleep(0.01)
        yield


def viewers(agent: RunningAgent) -> int:
    (camera,) = agent.agent.cameras
    return camera.streams.viewers


def unsent_bytes(port: int) -> int:
    """What the kernel keeps for those who read from this port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sent = {row[4].partition(":")[0] for row in rows if int(row[1].partition(":")[2], 16) == port}
    return sum(int(count, 16) for count in sent)


async def test_a_viewer_that_never_reads_costs_little_and_the_others_see_on(
    api: Api, source: ScriptedSource
) -> None:
    (camera,) = api.agent.agent.cameras
    source.still(0.1)
    async with viewer_that_never_reads(api.agent), api.request("GET", STREAM) as answer:
        reader = PartReader(answer)
        for _ in range(600):
            source.still(0.1)
            await reader.next()
        assert viewers(api.agent) == 2
        assert camera.dropped_frames > 100
        assert unsent_bytes(api.agent.port) < 300_000
        missed = -1
        while missed != camera.dropped_frames:  # the last frame is on its way to all of them
            missed = camera.dropped_frames
            await asyncio.sleep(0.2)
        await assert_that_missed_frames_are_told(api, missed)


async def assert_that_missed_frames_are_told(api: Api, count: int) -> None:
    """In the metrics, and to those who listen for events."""
    async with api.request("GET", "/metrics") as answer:
        (line,) = [
            line
            for line in (await answer.text()).splitlines()
            if line.startswith('pi_agent_dropped_frames_total{camera="porch"}')
        ]
    assert float(line.split()[-1]) == count
    async with api.events() as listener:
        message = await listener.until(lambda message: isinstance(message, SystemMessage))
    assert isinstance(message, SystemMessage)
    assert (message.viewers, message.dropped_frames) == (2, count)


async def test_a_viewer_that_closes_its_half_of_the_connection_is_forgotten(
    agent: RunningAgent, source: ScriptedSource
) -> None:
    async with said(agent, await request_for(agent, STREAM)) as (_, writer):
        await until_viewers(agent, 1)
        connection = writer.get_extra_info("socket")
        with socket.socket(fileno=os.dup(connection.fileno())) as half:
            half.shutdown(socket.SHUT_WR)
        await until_viewers(agent, 0)


async def until_viewers(agent: RunningAgent, count: int) -> None:
    async with asyncio.timeout(10):
        while viewers(agent) != count:
            await asyncio.sleep(0.01)


async def test_a_viewer_that_never_reads_is_let_go(
    agent: RunningAgent, source: ScriptedSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mjpeg, "_STUCK_SECONDS", 0.2)
    async with viewer_that_never_reads(agent), asyncio.timeout(20):
        while viewers(agent):
            source.still(0.1)
            await asyncio.sleep(0.005)


def test_strangers_of_one_address_leave_room_for_other_addresses() -> None:
    gate = ConnectionGate(LIMITS)
    visits = [gate.admit("192.0.2.1") for _ in range(LIMITS.strangers_of_one_address + 5)]
    refused = [visit for visit in visits if visit is not None and visit.refused]
    assert len(refused) == LIMITS.refused
    assert visits.count(None) == 5 - LIMITS.refused
    other = gate.admit("192.0.2.2")
    assert other is not None
    assert not other.refused


def test_all_strangers_together_are_bounded() -> None:
    gate = ConnectionGate(LIMITS)
    visits = [gate.admit(f"192.0.2.{number}") for number in range(LIMITS.strangers + 1)]
    assert [visit.refused for visit in visits if visit] == [False] * LIMITS.strangers + [True]


def test_known_clients_are_bounded_too() -> None:
    gate = ConnectionGate(LIMITS)
    for _ in range(LIMITS.connections):
        visit = gate.admit("192.0.2.1")
        assert visit is not None
        assert not visit.refused
        visit.trust()
    refused = gate.admit("192.0.2.1")
    assert refused is not None
    assert refused.refused


def test_each_connection_that_leaves_makes_room_for_one() -> None:
    gate = ConnectionGate(LIMITS)
    for number in range(10 * LIMITS.connections):
        visit = gate.admit("192.0.2.1")
        assert visit is not None
        assert not visit.refused
        if number % 2:
            visit.trust()
            visit.trust()
        gate.leave(visit)
