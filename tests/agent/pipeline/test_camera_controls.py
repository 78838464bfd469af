"""Settings of the camera itself: from the API down to the device, and what it offers back up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from pi_agent.capture.camera_controls import CameraControls
from pi_agent.pipeline import CameraPipeline
from pi_agent.protocol import CameraState, OfferedControls, ProtocolError, SettingsPatch
from tests.agent_fixture import running_agent
from tests.scripted_source import ScriptedSource

OFFERED = OfferedControls(gain=True, white_balance=("auto", "daylight"), most_zoom=4.0)


class AdjustableScriptedSource(ScriptedSource):
    """A scripted camera with a gain, a white balance and a zoom."""

    offered_controls = OFFERED
    controls: CameraControls | None = None

    def apply_controls(self, controls: CameraControls) -> None:
        self.controls = controls


@pytest.fixture
def source() -> AdjustableScriptedSource:
    return AdjustableScriptedSource()


@pytest.fixture
async def camera(tmp_path: Path, source: AdjustableScriptedSource) -> AsyncIterator[CameraPipeline]:
    async with running_agent(tmp_path, sources={"scripted": source}) as running:
        camera = running.agent.cameras.find("porch")
        source.still(1.0)
        await until(lambda: camera.status.state is CameraState.ONLINE)
        yield camera


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_what_the_camera_has_is_told_and_what_is_set_reaches_it(
    camera: CameraPipeline, source: AdjustableScriptedSource
) -> None:
    assert camera.status.controls == OFFERED
    await camera.change_settings(SettingsPatch({"gain": 0.5, "white_balance": "daylight"}))
    wanted = CameraControls(gain=0.5, white_balance="daylight")
    source.still(1.0)
    await until(lambda: source.controls == wanted)
    await camera.change_settings(SettingsPatch({"gain": None}))
    source.still(1.0)
    await until(lambda: source.controls == CameraControls(white_balance="daylight"))


async def test_a_white_balance_that_the_camera_has_not_is_refused_by_name(
    camera: CameraPipeline,
) -> None:
    with pytest.raises(ProtocolError, match="white_balance: must be one of auto, daylight"):
        await camera.change_settings(SettingsPatch({"white_balance": "moonlight", "gain": 0.1}))
    assert camera.settings.gain is None, "all of a change or, where one is wrong, none"
