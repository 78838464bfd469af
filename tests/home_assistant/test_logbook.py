"""Motion events read well in the logbook, in Home Assistant's language."""

from typing import Any

import pytest
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera.const import DOMAIN, EVENT_MOTION
from tests.scripted_source import ScriptedSource

from .states import value_of
from .waiting import until

MOTION = "binary_sensor.porch_pi_motion"


@pytest.fixture
async def logbook(hass: HomeAssistant) -> None:
    hass.config.components.add("recorder")
    assert await async_setup_component(hass, "logbook", {})
    await hass.async_block_till_done()


def read(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    """How an event of the bus reads."""
    domain, describe = hass.data["logbook"].external_events[EVENT_MOTION]
    assert domain == DOMAIN
    return dict(describe(Event(EVENT_MOTION, data)))


async def test_what_the_bus_tells_is_described_with_its_camera(
    hass: HomeAssistant, loaded: MockConfigEntry, logbook: None, source: ScriptedSource
) -> None:
    told: list[dict[str, Any]] = []
    hass.bus.async_listen(EVENT_MOTION, callback(lambda event: told.append(dict(event.data))))
    source.still(3)
    source.walk(3)
    await until(lambda: value_of(hass, MOTION) == STATE_ON)
    source.still(8)
    await until(lambda: value_of(hass, MOTION) == STATE_OFF)
    await until(lambda: len(told) == 3)
    entries = [read(hass, **data) for data in told]
    assert [entry["message"] for entry in entries] == [
        "saw motion",
        "sees no more motion",
        "has recorded a clip",
    ]
    assert {entry["name"] for entry in entries} == {"Porch Pi"}
    assert {entry["entity_id"] for entry in entries} == {"camera.porch_pi"}


async def test_zones_are_named(hass: HomeAssistant, loaded: MockConfigEntry, logbook: None) -> None:
    data = {"type": "started", "zones": ["path", "gate"], "camera": "porch"}
    assert read(hass, entry_id=loaded.entry_id, **data)["message"] == "saw motion (path, gate)"


async def test_an_event_of_an_agent_that_was_removed_still_reads(
    hass: HomeAssistant, loaded: MockConfigEntry, logbook: None
) -> None:
    entry = read(hass, entry_id="gone", type="ended", zones=[], camera="attic")
    assert (entry["name"], entry["message"]) == ("attic", "sees no more motion")
    assert entry["entity_id"] is None


@pytest.mark.parametrize(
    ("language", "message"),
    [("es", "ha visto movimiento"), ("ca", "ha vist moviment"), ("ja", "saw motion")],
)
async def test_it_is_told_in_the_language_of_home_assistant(
    hass: HomeAssistant, loaded: MockConfigEntry, logbook: None, language: str, message: str
) -> None:
    hass.config.language = language
    await async_load_integrations(hass, {DOMAIN})
    told = read(hass, entry_id=loaded.entry_id, type="started", zones=[], camera="porch")
    assert told["message"] == message
