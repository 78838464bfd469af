"""The event websocket comes back by itself, and makes up for what was missed without a fuss."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera.agent_client import AgentClient, AgentConnectionError
from custom_components.pi_motion_camera.agent_client.protocol import (
    EventCause,
    EventMessage,
    EventState,
    MotionEvent,
)
from custom_components.pi_motion_camera.backoff import Backoff
from tests.scripted_source import ScriptedSource

from .agent_thread import AgentThread
from .conftest import SetUp, connected
from .states import value_of, watch
from .waiting import until, until_async

MOTION = "binary_sensor.porch_pi_motion"
EVENT = "event.porch_pi_motion"
LOGGER = "custom_components.pi_motion_camera.listener"


def motion(hass: HomeAssistant) -> str | None:
    return value_of(hass, MOTION)


def watch_bus(hass: HomeAssistant) -> list[Mapping[str, Any]]:
    """The data of every event of ours that reaches the bus from now on."""
    told: list[Mapping[str, Any]] = []
    note = callback(lambda event: told.append(event.data))  # else it runs in a thread, later
    hass.bus.async_listen("pi_motion_camera_event", note)
    return told


async def event_meanwhile(onlooker: AgentClient, source: ScriptedSource) -> str:
    """An event that begins and ends at the agent; its id."""
    source.still(3)
    source.walk(3)
    source.still(8)

    async def _has_ended() -> bool:
        events = (await onlooker.events(limit=1)).events
        return bool(events) and events[0].state is EventState.ENDED

    await until_async(_has_ended)
    return (await onlooker.events(limit=1)).events[0].id


async def test_events_missed_while_unloaded_reach_the_bus_and_turn_nothing_on(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    set_up: SetUp,
    onlooker: AgentClient,
    source: ScriptedSource,
) -> None:
    await hass.config_entries.async_unload(loaded.entry_id)
    missed = await event_meanwhile(onlooker, source)
    told, states, events = watch_bus(hass), watch(hass, MOTION), watch(hass, EVENT)
    await set_up(loaded)
    await until(lambda: told)
    assert [(data["event_id"], data["type"], data["replayed"]) for data in told] == [
        (missed, "ended", True)
    ]
    await hass.async_block_till_done()
    assert STATE_ON not in {state.state for state in states}
    assert {state.state for state in events} <= {STATE_UNAVAILABLE, STATE_UNKNOWN}
    assert loaded.runtime_data.listener.statistics.replayed_events == 1


async def test_events_missed_while_the_network_was_cut_turn_nothing_on(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    agent: AgentThread,
    source: ScriptedSource,
    *,
    onlooker: AgentClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def _unreachable(**_: Any) -> None:
        raise AgentConnectionError("the network is cut")

    with monkeypatch.context() as cut:
        await agent.stop()
        cut.setattr(loaded.runtime_data.client, "listen", _unreachable)
        await agent.start()
        missed = await event_meanwhile(onlooker, source)
        told, states = watch_bus(hass), watch(hass, MOTION)
    await connected(loaded)
    await until(lambda: [data["event_id"] for data in told] == [missed])
    await until(lambda: states and states[-1].state == STATE_OFF)
    assert STATE_ON not in {state.state for state in states}


async def test_an_event_is_made_up_for_once(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    set_up: SetUp,
    onlooker: AgentClient,
    source: ScriptedSource,
) -> None:
    await hass.config_entries.async_unload(loaded.entry_id)
    await event_meanwhile(onlooker, source)
    told = watch_bus(hass)
    await set_up(loaded)
    await until(lambda: told)
    await hass.config_entries.async_reload(loaded.entry_id)
    await connected(loaded)
    assert len(told) == 1


async def test_a_change_that_was_missed_does_not_tell_again_what_was_told(
    hass: HomeAssistant, loaded: MockConfigEntry, set_up: SetUp
) -> None:
    """Home Assistant is killed between the end of an event and its clip."""
    told = watch_bus(hass)
    event = MotionEvent(
        id="x",
        camera="porch",
        state=EventState.STARTED,
        cause=EventCause.MOTION,
        started_at=dt_util.utcnow(),
    )
    ended = replace(event, state=EventState.ENDED, ended_at=event.started_at)
    for each in (event, ended):
        loaded.runtime_data.coordinator.async_handle_message(EventMessage(each))
    loaded.runtime_data.listener.revisions.async_set(2)
    await hass.config_entries.async_reload(loaded.entry_id)
    coordinator = loaded.runtime_data.coordinator
    for each in (event, ended, replace(ended, clip="/clip.mp4"), replace(ended, keep=True)):
        coordinator.async_handle_message(EventMessage(each), replayed=True)
    assert [(data["type"], data["replayed"]) for data in told] == [
        ("started", False),
        ("ended", False),
        ("clip_ready", True),
    ]


async def test_at_the_first_connection_ever_nothing_old_is_told(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    set_up: SetUp,
    onlooker: AgentClient,
    source: ScriptedSource,
) -> None:
    await event_meanwhile(onlooker, source)
    told = watch_bus(hass)
    await set_up(entry)
    await hass.async_block_till_done()
    assert told == []
    assert value_of(hass, "image.porch_pi_last_motion") != STATE_UNKNOWN


async def test_events_that_were_deleted_meanwhile_are_noted(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    set_up: SetUp,
    agent: AgentThread,
    onlooker: AgentClient,
    *,
    source: ScriptedSource,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await hass.config_entries.async_unload(loaded.entry_id)
    missed = await event_meanwhile(onlooker, source)
    await agent.delete_event(missed)
    told = watch_bus(hass)
    await set_up(loaded)
    await until(lambda: "has deleted events" in caplog.text)
    assert told == []


async def test_an_agent_that_has_begun_anew_is_listened_to_from_its_beginning(
    hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    key = f"pi_motion_camera.{entry.entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": {"revision": 999}}
    await set_up(entry)
    assert entry.runtime_data.listener.revisions.revision == 0


async def test_an_event_of_a_camera_that_is_not_known_is_no_harm(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    told = watch_bus(hass)
    coordinator = loaded.runtime_data.coordinator
    before = coordinator.data
    event = MotionEvent(
        id="x",
        camera="attic",
        state=EventState.STARTED,
        cause=EventCause.MOTION,
        started_at=dt_util.utcnow(),
    )
    coordinator.async_handle_message(EventMessage(event))
    assert coordinator.data is before
    assert told == []


async def test_a_change_that_is_neither_start_nor_end_is_not_told(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    told = watch_bus(hass)
    coordinator = loaded.runtime_data.coordinator
    for state in (EventState.STARTED, EventState.UPDATED, EventState.ENDED, EventState.ENDED):
        event = MotionEvent(
            id="x",
            camera="porch",
            state=state,
            cause=EventCause.MOTION,
            started_at=dt_util.utcnow(),
        )
        coordinator.async_handle_message(EventMessage(event))
    assert [data["type"] for data in told] == ["started", "ended"]


async def test_motion_that_still_goes_on_after_a_break_is_shown(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    set_up: SetUp,
    source: ScriptedSource,
) -> None:
    source.still(3)
    source.walk(3)
    await until(lambda: motion(hass) == STATE_ON)
    await hass.config_entries.async_unload(loaded.entry_id)
    await set_up(loaded)
    source.walk(2)
    await until(lambda: motion(hass) == STATE_ON)
    source.still(8)
    await until(lambda: motion(hass) == STATE_OFF)


async def test_a_restarted_agent_is_found_again_and_asked_who_it_is_now(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread, source: ScriptedSource
) -> None:
    coordinator = loaded.runtime_data.coordinator
    boot_id = coordinator.data.boot_id
    await agent.stop()
    await until(lambda: motion(hass) == STATE_UNAVAILABLE)
    agent.name = "Garden Pi"
    await agent.start()
    source.still(0.5)
    await until(lambda: motion(hass) == STATE_OFF)
    await until(lambda: coordinator.data.name == "Garden Pi")
    assert coordinator.data.boot_id != boot_id
    assert loaded.runtime_data.listener.statistics.connections == 2


async def test_a_restarted_agent_is_asked_again_where_its_first_answer_failed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    agent: AgentThread,
    source: ScriptedSource,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coordinator = loaded.runtime_data.coordinator
    refresh = coordinator.async_refresh_info
    refused: list[bool] = []

    async def fail_once() -> None:
        if not refused:
            refused.append(True)
            raise AgentConnectionError("the network went again")
        await refresh()

    monkeypatch.setattr(coordinator, "async_refresh_info", fail_once)
    await agent.stop()
    await until(lambda: motion(hass) == STATE_UNAVAILABLE)
    agent.name = "Garden Pi"
    await agent.start()
    source.still(0.5)
    await until(lambda: coordinator.data.name == "Garden Pi")
    assert refused


async def test_an_outage_is_logged_once_and_so_is_its_end(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    agent: AgentThread,
    caplog: pytest.LogCaptureFixture,
) -> None:
    statistics = loaded.runtime_data.listener.statistics
    caplog.clear()
    await agent.stop()
    await until(lambda: statistics.failures >= 4)
    await agent.start()
    await connected(loaded)
    records = [record for record in caplog.records if record.name == LOGGER]
    assert [r.levelname for r in records if r.levelno > logging.DEBUG] == ["WARNING", "INFO"]
    assert sum(record.levelno == logging.DEBUG for record in records) >= 3


async def test_a_revoked_token_asks_for_a_new_pairing_and_stops_trying(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    await agent.revoke()
    await until(hass.config_entries.flow.async_progress)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert motion(hass) == STATE_UNAVAILABLE
    statistics = loaded.runtime_data.listener.statistics
    assert statistics.failures == 1
    await asyncio.sleep(0.2)
    assert statistics.failures == 1


async def test_pauses_grow_and_a_connection_begins_them_anew(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    agent: AgentThread,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = loaded.runtime_data.listener
    pauses: list[float] = []

    async def _sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    monkeypatch.setattr(found, "_sleep", _sleep)
    monkeypatch.setattr(found, "_backoff", Backoff(first=1.0, most=60.0))
    await agent.stop()
    await until(lambda: len(pauses) >= 8)
    assert pauses[0] <= 1.0
    assert 30.0 <= pauses[7] <= 60.0
    await agent.start()
    await connected(loaded)
    await until(lambda: loaded.runtime_data.coordinator.last_update_success)
    pauses.clear()
    await agent.stop()
    await until(lambda: pauses)
    assert pauses[0] <= 1.0


async def test_a_defect_is_logged_and_the_listener_goes_on(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    coordinator = loaded.runtime_data.coordinator
    statistics = loaded.runtime_data.listener.statistics
    handle: Callable[..., None] = coordinator.async_handle_message

    def _fail_once(*args: Any, **kwargs: Any) -> None:
        monkeypatch.setattr(coordinator, "async_handle_message", handle)
        raise KeyError("a defect")

    caplog.set_level(logging.CRITICAL, LOGGER)
    monkeypatch.setattr(coordinator, "async_handle_message", _fail_once)
    await coordinator.client.change_settings("porch", {"sensitivity": 71})
    await until(lambda: statistics.connections == 2)
    assert statistics.last_error is not None
    assert "a defect" in statistics.last_error
    assert coordinator.last_update_success
    assert coordinator.data.cameras["porch"].settings.sensitivity == 71


async def test_many_breaks_leave_one_connection_and_one_task(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    before = len(asyncio.all_tasks())
    for _ in range(5):
        await agent.stop()
        await until(lambda: not loaded.runtime_data.coordinator.last_update_success)
        await agent.start()
        await connected(loaded)
    assert len(asyncio.all_tasks()) <= before
    assert loaded.state is ConfigEntryState.LOADED
