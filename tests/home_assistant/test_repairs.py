"""What a user can mend is told, its form looks again, and it is taken back once it is mended."""

import json
from datetime import timedelta
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.pi_motion_camera.agent_client.protocol import SystemMessage
from custom_components.pi_motion_camera.const import CONF_CERTIFICATE_SHA256, DOMAIN
from custom_components.pi_motion_camera.issues import FIXABLE
from pi_agent.server import cameras as agent_cameras, websocket as agent_websocket

from .agent_thread import AgentThread
from .conftest import SetUp, connected
from .impostor import Impostor
from .waiting import until

FIX = "/api/repairs/issues/fix"


def issue_of(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> ir.IssueEntry | None:
    """The issue of an agent, None while there is none."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{key}_{entry.entry_id}")


def issues(hass: HomeAssistant) -> list[str | None]:
    """The kinds of all issues of ours."""
    return [i.translation_key for i in ir.async_get(hass).issues.values() if i.domain == DOMAIN]


class Form:
    """The form of an issue, used as the frontend does."""

    def __init__(self, hass: HomeAssistant, hass_client: ClientSessionGenerator) -> None:
        self._hass = hass
        self._hass_client = hass_client

    async def open(self, issue: ir.IssueEntry | None) -> dict[str, Any]:
        """Open it."""
        assert issue is not None
        assert await async_setup_component(self._hass, "repairs", {})
        self._client = await self._hass_client()
        body = {"handler": DOMAIN, "issue_id": issue.issue_id}
        self.shown = await (await self._client.post(FIX, json=body)).json()
        assert (self.shown["type"], self.shown["step_id"]) == ("form", "confirm")
        return dict(self.shown)

    async def submit(self) -> dict[str, Any]:
        """Submit it."""
        url = f"{FIX}/{self.shown['flow_id']}"
        return dict(await (await self._client.post(url, json={})).json())


@pytest.fixture
def form(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Form:
    return Form(hass, hass_client)


async def set_up_failing(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def test_there_is_nothing_to_mend_at_first(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    assert issues(hass) == []


async def test_an_agent_that_is_too_old_is_looked_at_again_and_loaded(
    hass: HomeAssistant, entry: MockConfigEntry, impostor: Impostor, form: Form
) -> None:
    paired_with = dict(entry.data)
    impostor.respond_json(json.dumps({"protocol": "0.9"}))
    impostor.take_over(hass, entry)
    await set_up_failing(hass, entry)
    shown = await form.open(issue_of(hass, entry, "agent_too_old"))
    assert shown["description_placeholders"] == {"name": "Porch Pi"}
    still = await form.submit()
    assert still["errors"] == {"base": "agent_too_old"}
    hass.config_entries.async_update_entry(entry, data=paired_with)  # it was updated
    assert (await form.submit())["type"] == "create_entry"
    await until(lambda: entry.state is ConfigEntryState.LOADED)
    await connected(entry)
    assert issues(hass) == []


async def test_an_agent_that_is_too_new_has_no_form(
    hass: HomeAssistant, entry: MockConfigEntry, impostor: Impostor
) -> None:
    impostor.respond_json(json.dumps({"protocol": "2.0"}))
    impostor.take_over(hass, entry)
    await set_up_failing(hass, entry)
    issue = issue_of(hass, entry, "agent_too_new")
    assert issue is not None
    assert not issue.is_fixable
    assert issue.learn_more_url is not None


async def test_a_certificate_that_changes_while_connected_is_told_and_heals(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread, impostor: Impostor, form: Form
) -> None:
    client = loaded.runtime_data.client
    port, at_impostor = agent.port, client._transport._base.with_port(impostor.port)
    at_agent, client._transport._base = client._transport._base, at_impostor
    await agent.stop()
    await until(lambda: issue_of(hass, loaded, "certificate_changed"))
    # Another device took the address for a while: the form finds the Pi at its place again.
    agent.port = port
    await agent.start()
    await form.open(issue_of(hass, loaded, "certificate_changed"))
    assert (await form.submit())["type"] == "create_entry"
    assert hass.config_entries.flow.async_progress() == []
    client._transport._base = at_agent
    await connected(loaded)
    assert issues(hass) == []


async def test_an_agent_that_was_installed_anew_is_paired_anew(
    hass: HomeAssistant, loaded: MockConfigEntry, impostor: Impostor, agent: AgentThread, form: Form
) -> None:
    hass.config_entries.async_update_entry(
        loaded, data={**loaded.data, CONF_PORT: impostor.port, CONF_CERTIFICATE_SHA256: "ab" * 32}
    )
    client = loaded.runtime_data.client
    client._transport._base = client._transport._base.with_port(impostor.port)
    await agent.stop()
    await until(lambda: issue_of(hass, loaded, "certificate_changed"))
    await form.open(issue_of(hass, loaded, "certificate_changed"))
    ended = await form.submit()
    assert (ended["type"], ended["reason"]) == ("abort", "pair_again")
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


async def test_a_clock_that_is_off_is_told_until_it_is_set(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    set_up: SetUp,
    form: Form,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class SlowClock:
        """The agent's clock, a minute behind."""

        @staticmethod
        def now(_: object) -> object:
            return dt_util.utcnow() - timedelta(minutes=1)

    with monkeypatch.context() as patch:
        patch.setattr(agent_cameras, "datetime", SlowClock)
        patch.setattr(agent_websocket, "datetime", SlowClock)
        await set_up(entry)
        issue = issue_of(hass, entry, "clock_off")
        assert issue is not None
        assert issue.severity is ir.IssueSeverity.WARNING
        await form.open(issue)
        assert (await form.submit())["errors"] == {"base": "clock_off"}
    assert (await form.submit())["type"] == "create_entry"
    assert issues(hass) == []


async def test_an_agent_that_does_not_answer_keeps_the_form_open(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread, form: Form
) -> None:
    loaded.runtime_data.coordinator.issues.note_connected(dt_util.utcnow() - timedelta(hours=1))
    await form.open(issue_of(hass, loaded, "clock_off"))
    await agent.stop()
    assert (await form.submit())["errors"] == {"base": "cannot_connect"}


async def test_a_disk_that_takes_nothing_is_told_once_and_taken_back(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    told: list[str] = []
    note = callback(lambda event: told.append(event.data["action"]))
    hass.bus.async_listen("repairs_issue_registry_updated", note)
    coordinator = loaded.runtime_data.coordinator
    for _ in range(2):
        coordinator.async_handle_message(SystemMessage(recording_problem="the disk is full"))
    issue = issue_of(hass, loaded, "recording_problem")
    assert issue is not None
    assert issue.translation_placeholders == {"name": "Porch Pi", "problem": "the disk is full"}
    for _ in range(2):
        coordinator.async_handle_message(SystemMessage())
    assert issues(hass) == []
    await hass.async_block_till_done()
    assert told == ["create", "remove"]


async def test_what_only_a_connected_agent_can_say_is_taken_back_with_it(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    coordinator = loaded.runtime_data.coordinator
    coordinator.async_handle_message(SystemMessage(recording_problem="the disk is full"))
    await hass.config_entries.async_unload(loaded.entry_id)
    assert issues(hass) == []


async def test_removing_an_agent_takes_its_issues_along(
    hass: HomeAssistant, entry: MockConfigEntry, impostor: Impostor
) -> None:
    impostor.respond_json(json.dumps({"protocol": "0.9"}))
    impostor.take_over(hass, entry)
    await set_up_failing(hass, entry)
    assert issues(hass) == ["agent_too_old"]
    await hass.config_entries.async_remove(entry.entry_id)
    assert issues(hass) == []


@pytest.mark.parametrize("key", sorted(FIXABLE))
async def test_every_form_has_its_sentences(hass: HomeAssistant, key: str) -> None:
    from .test_translations import translation

    issue = translation("en")["issues"][key]
    assert issue.keys() == {"title", "fix_flow"}
    assert issue["fix_flow"]["step"].keys() == {"confirm"}
