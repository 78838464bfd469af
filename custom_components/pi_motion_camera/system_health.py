"""What the page about the system's health tells of the agents."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .runtime import AgentConfigEntry


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register what is told."""
    register.async_register_info(async_system_health_info)


async def async_system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """How many agents there are and how they fare; asks none of them, so it never waits."""
    entries: list[AgentConfigEntry] = hass.config_entries.async_entries(
        DOMAIN, include_ignore=False
    )
    loaded = [entry for entry in entries if entry.state is ConfigEntryState.LOADED]
    runtimes = [entry.runtime_data for entry in loaded]
    states = [runtime.coordinator.data for runtime in runtimes]
    return {
        "agents": len(entries),
        "agents_connected": sum(r.coordinator.last_update_success for r in runtimes),
        "agent_versions": ", ".join(sorted({state.version for state in states})),
        "cameras": sum(len(state.cameras) for state in states),
        "connections_lost": sum(r.listener.statistics.failures for r in runtimes),
        "streams_open": sum(s.is_open for r in runtimes for s in r.streams.values()),
    }
