"""Whether the agent is older than this integration, with which it is released."""

from functools import partial
from typing import override

from awesomeversion import AwesomeVersion
from homeassistant.components.update import UpdateDeviceClass, UpdateEntity
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.loader import async_get_loaded_integration

from .const import DOMAIN, RELEASES
from .coordinator import AgentCoordinator
from .entity import AgentEntity, async_follow_entities
from .entity_ids import agent_unique_id
from .runtime import AgentConfigEntry

PARALLEL_UPDATES = 0

_UPDATE = "update"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AgentConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the update entity of the agent."""
    coordinator = entry.runtime_data.coordinator
    released = async_get_loaded_integration(hass, DOMAIN).version
    async_follow_entities(
        entry,
        Platform.UPDATE,
        async_add_entities,
        lambda state: {
            agent_unique_id(state.agent_id, _UPDATE): partial(
                AgentUpdate, coordinator, released or AwesomeVersion("0")
            )
        },
    )


class AgentUpdate(AgentEntity, UpdateEntity):
    """The agent's version beside the newest that is known here: that of this integration.

    Nothing is installed from here: agents are updated as they were installed, on the Pi.
    """

    _attr_device_class = UpdateDeviceClass.FIRMWARE
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_translation_key = "agent"

    def __init__(self, coordinator: AgentCoordinator, released: AwesomeVersion) -> None:
        """`released` is the version of this integration."""
        super().__init__(coordinator, _UPDATE)
        self._released = released

    @property
    @override
    def installed_version(self) -> str:
        return self.coordinator.data.version

    @property
    @override
    def latest_version(self) -> str:
        installed = AwesomeVersion(self.installed_version)
        return str(max(installed, self._released))

    @property
    @override
    def release_url(self) -> str:
        return f"{RELEASES}/tag/v{self.latest_version}"
