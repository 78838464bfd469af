"""What viewers and clients of the agent see while a camera is lost, and when it is back."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.agent_fixture import camera, running_agent

from .capture.mjpeg_server import MjpegServer, jpeg, mjpeg_server
from .capture.rtsp_server import rtsp_server
from .server.conftest import Api, paired
from .server.test_mjpeg import PartReader

PORCH, SHED = ("/api/v1/cameras/" + name for name in ("porch", "shed"))


@pytest.fixture
def servers() -> Iterator[tuple[MjpegServer, MjpegServer]]:
    """Two network cameras."""
    with mjpeg_server() as porch, mjpeg_server() as shed:
        porch.fps = shed.fps = 10.0
        yield porch, shed


@asynccontextmanager
async def agent_with(porch: MjpegServer, shed: MjpegServer, data_dir: Path) -> AsyncIterator[Api]:
    """A client of an agent with both."""
    cameras = camera("porch", porch.url), camera("shed", shed.url)
    async with running_agent(data_dir, cameras=cameras) as agent, paired(agent) as api:
        yield api


async def see(stream: PartReader, pictures: list[bytes], *, among: bool) -> None:
    """Wait for a picture that is one of the camera's, passed on untouched, or is none of them."""
    async with asyncio.timeout(20):
        while ((await stream.next()).body in pictures) != among:
            pass


async def told_of(api: Api, name: str) -> Any:
    """The camera as the agent tells it."""
    _, info = await api.json("GET", "/api/v1/info")
    return next(entry for entry in info["cameras"] if entry["id"] == name)


async def test_viewers_see_that_a_camera_is_offline_and_then_its_pictures_again(
    servers: tuple[MjpegServer, MjpegServer], tmp_path: Path
) -> None:
    porch, shed = servers
    async with (
        agent_with(porch, shed, tmp_path) as api,
        api.request("GET", f"{PORCH}/stream.mjpg") as answer,
    ):
        stream = PartReader(answer)
        await see(stream, porch.pictures, among=True)
        assert (await told_of(api, "porch"))["encoder"] == "source"
        porch.stop()
        await see(stream, porch.pictures, among=False)
        status = (await told_of(api, "porch"))["status"]
        assert status["state"] == "offline"
        address = f"http://127.0.0.1:{porch.port}: "
        assert status["reason"].startswith(address)
        refused, error = await api.error("GET", f"{PORCH}/snapshot.jpg")
        assert refused == 503
        assert error["message"].startswith(address)
        # The other one is none the worse.
        async with api.request("GET", f"{SHED}/stream.mjpg") as other:
            await see(PartReader(other), shed.pictures, among=True)
        porch.start()
        await see(stream, porch.pictures, among=True)
        assert (await told_of(api, "porch"))["status"]["state"] == "online"


async def test_broken_pictures_are_in_the_metrics(
    servers: tuple[MjpegServer, MjpegServer], tmp_path: Path
) -> None:
    porch, shed = servers
    porch.pictures = [jpeg(100), jpeg(100)[:-40]]
    async with agent_with(porch, shed, tmp_path) as api, asyncio.timeout(20):
        while True:
            async with api.request("GET", "/metrics") as answer:
                text = await answer.text()
            figures = dict(line.split() for line in text.splitlines() if line[0] != "#")
            if figures['pi_agent_skipped_frames_total{camera="porch"}'] != "0":
                break
            await asyncio.sleep(0.05)
        assert figures['pi_agent_skipped_frames_total{camera="shed"}'] == "0"


async def test_a_wrong_password_is_told_and_shown_to_nobody(
    servers: tuple[MjpegServer, MjpegServer],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    http, good = servers
    http.auth = "digest"
    with rtsp_server("h264") as rtsp:
        rtsp.auth = "basic"
        cameras = [
            camera(name, server.url.replace("://", "://adm1n:s3cret@"))
            for name, server in (("http", http), ("rtsp", rtsp))
        ]
        cameras.append(camera("shed", good.url))
        async with (
            running_agent(tmp_path, cameras=cameras) as agent,
            paired(agent) as api,
            api.events() as listener,
            asyncio.timeout(20),
        ):
            for name in ("http", "rtsp"):
                while "refuses the user" not in (await told_of(api, name))["status"]["reason"]:
                    await asyncio.sleep(0.05)
            while (await told_of(api, "shed"))["status"]["state"] != "online":
                await asyncio.sleep(0.05)
            shown = str(await api.json("GET", "/api/v1/info")) + str(await listener.hello())
    shown += caplog.text + "".join(capfd.readouterr())
    assert "refuses the user" in shown
    assert not [secret for secret in ("adm1n", "s3cret", "token=secret") if secret in shown]
