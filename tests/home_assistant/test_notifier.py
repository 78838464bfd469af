"""Notification hooks: a real phone of Home Assistant's `mobile_app`, real events, real buttons."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_ON
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_fire_time_changed,
    async_mock_service,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.pi_motion_camera import missed_events, notifier
from custom_components.pi_motion_camera.agent_client import AgentClient
from custom_components.pi_motion_camera.agent_client.protocol import (
    Box,
    EventCause,
    EventMessage,
    EventState,
    Label,
    MotionEvent,
    TriggerRequest,
)
from custom_components.pi_motion_camera.const import DOMAIN
from custom_components.pi_motion_camera.notification_content import button_action
from custom_components.pi_motion_camera.notification_hook import HookButton
from tests.scripted_source import ScriptedSource

from .conftest import SetUp
from .phone import Phone
from .states import value_of
from .test_listener import event_meanwhile
from .waiting import until, until_async

PRIVACY = "switch.porch_pi_privacy_mode"


@pytest.fixture
async def phone(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_client: ClientSessionGenerator
) -> AsyncIterator[Phone]:
    phone = Phone(hass, hass_client)
    await phone.register()
    yield phone
    await phone.close()


def add_hook(hass: HomeAssistant, entry: MockConfigEntry, **data: Any) -> str:
    """Add a hook as its form does; its id."""
    subentry = ConfigSubentry(
        data=MappingProxyType({"cool_down_seconds": 0, **data}),
        subentry_type="notification",
        title="Porch",
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    return subentry.subentry_id


def event(event_id: str = "a", **fields: Any) -> MotionEvent:
    """An event that has just begun."""
    return MotionEvent(
        **{
            "id": event_id,
            "camera": "porch",
            "state": EventState.STARTED,
            "cause": EventCause.MOTION,
            "started_at": dt_util.utcnow(),
            "snapshot": f"/api/v1/events/{event_id}/snapshot.jpg",
            **fields,
        }
    )


async def tell(
    hass: HomeAssistant, entry: MockConfigEntry, *events: MotionEvent, replayed: bool = False
) -> None:
    """Have the agent tell of events, one after the other."""
    for each in events:
        entry.runtime_data.coordinator.async_handle_message(EventMessage(each), replayed=replayed)
        await hass.async_block_till_done()


@pytest.fixture
def calls(hass: HomeAssistant) -> list[ServiceCall]:
    """What the notify action `notify.pager` was told."""
    return async_mock_service(hass, "notify", "pager")


def titles(calls: list[ServiceCall]) -> list[str]:
    return [call.data["title"] for call in calls]


async def test_motion_reaches_the_phone_with_the_frame_that_tripped_it_and_then_its_clip(
    hass: HomeAssistant, loaded: MockConfigEntry, phone: Phone, source: ScriptedSource
) -> None:
    add_hook(hass, loaded, phones=[phone.device_id], live_view=True)
    source.still(3)
    source.walk(3)
    (first,) = await phone.pushed()
    assert (first["title"], first["message"]) == ("Porch Pi", "Motion")
    data = first["data"]
    assert data["entity_id"] == "camera.porch_pi"
    assert data["clickAction"] == "/lovelace?more-info-entity-id=camera.porch_pi"
    assert data["push"] == {"interruption-level": "time-sensitive"}
    assert [action["title"] for action in data["actions"]] == [
        "Live view",
        "Silence for 30 minutes",
    ]
    status, content_type, jpeg = await phone.fetch(data["image"])
    assert (status, content_type, jpeg[:2]) == (200, "image/jpeg", b"\xff\xd8")
    source.still(8)
    _, second = await phone.pushed(2)
    assert second["data"]["tag"] == data["tag"]
    assert second["data"]["alert_once"] is True
    assert second["data"]["push"]["sound"] == "none"
    status, content_type, _ = await phone.fetch(second["data"]["video"])
    assert (status, content_type) == (200, "video/mp4")
    source.walk(3)
    source.still(8)
    third = (await phone.pushed(3))[2]
    assert third["data"]["image"] != data["image"]
    assert (await phone.fetch(data["image"]))[2] == jpeg  # no later event replaces it


async def test_silence_keeps_a_hook_quiet_for_half_an_hour(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    phone: Phone,
    calls: list[ServiceCall],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_hook(hass, loaded, phones=[phone.device_id])
    add_hook(hass, loaded, actions=["pager"])
    await tell(hass, loaded, event("a"))
    (push,) = await phone.pushed()
    await phone.press(push["data"]["actions"][1]["action"])
    await tell(hass, loaded, event("b"))
    assert len(phone.pushes) == 1
    assert len(calls) == 2  # the other hook goes on
    later = hass.loop.time() + notifier.SILENCE_SECONDS + 1
    monkeypatch.setattr(hass.loop, "time", lambda: later)
    await tell(hass, loaded, event("c"))
    monkeypatch.undo()
    await phone.pushed(2)


async def test_privacy_mode_is_a_button_away_and_its_effect_is_at_the_agent(
    hass: HomeAssistant, loaded: MockConfigEntry, phone: Phone
) -> None:
    add_hook(hass, loaded, phones=[phone.device_id], buttons=["privacy"])
    await tell(hass, loaded, event())
    (push,) = await phone.pushed()
    (button,) = push["data"]["actions"]
    assert button["title"] == "Privacy mode"
    await phone.press(button["action"])
    assert value_of(hass, PRIVACY) == STATE_ON
    assert (await loaded.runtime_data.client.settings("porch")).privacy


async def test_a_button_does_nothing_for_who_may_not_control_the_camera(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    hook_id = add_hook(hass, loaded, actions=["pager"])
    guest = MockUser().add_to_hass(hass)
    guest.mock_policy({})

    async def _press(action: str, user: User | None = None, user_id: str | None = None) -> None:
        context = Context(user_id=user.id if user else user_id)
        hass.bus.async_fire(notifier.EVENT_BUTTON, {"action": action}, context=context)
        await hass.async_block_till_done()

    privacy = button_action(HookButton.PRIVACY, hook_id, "porch")
    await _press(privacy, guest)
    await _press(privacy, user_id="nobody")
    await _press(button_action(HookButton.PRIVACY, hook_id, "attic"))
    await _press(button_action(HookButton.PRIVACY, "another", "porch"))
    await _press(button_action(HookButton.VIEW, hook_id, "porch"))
    for action in ("", "OTHER", f"{DOMAIN}|explode|{hook_id}|porch"):
        await _press(action)
    assert not (await loaded.runtime_data.client.settings("porch")).privacy
    await _press(privacy)
    assert (await loaded.runtime_data.client.settings("porch")).privacy


@pytest.mark.parametrize(
    ("wanted", "fields", "told"),
    [
        ({}, {}, True),
        ({}, {"cause": EventCause.PIR}, True),
        ({}, {"cause": EventCause.MANUAL}, False),
        ({"cameras": ["porch"]}, {}, True),
        ({"cameras": ["yard"]}, {}, False),
        ({"zones": ["path", "gate"]}, {"zones": ("path",)}, True),
        ({"zones": ["path"]}, {"zones": ("street",)}, False),
        ({"zones": ["path"]}, {}, False),
        ({"labels": ["person"]}, {}, False),
    ],
)
async def test_only_what_a_hook_is_about_is_told(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    calls: list[ServiceCall],
    *,
    wanted: dict[str, Any],
    fields: dict[str, Any],
    told: bool,
) -> None:
    add_hook(hass, loaded, actions=["pager"], **wanted)
    await tell(hass, loaded, event(**fields))
    assert bool(calls) is told


async def test_what_turns_out_to_be_wanted_is_told_once_it_does(
    hass: HomeAssistant, loaded: MockConfigEntry, calls: list[ServiceCall]
) -> None:
    add_hook(hass, loaded, actions=["pager"], labels=["person"], zones=["path"])
    person = Label(name="person", confidence=0.9, box=Box(x=0, y=0, w=1, h=1))
    begun = event(zones=("path",), snapshot=None)
    updated = replace(begun, state=EventState.UPDATED, labels=(person,))
    await tell(hass, loaded, begun)
    assert calls == []
    await tell(hass, loaded, updated, updated)
    assert [call.data["message"] for call in calls] == ["Person in path"]


async def test_what_was_recognized_is_told_in_the_language_of_home_assistant(
    hass: HomeAssistant, loaded: MockConfigEntry, calls: list[ServiceCall]
) -> None:
    hass.config.language = "de"
    await async_load_integrations(hass, {DOMAIN})
    add_hook(hass, loaded, actions=["pager"])
    box = Box(x=0, y=0, w=1, h=1)
    seen = tuple(Label(name=name, confidence=0.9, box=box) for name in ("bicycle", "hut"))
    await tell(hass, loaded, event(labels=seen))
    assert calls[0].data["message"].splitlines()[0] == "Fahrrad, hut"


async def test_an_old_event_that_is_amended_is_no_news(
    hass: HomeAssistant, loaded: MockConfigEntry, calls: list[ServiceCall]
) -> None:
    add_hook(hass, loaded, actions=["pager"])
    old = event(state=EventState.ENDED, clip="/api/v1/events/a/clip.mp4", keep=True)
    await tell(hass, loaded, old)
    assert calls == []


async def test_a_camera_rests_after_a_notification(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    calls: list[ServiceCall],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_hook(hass, loaded, actions=["pager"], cool_down_seconds=60)
    await tell(hass, loaded, event("a"), event("b"))
    assert len(calls) == 1
    later = hass.loop.time() + 61
    monkeypatch.setattr(hass.loop, "time", lambda: later)
    await tell(hass, loaded, event("b", state=EventState.UPDATED), event("c"))
    monkeypatch.undo()
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("persons", "told"),
    [({}, True), ({"person.ann": "home"}, False), ({"person.ann": "away"}, True)],
)
async def test_some_hooks_are_for_when_nobody_is_home(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    calls: list[ServiceCall],
    persons: dict[str, str],
    told: bool,
) -> None:
    for entity_id, state in persons.items():
        hass.states.async_set(entity_id, state)
    add_hook(hass, loaded, actions=["pager"], when="nobody_home")
    await tell(hass, loaded, event())
    assert bool(calls) is told


@pytest.mark.parametrize(
    ("state", "told"),
    [("on", True), ("off", False), ("armed_away", True), ("disarmed", False), (None, False)],
)
async def test_some_hooks_are_for_while_something_is_on(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    calls: list[ServiceCall],
    state: str | None,
    told: bool,
) -> None:
    if state is not None:
        hass.states.async_set("schedule.night", state)
    add_hook(hass, loaded, actions=["pager"], while_on="schedule.night")
    await tell(hass, loaded, event())
    assert bool(calls) is told


@pytest.mark.parametrize(
    ("begin", "end", "now", "told"),
    [
        ("22:00:00", "07:00:00", "23:30", False),
        ("22:00:00", "07:00:00", "06:59", False),
        ("22:00:00", "07:00:00", "07:00", True),
        ("12:00:00", "14:00:00", "13:00", False),
        ("12:00:00", "14:00:00", "11:59", True),
        ("12:00:00", "12:00:00", "12:00", True),
        (None, None, "12:00", True),
    ],
)
async def test_quiet_hours_are_those_of_the_clock_on_the_wall(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
    *,
    begin: str | None,
    end: str | None,
    now: str,
    told: bool,
) -> None:
    hours = {"quiet_from": begin, "quiet_to": end} if begin else {}
    add_hook(hass, loaded, actions=["pager"], **hours)
    hour, minute = map(int, now.split(":"))
    freezer.move_to(dt_util.now().replace(hour=hour, minute=minute, second=0))
    await tell(hass, loaded, event())
    assert bool(calls) is told


async def test_critical_alerts_ring_through_and_their_clip_does_not(
    hass: HomeAssistant, loaded: MockConfigEntry, phone: Phone
) -> None:
    add_hook(hass, loaded, phones=[phone.device_id], critical=True, picture=False)
    await tell(hass, loaded, event())
    (push,) = await phone.pushed()
    assert push["data"]["channel"] == "alarm_stream"
    assert push["data"]["push"]["sound"]["critical"] == 1
    assert "image" not in push["data"]
    await tell(hass, loaded, event(state=EventState.ENDED, clip="/api/v1/events/a/clip.mp4"))
    _, second = await phone.pushed(2)
    assert "channel" not in second["data"]
    assert second["data"]["push"]["interruption-level"] == "passive"


async def test_without_the_wish_for_clips_none_is_sent(
    hass: HomeAssistant, loaded: MockConfigEntry, phone: Phone
) -> None:
    add_hook(hass, loaded, phones=[phone.device_id], clip=False)
    await tell(hass, loaded, event())
    await tell(hass, loaded, event(state=EventState.ENDED, clip="/api/v1/events/a/clip.mp4"))
    assert len(phone.pushes) == 1


async def _has_clip(onlooker: AgentClient, event_id: str) -> bool:
    """Whether nothing will change about an event any more."""
    return (await onlooker.event(event_id)).clip is not None


async def test_after_an_outage_there_is_one_summary(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    phone: Phone,
    set_up: SetUp,
    *,
    onlooker: AgentClient,
    source: ScriptedSource,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(missed_events, "_SETTLED_SECONDS", 0.3)
    add_hook(hass, loaded, phones=[phone.device_id])
    add_hook(hass, loaded, phones=[phone.device_id], summary=False)
    await hass.config_entries.async_unload(loaded.entry_id)
    first = await event_meanwhile(onlooker, source)
    await until_async(lambda: _has_clip(onlooker, first))
    source.walk(3)
    source.still(8)

    async def _another() -> bool:
        return (await onlooker.events(limit=1)).events[0].id != first

    await until_async(_another)
    newest = (await onlooker.events(limit=1)).events[0].id
    await until_async(lambda: _has_clip(onlooker, newest))
    await set_up(loaded)
    (push,) = await phone.pushed()
    assert push["title"] == "Porch Pi"
    assert push["message"] == "Events while the connection was lost: 2 (Porch Pi 2)"
    assert newest in push["data"]["image"]
    assert (await phone.fetch(push["data"]["image"]))[0] == 200
    await hass.async_block_till_done()
    assert len(phone.pushes) == 1


async def test_a_summary_waits_until_all_is_known_and_ends_with_the_entry(
    hass: HomeAssistant, loaded: MockConfigEntry, calls: list[ServiceCall]
) -> None:
    add_hook(hass, loaded, actions=["pager"])
    ended = {"state": EventState.ENDED}
    for name in ("a", "b", "b"):
        await tell(hass, loaded, event(name, **ended), replayed=True)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=6))
    await hass.async_block_till_done()
    (call,) = calls
    assert call.data["message"].startswith("Events while the connection was lost: 2 ")
    await tell(hass, loaded, event("c", **ended), replayed=True)
    await hass.config_entries.async_unload(loaded.entry_id)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=12))
    await hass.async_block_till_done()
    assert len(calls) == 1


async def test_a_summary_keeps_to_the_hours_of_its_hook_and_has_a_bound(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    calls: list[ServiceCall],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(missed_events, "_MOST", 2)
    hass.states.async_set("schedule.night", "off")
    add_hook(hass, loaded, actions=["pager"], while_on="schedule.night")
    add_hook(hass, loaded, actions=["pager"])
    for name in ("a", "b", "c"):
        await tell(hass, loaded, event(name, state=EventState.ENDED), replayed=True)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=6))
    await hass.async_block_till_done()
    (call,) = calls
    assert ": 2 (" in call.data["message"]


async def test_receivers_of_text_get_a_link_to_the_picture_and_groups_what_phones_get(
    hass: HomeAssistant, loaded: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    await async_process_ha_core_config(hass, {"external_url": "https://home.example.org"})
    told = {name: async_mock_service(hass, "notify", name) for name in ("fam", "any")}
    entities = async_mock_service(hass, "notify", "send_message")
    monkeypatch.setattr(
        "custom_components.pi_motion_camera.notification_targets.integration_of",
        lambda _, action: {"fam": "group"}.get(action),
    )
    add_hook(hass, loaded, actions=list(told), entities=["notify.radio", "notify.tv"])
    await tell(hass, loaded, event())
    assert told["fam"][0].data["data"]["image"].startswith("/api/pi_motion_camera/event/")
    assert "data" not in told["any"][0].data
    for call in (told["any"][0], entities[0]):
        what, link = call.data["message"].split("\n")
        assert what == "Motion"
        assert link.startswith("https://home.example.org/api/pi_motion_camera/event/")
    assert entities[0].data["entity_id"] == ["notify.radio", "notify.tv"]
    await tell(hass, loaded, event(state=EventState.ENDED, clip="/api/v1/events/a/clip.mp4"))
    assert [len(calls) for calls in told.values()] == [1, 1]  # they cannot show it
    assert len(entities) == 1


async def test_without_an_address_of_home_assistant_there_is_no_link(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    calls: list[ServiceCall],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hass.config, "api", None)
    add_hook(hass, loaded, actions=["pager"])
    await tell(hass, loaded, event("a"), event("b", snapshot=None))
    assert [call.data["message"] for call in calls] == ["Motion", "Motion"]


async def test_a_phone_by_the_name_of_its_action_is_a_phone_all_the_same(
    hass: HomeAssistant, loaded: MockConfigEntry, phone: Phone, calls: list[ServiceCall]
) -> None:
    add_hook(hass, loaded, actions=["mobile_app_pixel"])
    await tell(hass, loaded, event())
    await tell(hass, loaded, event(state=EventState.ENDED, clip="/api/v1/events/a/clip.mp4"))
    first, second = await phone.pushed(2)
    assert "image" in first["data"]
    assert "video" in second["data"]
    assert first["data"]["tag"] == second["data"]["tag"]


async def test_who_cannot_be_told_does_not_keep_it_from_the_others(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    calls: list[ServiceCall],
    caplog: pytest.LogCaptureFixture,
) -> None:
    add_hook(hass, loaded, phones=["gone"], actions=["nobody", "pager"])
    await tell(hass, loaded, event())
    assert len(calls) == 1
    warnings = [r.getMessage() for r in caplog.records if "notification_targets" in r.name]
    assert any("There is no phone gone" in text for text in warnings)
    assert any("notify.nobody could not be notified" in text for text in warnings)


async def test_a_phone_that_cannot_be_told_is_named(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    phone: Phone,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_hook(hass, loaded, phones=["gone"])
    await tell(hass, loaded, event("a"))
    assert "There is no phone gone" in caplog.text
    add_hook(hass, loaded, phones=[phone.device_id])
    with monkeypatch.context() as patch:  # Home Assistant is starting
        patch.delitem(hass.data["mobile_app"], "notify")
        await tell(hass, loaded, event("b"))
    assert f"There is no phone {phone.device_id}" in caplog.text
    await tell(hass, loaded, event("c"))
    await phone.pushed()


async def test_what_had_begun_before_a_reload_is_not_told_again(
    hass: HomeAssistant, loaded: MockConfigEntry, set_up: SetUp, calls: list[ServiceCall]
) -> None:
    add_hook(hass, loaded, actions=["pager"])
    await loaded.runtime_data.client.trigger("porch", TriggerRequest(cause=EventCause.PIR))
    await until(lambda: calls)
    (begun,) = (await loaded.runtime_data.client.events()).events
    await hass.config_entries.async_unload(loaded.entry_id)
    await set_up(loaded)
    await tell(hass, loaded, replace(begun, state=EventState.UPDATED, score=50.0))
    await tell(hass, loaded, replace(begun, state=EventState.ENDED, clip="/clip.mp4"))
    assert len(calls) == 1
    await tell(hass, loaded, event("another"))
    assert len(calls) == 2


async def test_other_subentries_are_left_alone(
    hass: HomeAssistant, loaded: MockConfigEntry, calls: list[ServiceCall]
) -> None:
    other = ConfigSubentry(
        data=MappingProxyType({"actions": ["pager"]}),
        subentry_type="other",
        title="Other",
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(loaded, other)
    await tell(hass, loaded, event())
    assert calls == []


async def test_a_camera_without_an_entity_is_called_as_the_agent_calls_it(
    hass: HomeAssistant, loaded: MockConfigEntry, calls: list[ServiceCall], entity_registry: Any
) -> None:
    entity_registry.async_remove("camera.porch_pi")
    await hass.async_block_till_done()
    add_hook(hass, loaded, actions=["pager"])
    await tell(hass, loaded, event())
    assert titles(calls) == ["Porch"]


async def test_notifications_speak_the_language_of_home_assistant(
    hass: HomeAssistant, loaded: MockConfigEntry, phone: Phone
) -> None:
    hass.config.language = "es"
    await async_load_integrations(hass, {DOMAIN})
    add_hook(hass, loaded, phones=[phone.device_id])
    await tell(hass, loaded, event(zones=("camino",)))
    (push,) = await phone.pushed()
    assert push["message"] == "Movimiento en camino"
    assert push["data"]["actions"][1]["title"] == "Silenciar 30 minutos"
