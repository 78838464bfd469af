"""The update entity tells what is known, and promises nothing that it cannot do."""

from dataclasses import replace

import pytest
from awesomeversion import AwesomeVersion
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera.const import DOMAIN
from pi_agent import __version__

from .states import state_of

UPDATE = "update.porch_pi_agent"


async def test_agent_and_integration_are_released_together(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    integration = await async_get_integration(hass, DOMAIN)
    assert integration.version == AwesomeVersion(__version__)
    shown = state_of(hass, UPDATE)
    assert shown.state == STATE_OFF
    assert shown.attributes["installed_version"] == __version__
    assert shown.attributes["latest_version"] == __version__


@pytest.mark.parametrize(
    ("installed", "state", "latest"),
    [("0.0.9", STATE_ON, __version__), ("99.0.0", STATE_OFF, "99.0.0")],
)
async def test_an_agent_older_than_the_integration_is_to_be_updated(
    hass: HomeAssistant, loaded: MockConfigEntry, installed: str, state: str, latest: str
) -> None:
    coordinator = loaded.runtime_data.coordinator
    coordinator.async_set_updated_data(replace(coordinator.data, version=installed))
    shown = state_of(hass, UPDATE)
    assert shown.state == state
    assert shown.attributes["latest_version"] == latest
    assert shown.attributes["release_url"].endswith(f"/releases/tag/v{latest}")
    assert shown.attributes["supported_features"] == 0  # it is installed on the Pi
