"""The first minutes: no camera, no disk, a wrong clock, and the way into Home Assistant."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.async_api import expect

from pi_agent.protocol import Role
from pi_agent.serving import NO_CAMERA
from tests.agent_fixture import RunningAgent

from .conftest import Windows, new_code, type_code, without_camera

SET_UP = "https://my.home-assistant.io/redirect/config_flow_start/?domain=pi_motion_camera"


async def test_without_a_camera_the_page_says_what_to_do(tmp_path: Path, windows: Windows) -> None:
    problems = [NO_CAMERA, "/dev/video0: no permission; run: sudo usermod"]
    async with without_camera(tmp_path, problems) as agent:
        page = await windows.log_in(agent)
        await expect(page.get_by_role("heading", name="No camera found")).to_be_visible()
        await page.get_by_text("What the agent says").click()
        await expect(page.get_by_text("no permission; run: sudo usermod")).to_be_visible()
        for view in ("History", "Motion", "Settings"):
            await page.get_by_role("link", name=view).click()
            await expect(page.locator("main")).to_be_visible()
        await expect(page.get_by_role("button", name="New code")).to_be_visible()


async def test_a_disk_that_takes_nothing_is_told_at_once(
    demo: RunningAgent, windows: Windows
) -> None:
    page = await windows.log_in(demo)
    notices = page.get_by_label("Notices")
    await expect(notices).to_be_hidden()
    health = demo.agent.recording.health
    health.report("test", "the disk is read-only")
    await expect(notices).to_contain_text("Events cannot be recorded")
    await expect(notices).to_contain_text("the disk is read-only")
    await page.reload()
    await expect(notices).to_contain_text("the disk is read-only")
    health.report("test", None)
    await expect(notices).to_be_hidden()


async def test_a_clock_that_differs_is_told(
    demo: RunningAgent, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await windows.log_in(demo)
    await page.clock.install(time="2031-05-05T12:00:00Z")
    await page.reload()
    notices = page.get_by_label("Notices")
    await expect(notices).to_contain_text("The camera's clock is wrong")
    await expect(notices).to_contain_text("timedatectl status")


async def test_an_owner_is_led_to_home_assistant(demo: RunningAgent, windows: Windows) -> None:
    page = await windows.open(demo)
    await type_code(page, await new_code(demo))
    await expect(page.get_by_text("Now open Home Assistant")).to_be_visible()
    await page.get_by_role("button", name="Connect").click()
    await expect(
        page.get_by_role("heading", name="Home Assistant and other devices")
    ).to_be_visible()
    await expect(page.get_by_role("link", name="QR code")).to_have_attribute("href", SET_UP)
    await page.get_by_role("link", name="Live").click()
    await expect(page.locator(".picture img")).to_be_visible()
    await expect(page.get_by_text("Now open Home Assistant")).to_have_count(0)


async def test_who_has_paired_is_not_led_there_again(demo: RunningAgent, windows: Windows) -> None:
    await demo.token("Home Assistant")
    page = await windows.open(demo)
    await type_code(page, await new_code(demo))
    await expect(page.locator(".picture img")).to_be_visible()
    await expect(page.get_by_text("Now open Home Assistant")).to_have_count(0)


async def test_the_qr_code_opens_the_set_up(demo: RunningAgent, windows: Windows) -> None:
    page = await windows.log_in(demo, "/#/settings", color_scheme="dark", device_scale_factor=2)
    picture = page.get_by_alt_text("QR code")
    await page.wait_for_function("() => document.querySelector('.qr img').naturalWidth > 0")
    seen = cv2.imdecode(np.frombuffer(await picture.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    assert cv2.QRCodeDetector().detectAndDecode(seen)[0] == SET_UP


@pytest.mark.parametrize(
    ("button", "role"), [("New code", Role.OWNER), ("Code for a viewer", Role.VIEWER)]
)
async def test_a_code_made_on_the_page_opens_the_door(
    demo: RunningAgent, windows: Windows, button: str, role: Role
) -> None:
    page = await windows.log_in(demo, "/#/settings")
    await page.get_by_role("button", name=button).click()
    code = await page.locator(".big-code").inner_text()
    await expect(page.get_by_text("Good once, for another 9 min")).to_be_visible()
    other = await windows.open(demo)
    await type_code(other, code)
    await expect(other.get_by_role("link", name="Live")).to_be_visible()
    settings = other.get_by_role("link", name="Settings")
    await expect(settings).to_have_count(1 if role is Role.OWNER else 0)


async def test_the_access_of_a_lost_phone_is_ended(demo: RunningAgent, windows: Windows) -> None:
    phone = await windows.log_in(demo, role=Role.VIEWER)
    (session,) = await demo.agent.access.tokens()
    page = await windows.log_in(demo, "/#/settings")
    await page.get_by_role("button", name=f"End the access of {session.name}").click()
    await page.get_by_role("dialog").get_by_role("button", name="End").click()
    await expect(phone.get_by_label("Pairing code")).to_be_visible()
    await expect(page.get_by_text(session.name)).to_have_count(0)
    await expect(page.get_by_text("This device")).to_be_visible()


async def test_a_setting_is_saved_as_it_is_changed(demo: RunningAgent, windows: Windows) -> None:
    (porch,) = demo.agent.cameras
    page = await windows.log_in(demo, "/#/settings")
    await page.get_by_label("Record events").click()
    await expect(page.get_by_text("Saved")).to_be_visible()
    assert not porch.settings.recording
    field = page.get_by_label("Clip from before the event")
    await field.fill("99")
    await field.press("Tab")
    await expect(page.get_by_text("From 0 to 60")).to_be_visible()
    assert porch.settings.pre_roll_seconds == 5
    await field.fill("7.5")
    await field.press("Tab")
    await expect(page.get_by_text("From 0 to 60")).to_be_hidden()
    await page.wait_for_timeout(300)
    assert porch.settings.pre_roll_seconds == 7.5
