"""The event entity tells each moment of an event once, with all that a notification needs."""

from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import Event, HomeAssistant, State
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.scripted_source import ScriptedSource

from .states import state_of, watch
from .waiting import until

ENTITY = "event.porch_pi_motion"


def told_by(states: list[State]) -> list[dict[str, Any]]:
    """The attributes of those states that tell an event."""
    return [dict(state.attributes) for state in states if state.attributes.get("event_type")]


async def test_motion_is_told_when_it_starts_and_when_it_ends(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    hass_client: ClientSessionGenerator,
) -> None:
    state = state_of(hass, ENTITY)
    assert state.state == STATE_UNKNOWN
    assert state.attributes["event_types"] == ["started", "ended", "clip_ready"]
    states = watch(hass, ENTITY)
    source.still(3)
    source.walk(3)
    source.still(8)
    await until(lambda: len(told_by(states)) == 3)
    started, ended, clip_ready = told_by(states)
    assert (started["event_type"], ended["event_type"]) == ("started", "ended")
    assert started["event_id"] == ended["event_id"]
    assert (started["clip"], ended["clip"]) == (None, None)
    assert clip_ready == {**ended, "event_type": "clip_ready", "clip": clip_ready["clip"]}
    assert started["ended_at"] is None
    assert ended["ended_at"] > ended["started_at"]
    assert 0 < ended["score"] <= 100
    assert ended["cause"] == "motion"
    assert (ended["zones"], ended["labels"]) == ([], [])

    client = await hass_client()
    answer = await client.get(started["snapshot"])
    assert answer.status == 200
    assert (await answer.read()).startswith(b"\xff\xd8")
    answer = await client.get(clip_ready["clip"])
    assert answer.status == 200
    assert (await answer.read())[4:8] == b"ftyp"


async def test_without_recording_there_is_no_picture_to_point_at(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource
) -> None:
    await loaded.runtime_data.client.change_settings("porch", {"recording": False})
    states = watch(hass, ENTITY)
    source.still(3)
    source.walk(3)
    source.still(8)
    await until(lambda: len(told_by(states)) == 2)
    for attributes in told_by(states):
        assert (attributes["snapshot"], attributes["clip"]) == (None, None)


async def test_events_reach_the_bus(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource
) -> None:
    told: list[Event] = []
    hass.bus.async_listen("pi_motion_camera_event", told.append)
    source.still(3)
    source.walk(3)
    source.still(8)
    await until(lambda: len(told) == 3)
    assert [event.data["type"] for event in told] == ["started", "ended", "clip_ready"]
    assert told[2].data["clip"].endswith("/clip.mp4")
    for event in told:
        assert event.data["replayed"] is False
        assert event.data["entry_id"] == loaded.entry_id
        assert event.data["camera"] == "porch"
        assert event.data["snapshot"].endswith("/snapshot.jpg")
