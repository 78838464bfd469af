"""Pi Motion Camera: the cameras of a Raspberry Pi, watched for motion by the agent on it."""

import asyncio
from contextlib import suppress
from pathlib import Path

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .agent_client import AgentError
from .archive import EventArchive, archive_days
from .connection import client_of
from .const import DOMAIN
from .coordinator import AgentCoordinator
from .devices import async_follow_devices, is_reported
from .issues import AgentIssues
from .listener import AgentEventListener
from .media_files import MediaFiles
from .notifier import Notifier
from .revision_store import RevisionStore
from .runtime import AgentConfigEntry, AgentRuntime
from .services import async_register_services
from .views import async_register_views

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CAMERA,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SIREN,
    Platform.SWITCH,
    Platform.UPDATE,
]
_FAREWELL_SECONDS = 5.0  # whoever deletes an entry of a lost Pi does not wait for longer
_OFFLINE_PICTURE = Path(__file__).parent / "assets" / "agent_offline.jpg"


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up what all entries share."""
    async_register_views(hass)
    async_register_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: AgentConfigEntry) -> bool:
    """Connect to one agent and stay connected."""
    client = client_of(hass, entry)
    coordinator = AgentCoordinator(hass, entry, client)
    await coordinator.async_config_entry_first_refresh()
    entry.async_on_unload(coordinator.issues.forget_connected)
    revisions = RevisionStore(hass, entry.entry_id, told=coordinator.told)
    await revisions.async_load()
    entry.async_on_unload(revisions.async_flush)
    media_files = MediaFiles(hass, entry.entry_id, client)
    await media_files.async_clear()
    entry.async_on_unload(media_files.async_clear)
    entry.runtime_data = AgentRuntime(
        client=client,
        coordinator=coordinator,
        listener=AgentEventListener(hass, client, coordinator, revisions),
        media_files=media_files,
        offline_picture=await hass.async_add_executor_job(_OFFLINE_PICTURE.read_bytes),
    )
    async_follow_devices(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(Notifier(hass, entry).async_start())
    _start(hass, entry)
    if archive_days(entry) is not None:
        await _start_archive(hass, entry)
    return True


def _start(hass: HomeAssistant, entry: AgentConfigEntry) -> None:
    """Listen to the agent, and end viewers in time when Home Assistant stops."""
    runtime = entry.runtime_data
    entry.async_create_background_task(
        hass, runtime.listener.run(), f"event websocket of {entry.title}"
    )

    async def _close_streams(_: Event) -> None:
        for stream in runtime.streams.values():
            await stream.close()

    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, _close_streams))


async def _start_archive(hass: HomeAssistant, entry: AgentConfigEntry) -> None:
    revisions = _archive_revisions(hass, entry)
    await revisions.async_load()
    entry.async_on_unload(revisions.async_flush)
    archive = EventArchive(hass, entry, revisions)
    entry.async_on_unload(archive.async_start())
    entry.async_create_background_task(hass, archive.run(), f"archive of {entry.title}")


def _archive_revisions(hass: HomeAssistant, entry: AgentConfigEntry) -> RevisionStore:
    return RevisionStore(hass, f"{entry.entry_id}.archive")


async def async_unload_entry(hass: HomeAssistant, entry: AgentConfigEntry) -> bool:
    """Close everything; Home Assistant cancels the listener's task right after."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: AgentConfigEntry) -> None:
    """Give the token back and forget what was kept, but for the archive: that is the user's."""
    AgentIssues(hass, entry).forget_all()
    with suppress(AgentError, TimeoutError):  # else `pi-agent tokens revoke` has to
        async with asyncio.timeout(_FAREWELL_SECONDS):
            await client_of(hass, entry).log_out()
    await RevisionStore(hass, entry.entry_id).async_remove()
    await _archive_revisions(hass, entry).async_remove()


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: AgentConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Let a device be deleted that the agent no longer reports; what it reports it must say."""
    is_known = entry.state is ConfigEntryState.LOADED
    return is_known and not is_reported(entry.runtime_data.coordinator.data, device)
