"""Setting an entry up, unloading it and removing it; what goes wrong says what to do."""

import asyncio
import json
from collections.abc import Callable

import pytest
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import CONF_TOKEN, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera.const import CONF_CERTIFICATE_SHA256
from tests.scripted_source import ScriptedSource

from .agent_thread import AgentThread
from .conftest import SetUp
from .impostor import Impostor
from .states import value_of
from .waiting import until, until_async

MACHINE = ("_temperature", "_throttled", "_identify")

type Change = Callable[[HomeAssistant, MockConfigEntry], None]


async def set_up_failing(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


def check_failed(entry: MockConfigEntry, state: ConfigEntryState, reason: str) -> None:
    assert (entry.state, entry.error_reason_translation_key) == (state, reason)


async def test_an_entry_brings_its_entities(
    loaded: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    entities = er.async_entries_for_config_entry(entity_registry, loaded.entry_id)
    found = sorted(entity.entity_id for entity in entities)
    # What only a Raspberry Pi can tell, wherever this test runs.
    found = [entity_id for entity_id in found if not entity_id.endswith(MACHINE)]
    assert found == [
        "binary_sensor.porch_pi_camera_moved",
        "binary_sensor.porch_pi_connectivity",
        "binary_sensor.porch_pi_motion",
        "binary_sensor.porch_pi_nothing_to_be_seen",
        "binary_sensor.porch_pi_recording_problem",
        "button.porch_pi_accept_view",
        "button.porch_pi_take_picture",
        "camera.porch_pi",
        "event.porch_pi_motion",
        "image.porch_pi_last_motion",
        "number.porch_pi_clip_after_the_event",
        "number.porch_pi_clip_before_the_event",
        "number.porch_pi_longest_event",
        "number.porch_pi_quiet_until_the_end",
        "number.porch_pi_sensitivity",
        "number.porch_pi_stream_frame_rate",
        "number.porch_pi_stream_quality",
        "select.porch_pi_rotation",
        "sensor.porch_pi_dropped_frames",
        "sensor.porch_pi_frame_rate",
        "sensor.porch_pi_free_disk_space",
        "sensor.porch_pi_last_motion",
        "sensor.porch_pi_last_start",
        "sensor.porch_pi_motion_score",
        "sensor.porch_pi_viewers",
        "switch.porch_pi_mirror_left_and_right",
        "switch.porch_pi_mirror_top_and_bottom",
        "switch.porch_pi_motion_detection",
        "switch.porch_pi_privacy_mode",
        "switch.porch_pi_recording",
        "switch.porch_pi_time_in_the_picture",
        "update.porch_pi_agent",
    ]
    assert all(entity.has_entity_name for entity in entities)


async def test_no_unique_id_depends_on_where_the_agent_is(
    loaded: MockConfigEntry, agent: AgentThread, entity_registry: er.EntityRegistry
) -> None:
    for entity in er.async_entries_for_config_entry(entity_registry, loaded.entry_id):
        assert entity.unique_id.startswith(f"{agent.agent_id}_")
        assert "127.0.0.1" not in entity.unique_id


async def test_unloading_leaves_no_task_and_no_connection(
    hass: HomeAssistant, loaded: MockConfigEntry, set_up: SetUp, agent: AgentThread
) -> None:
    async def _listeners() -> int:
        async def _count(running: object) -> int:
            return len([t for t in asyncio.all_tasks() if t.get_name() == "ws-talk"])

        return await agent.call(_count)

    assert await _listeners() == 1
    for _ in range(3):
        assert await hass.config_entries.async_unload(loaded.entry_id)
        assert loaded.state is ConfigEntryState.NOT_LOADED
        assert not [t for t in asyncio.all_tasks() if "event websocket" in t.get_name()]

        async def _nobody_listens() -> bool:
            return await _listeners() == 0

        await until_async(_nobody_listens)
        await set_up(loaded)
    assert await _listeners() == 1


async def test_removing_an_entry_gives_its_token_back(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    await agent.token("another client")
    assert set(await agent.clients()) == {"Home Assistant", "another client"}
    await hass.config_entries.async_remove(loaded.entry_id)
    assert await agent.clients() == ["another client"]


async def test_an_entry_can_be_removed_while_its_agent_is_lost(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    await agent.stop()
    await hass.config_entries.async_remove(loaded.entry_id)
    assert not hass.config_entries.async_entries(loaded.domain)


async def test_an_agent_that_is_down_is_tried_again_and_found(
    hass: HomeAssistant, entry: MockConfigEntry, agent: AgentThread, set_up: SetUp
) -> None:
    await agent.stop()
    await set_up_failing(hass, entry)
    check_failed(entry, ConfigEntryState.SETUP_RETRY, "cannot_connect")
    await agent.start()
    await hass.config_entries.async_unload(entry.entry_id)
    await set_up(entry)
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({CONF_TOKEN: "revoked"}, "not_paired"),
        ({CONF_CERTIFICATE_SHA256: "ab" * 32}, "certificate_changed"),
    ],
)
async def test_what_only_pairing_mends_asks_for_it(
    hass: HomeAssistant, entry: MockConfigEntry, changes: dict[str, str], reason: str
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, **changes})
    await set_up_failing(hass, entry)
    check_failed(entry, ConfigEntryState.SETUP_ERROR, reason)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


async def test_another_agent_at_the_same_address_is_not_taken_over(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(entry, unique_id="another")
    await set_up_failing(hass, entry)
    check_failed(entry, ConfigEntryState.SETUP_ERROR, "wrong_agent")


@pytest.mark.parametrize(
    ("protocol", "reason"), [("0.9", "agent_too_old"), ("2.0", "agent_too_new")]
)
async def test_an_agent_of_another_age_says_which_side_to_update(
    hass: HomeAssistant, entry: MockConfigEntry, impostor: Impostor, protocol: str, reason: str
) -> None:
    impostor.respond_json(json.dumps({"protocol": protocol}))
    impostor.take_over(hass, entry)
    await set_up_failing(hass, entry)
    check_failed(entry, ConfigEntryState.SETUP_ERROR, reason)


async def test_what_makes_no_sense_is_tried_again(
    hass: HomeAssistant, entry: MockConfigEntry, impostor: Impostor
) -> None:
    impostor.respond_json("<html>")
    impostor.take_over(hass, entry)
    await set_up_failing(hass, entry)
    check_failed(entry, ConfigEntryState.SETUP_RETRY, "not_an_agent")


async def test_the_token_is_never_logged(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    agent: AgentThread,
    source: ScriptedSource,
    caplog: pytest.LogCaptureFixture,
) -> None:
    token = loaded.data[CONF_TOKEN]
    source.still(3)
    source.walk(3)
    await until(lambda: value_of(hass, "binary_sensor.porch_pi_motion") == STATE_ON)
    await agent.stop()
    await until(lambda: not loaded.runtime_data.coordinator.last_update_success)
    await agent.start()
    await agent.revoke()
    await until(hass.config_entries.flow.async_progress)
    records = [*caplog.get_records("setup"), *caplog.records]
    assert {"DEBUG", "INFO", "WARNING"} <= {record.levelname for record in records}
    assert not [r for r in records if token in r.getMessage() or token in str(r.exc_text)]
