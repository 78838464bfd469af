"""What Home Assistant says of an entity."""

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback


def state_of(hass: HomeAssistant, entity_id: str) -> State:
    """The state object of an entity that there must be."""
    state = hass.states.get(entity_id)
    assert state is not None, f"there is no {entity_id}"
    return state


def value_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """The state of an entity, None where there is no such entity."""
    state = hass.states.get(entity_id)
    return state.state if state else None


def watch(hass: HomeAssistant, entity_id: str) -> list[State]:
    """Every state that an entity takes from now on."""
    seen: list[State] = []

    @callback  # else in threads, and in any order
    def _note(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] == entity_id and event.data["new_state"]:
            seen.append(event.data["new_state"])

    hass.bus.async_listen("state_changed", _note)
    return seen
