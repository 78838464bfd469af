"""Actions answer by camera, check what they are given, and reach cameras without pictures too."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import CAT_ENTITIES, POLICY_READ
from homeassistant.components.media_source import async_resolve_media
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Context, HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
    UnknownUser,
)
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from probatio import Invalid
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.pi_motion_camera import media_actions, services
from custom_components.pi_motion_camera.agent_client.protocol import (
    EventCause as LocalEventCause,
    EventMessage,
    EventState as LocalEventState,
    MotionEvent as LocalEvent,
)
from custom_components.pi_motion_camera.const import DOMAIN
from pi_agent.protocol import EventCause, EventState, MotionEvent
from tests.scripted_source import ScriptedSource

from .agent_thread import AgentThread
from .states import value_of
from .test_translations import translation
from .waiting import until

CAMERA = "camera.porch_pi"
ZONE = {"name": "path", "points": [[0.1, 0.5], [0.9, 0.5], [0.9, 1.0]]}


async def act(
    hass: HomeAssistant, action: str, *, context: Context | None = None, **data: Any
) -> Any:
    """The answer of an action for the camera."""
    answer = await hass.services.async_call(
        DOMAIN,
        action,
        {"entity_id": CAMERA, **data},
        blocking=True,
        return_response=True,
        context=context,
    )
    assert isinstance(answer, dict)
    assert answer.keys() == {CAMERA}
    json.dumps(answer)  # as the frontend gets it
    return answer[CAMERA]


def key_of(error: pytest.ExceptionInfo[HomeAssistantError]) -> str | None:
    assert error.value.translation_domain == DOMAIN
    return error.value.translation_key


async def past_event(agent: AgentThread, event_id: str, hours: float, **fields: Any) -> None:
    """Put an event into the history of the agent."""
    started = dt_util.utcnow() - timedelta(hours=hours)
    event = MotionEvent(
        **{
            "id": event_id,
            "camera": "porch",
            "state": EventState.ENDED,
            "cause": EventCause.MOTION,
            "started_at": started,
            "ended_at": started + timedelta(seconds=20),
            **fields,
        }
    )
    await agent.save_event(event)


def ids(answer: Any) -> list[str]:
    return [event["event_id"] for event in answer["events"]]


async def test_events_of_a_period_come_newest_first(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    await past_event(agent, "old", 30)
    await past_event(agent, "morning", 5, zones=("path",))
    await past_event(agent, "noon", 2)
    assert ids(await act(hass, "get_events")) == ["noon", "morning"]
    assert ids(await act(hass, "get_events", zone="path")) == ["morning"]
    assert ids(await act(hass, "get_events", limit=1)) == ["noon"]
    assert ids(await act(hass, "get_events", label="cat")) == []
    local = dt_util.now().replace(tzinfo=None)  # as the form gives it
    start, end = local - timedelta(hours=40), local - timedelta(hours=3)
    answer = await act(hass, "get_events", start=str(start), end=str(end))
    assert ids(answer) == ["morning", "old"]
    assert answer["events"][0]["zones"] == ["path"]
    assert answer["events"][0]["cause"] == "motion"


async def test_a_period_must_begin_before_its_end(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "get_events", start="2026-01-02 00:00:00", end="2026-01-01 00:00:00")
    assert key_of(error) == "start_after_end"


async def test_a_camera_without_pictures_still_has_its_history(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread, source: ScriptedSource
) -> None:
    await past_event(agent, "noon", 2)
    source.break_off("unplugged")
    await until(lambda: value_of(hass, CAMERA) == STATE_UNAVAILABLE)
    assert ids(await act(hass, "get_events")) == ["noon"]


async def test_a_device_is_as_good_a_target_as_its_camera(
    hass: HomeAssistant, loaded: MockConfigEntry, device_registry: dr.DeviceRegistry
) -> None:
    (device,) = dr.async_entries_for_config_entry(device_registry, loaded.entry_id)
    answer = await hass.services.async_call(
        DOMAIN, "get_events", {"device_id": device.id}, blocking=True, return_response=True
    )
    assert answer == {CAMERA: {"events": []}}


@pytest.mark.parametrize("target", ["camera.of_another", "switch.porch_pi_recording"])
async def test_what_is_no_camera_of_ours_is_refused(
    hass: HomeAssistant, loaded: MockConfigEntry, target: str
) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "get_events", entity_id=target)
    assert key_of(error) == "no_camera_targeted"


async def test_an_entry_that_is_not_loaded_has_no_cameras(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(loaded.entry_id)
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "record")
    assert key_of(error) == "no_camera_targeted"


@pytest.fixture
async def home(hass: HomeAssistant) -> None:
    """Home Assistant knows its address."""
    await async_process_ha_core_config(hass, {"external_url": "https://home.example.org"})


@pytest.mark.parametrize(
    ("media", "content_type", "begin"),
    [("snapshot", "image/jpeg", b"\xff\xd8"), ("clip", "video/mp4", b"\0\0\0")],
)
@pytest.mark.parametrize("named", [True, False])
async def test_the_address_of_media_works_without_logging_in(
    hass: HomeAssistant,
    home: None,
    event_id: str,
    clip_path: str,
    hass_client_no_auth: ClientSessionGenerator,
    *,
    media: str,
    content_type: str,
    begin: bytes,
    named: bool,
) -> None:
    chosen: dict[str, Any] = {"event_id": event_id} if named else {}
    answer = await act(hass, "get_media_url", media=media, valid_for="00:10:00", **chosen)
    assert (answer["event_id"], answer["content_type"]) == (event_id, content_type)
    left = dt_util.parse_datetime(answer["valid_until"], raise_on_error=True) - dt_util.utcnow()
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
    base, path = answer["url"][:24], answer["url"][24:]
    assert base == "https://home.example.org"
    client = await hass_client_no_auth()
    response = await client.get(path)
    assert (response.status, response.content_type) == (200, content_type)
    assert (await response.read()).startswith(begin)
    other = path.replace("snapshot.jpg", "clip.mp4").replace("clip.mp4?", "snapshot.jpg?")
    if other != path:
        assert (await client.get(other)).status == 403


async def test_media_that_is_not_there_is_told(
    hass: HomeAssistant, home: None, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    await past_event(agent, "dark", 1)
    choices: tuple[dict[str, Any], ...] = ({}, {"event_id": "dark"})
    for chosen in choices:
        with pytest.raises(ServiceValidationError) as error:
            await act(hass, "get_media_url", **chosen)
        assert key_of(error) == "no_snapshot_yet"
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "get_media_url", media="clip")
    assert key_of(error) == "no_clip_yet"
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "get_media_url", event_id="../../info")
    assert key_of(error) == "no_such_event"


async def test_home_assistant_must_know_its_own_address(
    hass: HomeAssistant, event_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hass.config, "api", None)
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, "get_media_url")
    assert key_of(error) == "no_url_of_home_assistant"


@pytest.mark.parametrize(
    ("media", "content_type", "begin"),
    [("snapshot", "image/jpeg", b"\xff\xd8"), ("clip", "video/mp4", b"\x00\x00")],
)
async def test_picture_and_clip_are_files_that_integrations_may_read_for_a_while(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    event_id: str,
    clip_path: str,
    *,
    media: str,
    content_type: str,
    begin: bytes,
) -> None:
    assert await async_setup_component(hass, "media_source", {})
    answer = await act(hass, "get_media_file", media=media, valid_for="00:10:00")
    assert (answer["event_id"], answer["content_type"]) == (event_id, content_type)
    path = Path(answer["path"])
    assert path.read_bytes().startswith(begin)
    assert any(path.is_relative_to(folder) for folder in hass.config.media_dirs.values())
    resolved = await async_resolve_media(hass, answer["media_content_id"], None)
    assert (resolved.path, resolved.mime_type) == (path, content_type)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=11))
    await hass.async_block_till_done()
    assert not path.exists()


async def test_a_media_folder_that_takes_no_files_is_told(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    event_id: str,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    monkeypatch.setattr(loaded.runtime_data.media_files, "_root", in_the_way / "folder")
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, "get_media_file")
    assert key_of(error) == "no_file_written"


async def test_a_recording_by_hand_is_an_event_that_goes_on(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource
) -> None:
    source.still(2)
    first = await act(hass, "record", duration="00:00:05")
    again = await act(hass, "record", duration={"seconds": 20})
    assert first == again
    event = await loaded.runtime_data.client.event(first["event_id"])
    assert event.cause.value == EventCause.MANUAL.value


async def test_what_another_event_tells_meanwhile_is_not_taken_for_the_recording(
    hass: HomeAssistant, loaded: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = loaded.runtime_data.coordinator
    trigger = coordinator.client.trigger

    async def _trigger(*arguments: Any) -> None:
        for state in (LocalEventState.STARTED, LocalEventState.ENDED):
            coordinator.async_handle_message(
                EventMessage(
                    LocalEvent(
                        id="other",
                        camera="porch",
                        state=state,
                        cause=LocalEventCause.MOTION,
                        started_at=dt_util.utcnow(),
                    )
                ),
                replayed=state is LocalEventState.STARTED,
            )
        await trigger(*arguments)

    monkeypatch.setattr(coordinator.client, "trigger", _trigger)
    answer = await act(hass, "record")
    assert answer["event_id"] == (await coordinator.client.events()).events[0].id


async def test_a_recording_needs_no_answer(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    await hass.services.async_call(DOMAIN, "record", {"entity_id": CAMERA}, blocking=True)
    page = await loaded.runtime_data.client.events()
    assert len(page.events) == 1


@pytest.mark.parametrize("duration", [0, 601, "soon"])
async def test_a_recording_has_a_length_that_makes_sense(
    hass: HomeAssistant, loaded: MockConfigEntry, duration: object
) -> None:
    with pytest.raises(Invalid):
        await act(hass, "record", duration=duration)


async def test_an_agent_that_does_not_begin_in_time_is_told(
    hass: HomeAssistant, loaded: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "_STARTED_SECONDS", 0.05)
    listeners = loaded.runtime_data.coordinator._event_listeners
    monkeypatch.setattr(loaded.runtime_data.coordinator, "_tell", lambda *_, **__: None)
    before = {camera: len(heard) for camera, heard in listeners.items()}
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, "record")
    assert key_of(error) == "no_event_started"
    assert {camera: len(heard) for camera, heard in listeners.items()} == before


async def test_nothing_is_recorded_in_privacy_mode(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await loaded.runtime_data.client.change_settings("porch", {"privacy": True})
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, "record")
    assert key_of(error) == "agent_refused"


async def test_zones_are_replaced_by_those_that_are_given(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    assert await act(hass, "set_zones", zones=[ZONE]) == {"zones": [ZONE]}
    await until(lambda: value_of(hass, "binary_sensor.porch_pi_motion_in_path") is not None)
    assert await act(hass, "set_zones", zones=[]) == {"zones": []}
    await until(lambda: value_of(hass, "binary_sensor.porch_pi_motion_in_path") is None)


@pytest.mark.parametrize(
    "zones",
    [
        ["path"],
        [{"name": "path", "points": [[0, 0], [1, 1]]}],
        [{"name": "path", "points": [[0, 0], [1, 1], [2, 0]]}],
        [ZONE, ZONE],
    ],
)
async def test_zones_that_are_none_are_refused_with_the_reason(
    hass: HomeAssistant, loaded: MockConfigEntry, zones: list[Any]
) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "set_zones", zones=zones)
    assert key_of(error) == "invalid_zones"
    assert "zones" in str(error.value)


async def test_an_agent_that_is_lost_is_named(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    await agent.stop()
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, "get_events")
    assert key_of(error) == "unreachable"
    assert error.value.translation_placeholders is not None
    assert error.value.translation_placeholders["name"] == "Porch Pi"


@pytest.fixture
def guest(hass: HomeAssistant) -> User:
    """A user who may see the camera and not control it."""
    guest = MockUser().add_to_hass(hass)
    guest.mock_policy({CAT_ENTITIES: {"entity_ids": {CAMERA: {POLICY_READ: True}}}})
    return guest


async def test_who_may_see_a_camera_may_ask_and_not_change(
    hass: HomeAssistant, loaded: MockConfigEntry, guest: User
) -> None:
    context = Context(user_id=guest.id)
    assert await act(hass, "get_events", context=context) == {"events": []}
    with pytest.raises(Unauthorized):
        await act(hass, "record", context=context)
    with pytest.raises(Unauthorized):
        await act(hass, "set_zones", context=context, zones=[])
    with pytest.raises(UnknownUser):
        await act(hass, "record", context=Context(user_id="nobody"))


async def test_every_action_and_field_is_described_in_the_ui(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    described = (await async_get_all_descriptions(hass))[DOMAIN]
    english = translation("en")["services"]
    assert described.keys() == english.keys() == hass.services.async_services()[DOMAIN].keys()
    schemas: dict[str, Any] = {
        "get_events": services.GET_EVENTS,
        "get_media_file": media_actions.GET_MEDIA_FILE,
        "get_media_url": media_actions.GET_MEDIA_URL,
        "record": services.RECORD,
        "set_zones": services.SET_ZONES,
    }
    targets = {"entity_id", "device_id", "area_id", "floor_id", "label_id", "metadata"}
    for name, action in described.items():
        fields = action["fields"].keys()
        assert fields == english[name]["fields"].keys()
        known = {str(marker) for marker in schemas[name].schema.validators[0].schema}
        assert fields == known - targets, name
