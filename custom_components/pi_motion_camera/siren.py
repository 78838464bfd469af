"""The buzzer on the Pi's pins, where there is one."""

from functools import partial
from typing import Any, override

from homeassistant.components.siren import (
    ATTR_DURATION,
    ATTR_TONE,
    SirenEntity,
    SirenEntityFeature,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent_client.protocol import SirenRequest
from .coordinator import AgentCoordinator
from .entity import AgentEntity, async_follow_entities
from .entity_ids import agent_unique_id
from .errors import translate_agent_errors
from .runtime import AgentConfigEntry

PARALLEL_UPDATES = 1

_SIREN = "siren"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AgentConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the siren of an agent that has one."""
    coordinator = entry.runtime_data.coordinator
    async_follow_entities(
        entry,
        Platform.SIREN,
        async_add_entities,
        lambda state: (
            {agent_unique_id(state.agent_id, _SIREN): partial(AgentSiren, coordinator)}
            if _SIREN in state.capabilities
            else {}
        ),
    )


class AgentSiren(AgentEntity, SirenEntity):
    """Sounds for as long as it is told to, but no longer than the agent allows."""

    _attr_translation_key = _SIREN
    _attr_supported_features = (
        SirenEntityFeature.TURN_ON
        | SirenEntityFeature.TURN_OFF
        | SirenEntityFeature.TONES
        | SirenEntityFeature.DURATION
    )

    def __init__(self, coordinator: AgentCoordinator) -> None:
        """One for an agent."""
        super().__init__(coordinator, _SIREN)
        self._attr_available_tones = list(coordinator.data.siren_tones)

    @property
    @override
    def is_on(self) -> bool | None:
        system = self.coordinator.data.system
        return None if system is None else system.siren

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        duration = kwargs.get(ATTR_DURATION)
        seconds = None if duration is None else float(duration)
        await self._request(SirenRequest(on=True, seconds=seconds, tone=kwargs.get(ATTR_TONE)))

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self._request(SirenRequest(on=False))

    async def _request(self, request: SirenRequest) -> None:
        with translate_agent_errors(self.coordinator.name):
            await self.coordinator.client.siren(request)
