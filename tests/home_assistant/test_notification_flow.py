"""A notification hook is made, tried and changed in the UI alone."""

from dataclasses import replace
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.pi_motion_camera import notification_forms
from custom_components.pi_motion_camera.notification_hook import HookButton, When

from .phone import Phone
from .test_notifier import event, tell
from .test_translations import translation

WHO = {"name": "Porch", "actions": ["pager"], "cameras": ["porch"], "zones": ["path"]}
WHEN = {"when": "nobody_home", "cool_down_seconds": 30}
HOW = {
    "picture": True,
    "clip": False,
    "live_view": False,
    "buttons": ["view"],
    "critical": False,
    "summary": True,
}


@pytest.fixture
def calls(hass: HomeAssistant) -> list[ServiceCall]:
    return async_mock_service(hass, "notify", "pager")


class Flow:
    """The forms, filled in one after the other."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        self._hass = hass
        self._flows = hass.config_entries.subentries
        self._entry = entry
        self.shown: Any = None

    async def open(self) -> Any:
        """Add a notification."""
        handler = (self._entry.entry_id, "notification")
        self.shown = await self._flows.async_init(handler, context={"source": SOURCE_USER})
        return self.shown

    async def reopen(self) -> Any:
        """Change the only notification."""
        (subentry_id,) = self._entry.subentries
        self.shown = await self._entry.start_subentry_reconfigure_flow(
            self._hass,
            subentry_id,
        )
        return self.shown

    async def fill_in(self, **data: Any) -> Any:
        """Submit what is shown."""
        self.shown = await self._flows.async_configure(self.shown["flow_id"], data)
        return self.shown

    async def choose(self, option: str) -> Any:
        """Choose from the menu."""
        return await self.fill_in(next_step_id=option)


async def made(hass: HomeAssistant, entry: MockConfigEntry) -> Flow:
    """A flow whose forms are filled in."""
    flow = Flow(hass, entry)
    await flow.open()
    await flow.fill_in(**WHO)
    await flow.fill_in(**WHEN)
    assert (await flow.fill_in(**HOW))["type"] is FlowResultType.MENU
    return flow


def suggested(form: Any) -> dict[str, Any]:
    return {
        str(marker): marker.description["suggested_value"]
        for marker in form["data_schema"].schema
        if marker.description
    }


async def test_a_hook_is_made_and_counts_from_the_next_event_on(
    hass: HomeAssistant, loaded: MockConfigEntry, calls: list[ServiceCall]
) -> None:
    runtime = loaded.runtime_data
    flow = await made(hass, loaded)
    done = await flow.choose("save")
    assert done["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = loaded.subentries.values()
    assert (subentry.title, subentry.subentry_type) == ("Porch", "notification")
    everything = {**WHO, **WHEN, **HOW}
    del everything["name"]
    assert dict(subentry.data) == everything
    await tell(hass, loaded, event(zones=("path",)))
    assert len(calls) == 1
    assert loaded.runtime_data is runtime  # nothing had to be loaded anew


async def test_cameras_zones_and_receivers_are_offered(
    hass: HomeAssistant, loaded: MockConfigEntry, calls: list[ServiceCall]
) -> None:
    zones = [{"name": "path", "points": [[0, 0], [1, 0], [1, 1]]}]
    await loaded.runtime_data.coordinator.async_change_settings("porch", zones=zones)
    form = await Flow(hass, loaded).open()
    fields = {str(marker): field for marker, field in form["data_schema"].schema.items()}
    assert fields["cameras"].config["options"] == [{"value": "porch", "label": "Porch"}]
    assert fields["zones"].config["options"] == ["path"]
    assert "pager" in fields["actions"].config["options"]
    assert "send_message" not in fields["actions"].config["options"]
    assert fields["phones"].config["integration"] == "mobile_app"
    assert fields["labels"].config["options"] == ["person", "face", "cat", "dog", "car"]


async def test_what_the_cameras_recognize_is_offered_by_its_word(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    coordinator = loaded.runtime_data.coordinator
    camera = coordinator.data.cameras["porch"]
    status = replace(camera.status, labels=("hard hat", "bus"))
    coordinator.data.cameras["porch"] = replace(camera, status=status)
    form = await Flow(hass, loaded).open()
    fields = {str(marker): field for marker, field in form["data_schema"].schema.items()}
    assert fields["labels"].config["options"] == ["bus", "hard hat"]
    assert fields["labels"].config["translation_key"] == "label"


async def test_somebody_must_be_told(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    flow = Flow(hass, loaded)
    await flow.open()
    refused = await flow.fill_in(name="Porch", zones=["path"])
    assert refused["errors"] == {"base": "no_target"}
    assert suggested(refused) == {"name": "Porch", "zones": ["path"]}
    assert (await flow.fill_in(**WHO))["step_id"] == "when"


async def test_quiet_hours_have_two_ends(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    flow = Flow(hass, loaded)
    await flow.open()
    await flow.fill_in(**WHO)
    refused = await flow.fill_in(**WHEN, quiet_from="22:00:00")
    assert refused["errors"] == {"quiet_to": "half_of_quiet_hours"}
    form = await flow.fill_in(**WHEN, quiet_from="22:00:00", quiet_to="07:00:00")
    assert form["step_id"] == "how"


async def test_a_hook_is_changed_and_an_emptied_field_is_gone(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await (await made(hass, loaded)).choose("save")
    flow = Flow(hass, loaded)
    form = await flow.reopen()
    assert suggested(form) == WHO
    await flow.fill_in(name="Gate", actions=["pager"])
    assert suggested(flow.shown) == WHEN
    await flow.fill_in(when="always", cool_down_seconds=5)
    await flow.fill_in(**HOW)
    done = await flow.choose("save")
    assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    (subentry,) = loaded.subentries.values()
    assert subentry.title == "Gate"
    assert "zones" not in subentry.data
    assert subentry.data["when"] == "always"


async def test_a_test_is_sent_as_often_as_wanted_before_it_is_kept(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    event_id: str,
    hass_client: ClientSessionGenerator,
) -> None:
    phone = Phone(hass, hass_client)
    await phone.register()
    flow = Flow(hass, loaded)
    await flow.open()
    await flow.fill_in(name="Porch", phones=[phone.device_id])
    await flow.fill_in(**WHEN)
    await flow.fill_in(**HOW)
    for count in (1, 2):
        form = await flow.choose("send_test")
        assert (form["step_id"], form["errors"]) == ("send_test", {})
        assert form["description_placeholders"] == {"failed": "–"}
        push = (await phone.pushed(count))[-1]
        assert push["message"] == "A test: notifications of Porch Pi arrive here."
        assert event_id in push["data"]["image"]
        assert (await flow.fill_in())["type"] is FlowResultType.MENU
    assert (await flow.choose("save"))["type"] is FlowResultType.CREATE_ENTRY
    await phone.close()


async def test_a_test_says_who_could_not_be_told(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    flow = await made(hass, loaded)  # there is no notify.pager
    form = await flow.choose("send_test")
    assert form["errors"] == {"base": "not_all_told"}
    assert form["description_placeholders"] == {"failed": "notify.pager"}


async def test_an_agent_that_is_not_connected_cannot_be_asked(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    flow = await made(hass, loaded)
    await hass.config_entries.async_unload(loaded.entry_id)
    assert (await flow.choose("send_test"))["reason"] == "not_connected"
    assert (await Flow(hass, loaded).open())["reason"] == "not_connected"


async def test_every_field_and_choice_has_its_sentences(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    english = translation("en")
    steps = english["config_subentries"]["notification"]["step"]
    forms = {
        "who": notification_forms.who(hass, loaded),
        "when": notification_forms.WHEN,
        "how": notification_forms.HOW,
    }
    for step, form in forms.items():
        fields = {str(marker) for marker in form.schema}
        assert steps[step]["data"].keys() == steps[step]["data_description"].keys() == fields
    selectors = english["selector"]
    assert selectors["notification_when"]["options"].keys() == set(When)
    assert selectors["notification_buttons"]["options"].keys() == set(HookButton)
    assert steps.keys() == {*forms, "finish", "send_test"}
