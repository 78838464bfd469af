"""The page about the system's health tells how the agents fare."""

from homeassistant.config_entries import SOURCE_IGNORE
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info

from custom_components.pi_motion_camera.const import DOMAIN
from pi_agent import __version__

from .agent_thread import AgentThread
from .test_translations import translation
from .waiting import until


async def test_agents_are_counted_and_their_versions_named(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    MockConfigEntry(domain=DOMAIN, unique_id="another").add_to_hass(hass)  # not set up
    MockConfigEntry(domain=DOMAIN, unique_id="no", source=SOURCE_IGNORE).add_to_hass(hass)
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    told = await get_system_health_info(hass, DOMAIN)
    assert told == {
        "agents": 2,
        "agents_connected": 1,
        "agent_versions": __version__,
        "cameras": 1,
        "connections_lost": 0,
        "streams_open": 0,
    }
    assert told.keys() == translation("en")["system_health"]["info"].keys()
    await agent.stop()
    await until(lambda: not loaded.runtime_data.coordinator.last_update_success)
    told = await get_system_health_info(hass, DOMAIN)
    assert (told["agents_connected"], told["connections_lost"] > 0) == (0, True)
