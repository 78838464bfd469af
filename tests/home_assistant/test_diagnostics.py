"""Diagnostics help, and tell no secret."""

import json
from typing import Any, cast

from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.pi_motion_camera.archive import archive_folder

from .agent_thread import AgentThread
from .waiting import until


async def diagnostics_of(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: ClientSessionGenerator
) -> dict[str, Any]:
    assert await async_setup_component(hass, "diagnostics", {})
    return cast("dict[str, Any]", await get_diagnostics_for_config_entry(hass, hass_client, entry))


async def test_state_and_connection_are_told(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    told = await diagnostics_of(hass, loaded, hass_client)
    assert told["agent"]["cameras"]["porch"]["status"]["state"] == "online"
    assert told["agent"]["cameras"]["porch"]["settings"]["motion"] is True
    assert told["connection"]["is_connected"] is True
    assert told["connection"]["connections"] == 1
    assert told["connection"]["last_error"] is None
    assert told["archive"] == {
        "is_on": False,
        "folder": str(archive_folder(hass)),
        "problem": None,
        "files": 0,
        "left_out": 0,
    }
    assert told["streams"] == {"porch": {"viewers": 0, "is_open": False}}


async def test_no_secret_is_told(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    agent: AgentThread,
    hass_client: ClientSessionGenerator,
) -> None:
    secrets = [
        loaded.data[CONF_TOKEN],
        agent.certificate_sha256,
        agent.agent_id,
        "127.0.0.1",
    ]
    await agent.stop()
    await until(lambda: loaded.runtime_data.listener.statistics.failures > 2)
    told = await diagnostics_of(hass, loaded, hass_client)
    assert told["connection"]["last_error"]
    text = json.dumps(told)
    assert not [secret for secret in secrets if secret in text]
