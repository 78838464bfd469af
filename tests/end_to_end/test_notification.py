"""From what moves before the camera to the phone, and from a button on it back to the lens."""

import pytest
from playwright.async_api import expect

from scripts.stage import (
    PASSWORD,
    USER,
    Browser,
    DemoHome,
    add_integration,
    eventually,
    find_entities,
)

from .push_service import EndToEndPhone
from .screenshots import Screenshots

_FLOW = "/api/config/config_entries/subentries/flow"


@pytest.mark.parametrize("footage", ["built_in_scene"], indirect=True)
async def test_motion_reaches_a_phone_and_its_button_shuts_the_lens(
    home: DemoHome, browser: Browser, screenshots: Screenshots
) -> None:
    """The page in Spanish offers notifications; a hook is made; push, picture, button, effect."""
    code = await home.agent.pairing_code()
    entry = await add_integration(home.api, address=home.agent.address, code=code)
    entities = await find_entities(home.api)
    await home.while_running(_offered_in_spanish(home, browser, screenshots))
    async with EndToEndPhone.registered(home, "Pixel") as phone:
        await _until_action(home, "mobile_app_pixel")
        await _add_hook(home, entry)
        push = await home.while_running(phone.pushed())
        content_type, picture = await home.api.get_bytes(push["data"]["image"])
        assert (content_type, picture[:2]) == ("image/jpeg", b"\xff\xd8")
        (button,) = push["data"]["actions"]
        await phone.press(button["action"])
        await _until_off(home, entities.camera)
    await browser.page.goto(f"{home.home_assistant.url}{push['data']['clickAction']}")
    name = (await home.api.state(entities.camera)).attributes["friendly_name"]
    await expect(browser.page.locator("ha-more-info-dialog")).to_contain_text(name)
    await screenshots.save("lens_shut")


async def _offered_in_spanish(home: DemoHome, browser: Browser, screenshots: Screenshots) -> None:
    await browser.log_in(USER, PASSWORD)
    page = browser.page
    await page.evaluate("localStorage.setItem('selectedLanguage', '\"es\"')")
    await page.goto(f"{home.home_assistant.url}/config/integrations/integration/pi_motion_camera")
    add = page.get_by_role("button", name="Añadir notificación").first
    await expect(add).to_be_visible()
    await screenshots.save("integration")
    await add.click()
    form = page.locator("dialog-data-entry-flow")
    await expect(form).to_contain_text("A quién se avisa y de qué")
    await expect(form).to_contain_text("Elige al menos un destinatario")
    await screenshots.save("form_in_spanish")


async def _add_hook(home: DemoHome, entry: str) -> None:
    """Make a hook by the forms, as the frontend sends them."""
    flow = await home.api.post(_FLOW, {"handler": [entry, "notification"]})
    steps = (
        {"name": "Door", "actions": ["mobile_app_pixel"]},
        {"when": "always", "cool_down_seconds": 0},
        {
            "picture": True,
            "clip": False,
            "live_view": False,
            "buttons": ["privacy"],
            "critical": False,
            "summary": False,
        },
        {"next_step_id": "save"},
    )
    for step in steps:
        flow = await home.api.post(f"{_FLOW}/{flow['flow_id']}", step)
        assert not flow.get("errors"), flow
    assert flow["type"] == "create_entry"


async def _until_action(home: DemoHome, name: str) -> None:
    async def look() -> bool | None:
        domains = await home.api.get("/api/services")
        (notify,) = (d["services"] for d in domains if d["domain"] == "notify")
        return name in notify or None

    await eventually(f"notify.{name}", look, within_seconds=30)


async def _until_off(home: DemoHome, camera: str) -> None:
    """Until the agent itself says that its lens is shut: the entity shows what it confirmed."""

    async def look() -> bool | None:
        switches = await home.api.get("/api/states")
        shut = [s["state"] for s in switches if s["entity_id"].endswith("_privacy_mode")]
        return shut == ["on"] or None

    await eventually(f"{camera} is off", look, within_seconds=30)
