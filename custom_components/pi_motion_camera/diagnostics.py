"""What a user may attach to an issue: everything that helps, nothing that is secret."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant

from .agent_client.protocol import encode
from .archive import archive_days, archive_folder
from .const import CONF_CERTIFICATE_SHA256
from .runtime import AgentConfigEntry, AgentRuntime

_SECRET = {CONF_HOST, CONF_TOKEN, CONF_CERTIFICATE_SHA256, "agent_id", "unique_id"}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: AgentConfigEntry
) -> dict[str, Any]:
    """The entry, the agent's state and how the connection has fared."""
    runtime = entry.runtime_data
    return {
        "entry": async_redact_data(entry.as_dict(), _SECRET),
        "agent": async_redact_data(encode(runtime.coordinator.data), _SECRET),
        "connection": _connection(runtime, entry.data[CONF_HOST]),
        "archive": _archive(hass, entry),
        "streams": {
            camera: {"viewers": stream.viewers, "is_open": stream.is_open}
            for camera, stream in runtime.streams.items()
        },
    }


def _archive(hass: HomeAssistant, entry: AgentConfigEntry) -> dict[str, Any]:
    status = asdict(entry.runtime_data.archive)
    problem = status.pop("problem")
    return {
        "is_on": archive_days(entry) is not None,
        "folder": str(archive_folder(hass)),
        "problem": problem and problem.replace(entry.data[CONF_HOST], "**REDACTED**"),
        **status,
    }


def _connection(runtime: AgentRuntime, host: str) -> dict[str, Any]:
    statistics = asdict(runtime.listener.statistics)
    last_error = statistics.pop("last_error")
    return {
        "is_connected": runtime.coordinator.last_update_success,
        "last_error": last_error and last_error.replace(host, "**REDACTED**"),
        **encode(statistics),
    }
