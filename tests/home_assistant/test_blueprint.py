"""The blueprint is loaded and run by Home Assistant itself, with a real phone."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.scripted_source import ScriptedSource

from .phone import Phone
from .states import value_of
from .test_notifier import event, tell
from .waiting import until

ROOT = Path(__file__).parents[2]
FOLDER = Path("blueprints/automation/pi_motion_camera")
FILE = FOLDER / "notify_on_motion.yaml"


@pytest.fixture
async def phone(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_client: ClientSessionGenerator
) -> AsyncIterator[Phone]:
    phone = Phone(hass, hass_client)
    await phone.register()
    yield phone
    await phone.close()


async def automate(hass: HomeAssistant, phone: Phone, **inputs: Any) -> None:
    """Make an automation of the blueprint, as its form does."""
    shutil.copytree(ROOT / FOLDER, hass.config.path(str(FOLDER)))
    chosen = {
        "motion_event": "event.porch_pi_motion",
        "camera": "camera.porch_pi",
        "phone": phone.device_id,
        "cool_down": 0,
        **inputs,
    }
    blueprint = {"path": "pi_motion_camera/notify_on_motion.yaml", "input": chosen}
    config = {AUTOMATION: {"alias": "Tell", "use_blueprint": blueprint}}
    assert await async_setup_component(hass, AUTOMATION, config)
    await hass.async_block_till_done()
    assert value_of(hass, "automation.tell") == "on"


async def idle(hass: HomeAssistant) -> None:
    """Wait until the automation has done its work."""
    state = hass.states.get
    await until(lambda: state("automation.tell").attributes["current"] == 0)  # type: ignore[union-attr]


def test_it_is_a_short_blueprint_that_says_what_it_needs() -> None:
    blueprint = Blueprint(
        load_yaml_dict(str(ROOT / FILE)), expected_domain=AUTOMATION, schema=BLUEPRINT_SCHEMA
    )
    assert blueprint.validate() is None
    assert len(blueprint.inputs) <= 10
    assert blueprint.metadata["homeassistant"]["min_version"] == "2026.10.0"
    assert blueprint.metadata["source_url"].endswith(str(FILE))


def test_the_link_in_the_documentation_imports_this_very_file() -> None:
    page = (ROOT / "docs" / "home-assistant.md").read_text()
    (link,) = re.findall(r"blueprint_import/\?blueprint_url=([^)]+)\)", page)
    assert unquote(link) == load_yaml_dict(str(ROOT / FILE))["blueprint"]["source_url"]


async def test_motion_reaches_the_phone_and_the_clip_takes_its_place(
    hass: HomeAssistant, loaded: MockConfigEntry, phone: Phone, source: ScriptedSource
) -> None:
    await automate(hass, phone, title="At the door")
    source.still(3)
    source.walk(3)
    (first,) = await phone.pushed()
    assert (first["title"], first["message"]) == ("At the door", "Porch Pi")
    assert (await phone.fetch(first["data"]["image"]))[1] == "image/jpeg"
    assert first["data"]["push"] == {"interruption-level": "time-sensitive"}
    source.still(8)
    _, second = await phone.pushed(2)
    assert second["data"]["tag"] == first["data"]["tag"]
    assert second["data"]["alert_once"] is True
    assert (await phone.fetch(second["data"]["video"]))[1] == "video/mp4"
    await idle(hass)
    source.walk(3)
    source.still(8)
    third = (await phone.pushed(3))[2]
    assert third["data"]["tag"] != first["data"]["tag"]


@pytest.mark.parametrize(
    ("inputs", "fields", "told"),
    [
        ({"zones": ["path"]}, {"zones": ("path", "gate")}, "path, gate"),
        ({"zones": ["path"]}, {"zones": ("street",)}, None),
        (
            {"conditions": [{"condition": "state", "entity_id": "zone.home", "state": "0"}]},
            {},
            None,
        ),
        ({"critical": True}, {}, "Porch Pi"),
    ],
)
async def test_only_what_is_wanted_is_told(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    phone: Phone,
    *,
    inputs: dict[str, Any],
    fields: dict[str, Any],
    told: str | None,
) -> None:
    hass.states.async_set("zone.home", "1")
    await automate(hass, phone, **inputs)
    await tell_unawaited(hass, loaded, event(**fields))
    if told is None:
        await idle(hass)
        assert phone.pushes == []
        return
    (push,) = await phone.pushed()
    assert push["message"] == told
    is_critical = push["data"]["channel"] == "alarm_stream"
    assert is_critical is inputs.get("critical", False)
    clip = {"clip": "/api/v1/events/a/clip.mp4"}
    ended = event(**fields, state=type(event().state).ENDED, **clip)
    await tell(hass, loaded, ended)
    await phone.pushed(2)
    await idle(hass)


async def tell_unawaited(hass: HomeAssistant, entry: MockConfigEntry, told: Any) -> None:
    """Have the agent tell of an event; the automation goes on waiting for its clip."""
    from custom_components.pi_motion_camera.agent_client.protocol import EventMessage

    entry.runtime_data.coordinator.async_handle_message(EventMessage(told))
