"""An agent that finds no camera says so on its page, and goes on with the one that is connected."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from pi_agent import serving
from pi_agent.app import DATABASE
from pi_agent.capture import Discovery, FoundCamera
from pi_agent.configuration import Configuration, ServerConfiguration
from pi_agent.storage import AccessStore, Database


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def a_token(data_dir: Path) -> str:
    database = Database(data_dir / DATABASE)
    try:
        return await AccessStore(database, now=lambda: 0.0).create_token("test")
    finally:
        await asyncio.to_thread(database.close)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Discovery]:
    """What is connected to this machine: the last entry."""
    found = [Discovery(problems=("/dev/video0: no permission",))]
    monkeypatch.setattr(serving, "find_cameras", lambda: found[-1])
    monkeypatch.setattr(serving, "_LOOK_EVERY_SECONDS", 0.05)
    return found


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What systemd hears of the service."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
        manager.setblocking(False)
        yield manager


@pytest.fixture
async def address(found: list[Discovery], tmp_path: Path) -> AsyncIterator[str]:
    """Where an agent without a configured camera listens."""
    port = free_port()
    server = ServerConfiguration(host="127.0.0.1", port=port, tls=False)
    configuration = Configuration(data_dir=tmp_path, server=server)
    task = asyncio.create_task(serving.serve(configuration))
    try:
        yield f"http://127.0.0.1:{port}/api/v1/info"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def info(address: str, token: str, *, cameras: int) -> Any:
    """The agent's `info` once it has so many cameras."""
    headers = {"Authorization": f"Bearer {token}"}
    async with asyncio.timeout(20), aiohttp.ClientSession(headers=headers) as session:
        while True:
            try:
                async with session.get(address) as answer:
                    told = await answer.json()
                    if len(told["cameras"]) == cameras:
                        return told
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.05)


async def test_no_camera_is_told_with_its_mend_until_one_is_connected(
    address: str, found: list[Discovery], tmp_path: Path
) -> None:
    token = await a_token(tmp_path)
    without = await info(address, token, cameras=0)
    assert "connect one" in without["problems"][0]
    assert "/dev/video0: no permission" in without["problems"]

    found.append(Discovery(cameras=(FoundCamera(source="demo", name="HD Webcam"),)))
    told = await info(address, token, cameras=1)
    assert told["problems"] == []
    assert told["cameras"][0]["id"] == "hd_webcam"


async def test_an_agent_that_goes_on_with_a_camera_is_still_the_same_service(
    manager: socket.socket, address: str, found: list[Discovery], tmp_path: Path
) -> None:
    token = await a_token(tmp_path)
    await info(address, token, cameras=0)
    found.append(Discovery(cameras=(FoundCamera(source="demo", name="HD Webcam"),)))
    await info(address, token, cameras=1)
    heard: list[bytes] = []
    async with asyncio.timeout(10):
        while heard.count(b"READY=1") < 2:
            heard.append(await asyncio.get_running_loop().sock_recv(manager, 4096))
    assert b"STOPPING=1" not in heard
