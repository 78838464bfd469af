"""How an entry reaches its agent."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .agent_client import AgentClient
from .const import CONF_CERTIFICATE_SHA256


@callback
def client_of(hass: HomeAssistant, entry: ConfigEntry) -> AgentClient:
    """A client for the agent of an entry, by Home Assistant's own session; opens nothing."""
    data: Mapping[str, Any] = entry.data
    return AgentClient(
        async_get_clientsession(hass),
        host=data[CONF_HOST],
        port=data[CONF_PORT],
        token=data[CONF_TOKEN],
        certificate_sha256=data[CONF_CERTIFICATE_SHA256],
    )
