"""Settings of objects and of the camera itself, by clicking: shown only where there are any."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import expect

from pi_agent.capture.camera_controls import CameraControls
from pi_agent.protocol import CameraSettings, OfferedControls, SettingsPatch
from tests.agent_fixture import RunningAgent, running_agent
from tests.onnx_file import walker_model
from tests.scripted_source import ScriptedSource

from .conftest import PHONE, Windows


class AdjustableSource(ScriptedSource):
    """A scripted camera with a gain and a white balance."""

    offered_controls = OfferedControls(gain=True, white_balance=("auto", "daylight"))

    def apply_controls(self, controls: CameraControls) -> None:
        """Nothing to be set."""


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.05)


def settings_of(agent: RunningAgent) -> CameraSettings:
    return agent.agent.cameras.find("porch").settings


async def test_objects_and_camera_are_set_where_there_are_any(
    windows: Windows, tmp_path: Path
) -> None:
    (tmp_path / "models").mkdir()
    walker_model(tmp_path / "models" / "walkers.onnx", ("person", "dog"))
    source = AdjustableSource()
    source.still(5)
    async with running_agent(tmp_path, sources={"scripted": source}) as agent:
        page = await windows.log_in(agent, "/#/settings", **PHONE)
        await page.get_by_label("Dog").check()
        await page.get_by_label("Only they make an event").check()
        await page.get_by_label("Gain").fill("0.5")
        await page.get_by_label("Gain").press("Tab")
        await page.get_by_label("White balance").select_option("daylight")
        await expect(page.get_by_text("Focus (0 is far away)")).to_have_count(0)
        await until(lambda: settings_of(agent).white_balance == "daylight")
        assert (settings_of(agent).labels, settings_of(agent).only_labels) == (("dog",), True)
        assert settings_of(agent).gain == 0.5
        await page.get_by_label("Gain").fill("")
        await page.get_by_label("Gain").press("Tab")
        await until(lambda: settings_of(agent).gain is None)


async def test_what_was_chosen_elsewhere_is_shown_and_kept(
    windows: Windows, tmp_path: Path
) -> None:
    (tmp_path / "models").mkdir()
    walker_model(tmp_path / "models" / "walkers.onnx", ("person", "boat"))
    source = ScriptedSource()
    source.still(5)
    async with running_agent(tmp_path, sources={"scripted": source}) as agent:
        camera = agent.agent.cameras.find("porch")
        await camera.change_settings(SettingsPatch({"labels": ("boat",)}))
        page = await windows.log_in(agent, "/#/settings")
        await expect(page.get_by_label("boat", exact=True)).to_be_checked()
        await page.get_by_label("Person").check()
        await until(lambda: set(settings_of(agent).labels) == {"person", "boat"})
        await page.get_by_label("boat", exact=True).uncheck()
        await until(lambda: settings_of(agent).labels == ("person",))


async def test_without_a_model_there_is_nothing_to_choose(
    windows: Windows, agent: RunningAgent
) -> None:
    page = await windows.log_in(agent, "/#/settings")
    await expect(page.get_by_text("Record events")).to_be_visible()
    await expect(page.get_by_text("What is looked for")).to_have_count(0)
