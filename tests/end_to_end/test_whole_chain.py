"""From the footage to the eyes of a user, through both real programs."""

import re

import pytest
from playwright.async_api import expect

from scripts.stage import (
    PASSWORD,
    USER,
    Browser,
    CameraEntities,
    Check,
    DemoHome,
    add_integration,
    eventually,
    find_entities,
    install_dashboard,
)

from .integration_dialog import IntegrationDialog
from .screenshots import Screenshots
from .words import our_words


async def test_an_agent_added_by_clicking_shows_what_its_camera_sees(
    home: DemoHome, browser: Browser, screenshots: Screenshots
) -> None:
    """Wrong code, right code, area, dashboard; then every link of the chain in its turn."""
    await home.api.socket.command("config/area_registry/create", name="Garden")
    await browser.log_in(USER, PASSWORD)
    dialog = IntegrationDialog(browser)
    await home.while_running(_add_by_clicking(home, dialog, screenshots))

    entities = await find_entities(home.api)
    assert await _area_of_device(home, "Front door") == "Garden"

    await install_dashboard(home.api, entities)
    await browser.open_dashboard()
    check = Check(
        home=home,
        browser=browser,
        entities=entities,
        report=lambda station: screenshots.save(_slug(station)),
        motion_within_seconds=60,
    )
    await home.while_running(check.run())


@pytest.mark.parametrize("footage", ["built_in_scene"], indirect=True)
async def test_an_open_dashboard_lives_again_when_the_agent_is_back(
    home: DemoHome, browser: Browser, screenshots: Screenshots
) -> None:
    """The agent is killed and started, the entry is reloaded; the page is never opened anew."""
    code = await home.agent.pairing_code()
    entry = await add_integration(home.api, address=home.agent.address, code=code)
    entities = await find_entities(home.api)
    await install_dashboard(home.api, entities)
    await browser.log_in(USER, PASSWORD)
    await browser.until_moving(browser.live_card())

    await home.agent.program.kill()
    await _until_availability(home, entities, available=False)
    await expect(browser.page.locator("hui-tile-card").first).to_contain_text("Unavailable")
    await screenshots.save("agent_killed")

    await home.agent.start()
    await _until_availability(home, entities, available=True)
    await browser.until_moving(browser.live_card())
    await screenshots.save("agent_back")

    await home.api.post(f"/api/config/config_entries/entry/{entry}/reload", {})
    await _until_availability(home, entities, available=True)
    await browser.until_moving(browser.live_card())
    await screenshots.save("entry_reloaded")


async def _add_by_clicking(
    home: DemoHome, dialog: IntegrationDialog, screenshots: Screenshots
) -> None:
    await dialog.open("Pi Motion Camera")
    await dialog.submit("host", home.agent.address)
    code = await home.agent.pairing_code()
    await dialog.submit("code", _with_another_secret(code))
    await dialog.expect_error(our_words("en")["config.error.wrong_code"])
    await screenshots.save("wrong_code")
    await dialog.submit("code", code)
    await dialog.finish(device="Front door", area="Garden")
    await screenshots.save("added")


def _with_another_secret(code: str) -> str:
    """A code of the same agent that it never gave away: the first letters are the secret."""
    return ("0" if code[0] != "0" else "1") + code[1:]


async def _area_of_device(home: DemoHome, name: str) -> str | None:
    devices = await home.api.socket.command("config/device_registry/list")
    areas = await home.api.socket.command("config/area_registry/list")
    wanted = {device["area_id"] for device in devices if device["name_by_user"] == name}
    return next((str(area["name"]) for area in areas if area["area_id"] in wanted), None)


async def _until_availability(home: DemoHome, entities: CameraEntities, *, available: bool) -> None:
    async def look() -> bool | None:
        states = [
            (await home.api.state(entity)).state
            for entity in (entities.camera, entities.motion, entities.last_motion)
        ]
        return all((state != "unavailable") == available for state in states) or None

    await eventually(f"Entities available: {available}", look, within_seconds=60)


def _slug(text: str) -> str:
    return re.sub(r"\W+", "_", text)[:40]
