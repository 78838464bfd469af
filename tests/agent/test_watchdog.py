"""The watchdog is fed while the agent lives, and only then."""

import asyncio
import logging
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp
import pytest

from pi_agent.app import DATABASE
from pi_agent.frames import FrameHub, FrameTaker
from pi_agent.pipeline import camera_pipeline
from pi_agent.runtime import ServiceNotifier
from pi_agent.service import status_line, stuck_threads
from pi_agent.storage import AccessStore, Database
from pi_agent.watchdog import Watchdog
from tests.agent_fixture import RunningAgent, running_agent
from tests.scripted_source import ScriptedSource

from .test_serving import free_port

_WATCHDOG_SECONDS = 0.2


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.setblocking(False)
        yield manager


@asynccontextmanager
async def watched(manager: socket.socket, stuck: list[str]) -> AsyncIterator[None]:
    notifier = ServiceNotifier(manager.getsockname(), watchdog_seconds=_WATCHDOG_SECONDS)
    watchdog = Watchdog(notifier, stuck=lambda: stuck, status=lambda: "1 of 1 camera(s) online")
    watchdog.start()
    try:
        yield
    finally:
        await watchdog.close()


async def heard(manager: socket.socket) -> str:
    """The next message that arrives."""
    async with asyncio.timeout(10):
        return (await asyncio.get_running_loop().sock_recv(manager, 4096)).decode()


async def heard_until(manager: socket.socket, wanted: str) -> list[str]:
    messages = [await heard(manager)]
    while messages[-1] != wanted:
        messages.append(await heard(manager))
    return messages


def waiting(manager: socket.socket) -> list[str]:
    """The messages that have arrived and nobody has read."""
    messages = []
    while True:
        try:
            messages.append(manager.recv(4096).decode())
        except BlockingIOError:
            return messages


async def test_a_living_agent_is_ready_then_fed_then_stopping(manager: socket.socket) -> None:
    async with watched(manager, []):
        assert await heard(manager) == "READY=1"
        assert await heard(manager) == "STATUS=1 of 1 camera(s) online"
        for _ in range(5):
            assert await heard(manager) == "WATCHDOG=1"
    assert waiting(manager)[-1] == "STOPPING=1"


async def test_a_blocked_loop_is_not_fed(manager: socket.socket) -> None:
    async with watched(manager, []):
        await heard_until(manager, "WATCHDOG=1")
        waiting(manager)
        time.sleep(3 * _WATCHDOG_SECONDS)
        assert waiting(manager) == []
        assert await heard(manager) == "WATCHDOG=1"


@pytest.mark.logs_errors
async def test_a_stuck_thread_is_not_fed_and_told_once(
    manager: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    stuck: list[str] = []
    async with watched(manager, stuck):
        await heard_until(manager, "WATCHDOG=1")
        stuck.append("capture-porch")
        await heard_until(manager, "STATUS=stuck: capture-porch")
        await asyncio.sleep(2 * _WATCHDOG_SECONDS)
        assert waiting(manager) == []
        stuck.clear()
        await heard_until(manager, "WATCHDOG=1")
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "capture-porch" in errors[0].getMessage()


async def test_a_camera_that_is_offline_is_alive(tmp_path: Path) -> None:
    source = ScriptedSource()
    source.break_off("the cable is out")
    async with running_agent(tmp_path, sources={"scripted": source}) as agent:
        await until_status(agent, "0 of 1 camera(s) online; porch: the cable is out")
        assert stuck_threads(agent.agent) == []


async def test_a_thread_that_leaves_its_frames_is_stuck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_pipeline, "_BEHIND_SECONDS", 0.2)
    source = ScriptedSource()
    async with running_agent(tmp_path, sources={"scripted": source}) as agent:
        source.still(1)
        await until_status(agent, "1 of 1 camera(s) online")
        assert stuck_threads(agent.agent) == []
        (camera,) = agent.agent.cameras
        with camera._hub.subscribed():  # a taker that never takes
            source.still(0.1)
            async with asyncio.timeout(10):
                while not stuck_threads(agent.agent):
                    await asyncio.sleep(0.05)
        assert stuck_threads(agent.agent) == []


async def until_status(agent: RunningAgent, status: str) -> None:
    async with asyncio.timeout(10):
        while status_line(agent.agent) != status:
            await asyncio.sleep(0.02)


def test_a_hub_without_takers_is_not_behind() -> None:
    hub = FrameHub()
    assert hub.behind_seconds == 0
    with hub.subscribed(FrameTaker()):
        assert hub.behind_seconds == 0


async def test_the_service_tells_systemd_from_its_start_to_its_end(
    tmp_path: Path, manager: socket.socket
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pi_agent", "run", "--demo", "--host", "127.0.0.1"),
        *("--port", "0", "--data-dir", str(tmp_path / "data")),
        env={"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "1000000"},
    )
    try:
        assert await heard(manager) == "READY=1"
        await heard_until(manager, "STATUS=1 of 1 camera(s) online")
        await heard_until(manager, "WATCHDOG=1")
        process.send_signal(signal.SIGTERM)
        await heard_until(manager, "STOPPING=1")
        assert await asyncio.wait_for(process.wait(), 30) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_an_agent_that_starts_anew_does_not_say_that_the_service_ends(
    tmp_path: Path, manager: socket.socket
) -> None:
    with closing(Database(tmp_path / DATABASE)) as database:
        token = await AccessStore(database, now=time.time).create_token("test")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pi_agent", "run", "--demo", "--host", "127.0.0.1", "--no-tls"),
        *("--port", str(port), "--data-dir", str(tmp_path)),
        env={"NOTIFY_SOCKET": manager.getsockname()},
    )
    try:
        assert await heard(manager) == "READY=1"
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            await session.post(f"http://127.0.0.1:{port}/api/v1/restart")
        assert "STOPPING=1" not in await heard_until(manager, "READY=1")
        process.send_signal(signal.SIGTERM)
        await heard_until(manager, "STOPPING=1")
        assert await asyncio.wait_for(process.wait(), 30) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_an_agent_that_is_hung_up_shows_where_when_systemd_aborts_it(
    tmp_path: Path, manager: socket.socket
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pi_agent", "run", "--demo", "--host", "127.0.0.1"),
        *("--port", "0", "--data-dir", str(tmp_path / "data")),
        env={"NOTIFY_SOCKET": manager.getsockname()},
        stderr=asyncio.subprocess.PIPE,
    )
    assert await heard(manager) == "READY=1"
    # Threads that the start needed end now: Python stops its list of threads at one that does.
    await asyncio.sleep(1)
    process.send_signal(signal.SIGABRT)  # as systemd does when the watchdog's time is over
    _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == -signal.SIGABRT
    assert b"Fatal Python error: Aborted" in errors
    assert b"capture-camera" in errors or b"source_reader_worker.py" in errors
