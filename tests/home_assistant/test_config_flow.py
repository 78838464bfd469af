"""Every way through the flows; each error is mended in the flow that it came up in."""

import json
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_USER,
    SOURCE_ZEROCONF,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera.agent_client.protocol import PairingCode
from custom_components.pi_motion_camera.const import CONF_CERTIFICATE_SHA256, CONF_CODE, DOMAIN

from .agent_thread import AgentThread
from .conftest import SetUp
from .impostor import Impostor

WRONG_CODE = PairingCode(secret=b"wrong", fingerprint=0)


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Ours is one."""


@pytest.fixture(autouse=True)
def _quick_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent does not let a guess wait here."""
    monkeypatch.setattr("pi_agent.server.pairing._WRONG_CODE_SECONDS", 0)


@pytest.fixture
def setup_entry() -> Iterator[AsyncMock]:
    """New entries are not set up: that has tests of its own."""
    target = "custom_components.pi_motion_camera.async_setup_entry"
    with patch(target, return_value=True) as mock:
        yield mock


async def start(hass: HomeAssistant, source: str, data: Any = None) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": source}, data=data)


async def enter(hass: HomeAssistant, flow: ConfigFlowResult, **fields: str) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_configure(flow["flow_id"], fields)


def address(agent: AgentThread | Impostor) -> str:
    return f"127.0.0.1:{agent.port}"


async def wrong_code(agent: AgentThread) -> str:
    """A code that the agent could have made and has not."""
    return str(PairingCode.create(b"wrong", bytes.fromhex(agent.certificate_sha256)))


def announcement(agent: AgentThread, **changes: Any) -> ZeroconfServiceInfo:
    properties = {
        "id": agent.agent_id,
        "name": "Porch Pi",
        "version": "0.1.0",
        "protocol": "1.0",
        **changes.pop("properties", {}),
    }
    values: dict[str, Any] = {
        "ip_address": ip_address("127.0.0.1"),
        "ip_addresses": [ip_address("127.0.0.1")],
        "port": agent.port,
        "hostname": "porch.local.",
        "type": "_pi-motion-cam._tcp.local.",
        "name": "porch._pi-motion-cam._tcp.local.",
        "properties": properties,
    }
    return ZeroconfServiceInfo(**{**values, **changes})


def check_created(result: ConfigFlowResult, agent: AgentThread) -> None:
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Porch Pi"
    assert result["result"].unique_id == agent.agent_id
    data = dict(result["data"])
    assert len(data.pop(CONF_TOKEN)) >= 32
    assert data == {
        CONF_HOST: "127.0.0.1",
        CONF_PORT: agent.port,
        CONF_CERTIFICATE_SHA256: agent.certificate_sha256,
    }


# --- by hand ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("setup_entry")
async def test_an_agent_is_added_by_its_address_and_a_code(
    hass: HomeAssistant, agent: AgentThread
) -> None:
    form = await start(hass, SOURCE_USER)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    form = await enter(hass, form, host=address(agent))
    assert (form["step_id"], form["errors"]) == ("pair", {})
    assert form["description_placeholders"] == {"name": address(agent)}
    result = await enter(hass, form, code=(await agent.pairing_code()).lower())
    check_created(result, agent)


async def test_a_new_entry_is_loaded_and_connected(hass: HomeAssistant, agent: AgentThread) -> None:
    form = await start(hass, SOURCE_USER)
    form = await enter(hass, form, host=address(agent))
    result = await enter(hass, form, code=await agent.pairing_code())
    await hass.async_block_till_done()
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.get("camera.porch_pi") is not None
    await hass.config_entries.async_unload(entry.entry_id)


async def test_home_assistant_has_a_name_of_its_own_at_the_agent(
    hass: HomeAssistant, agent: AgentThread, setup_entry: AsyncMock
) -> None:
    hass.config.location_name = "Casa"
    form = await start(hass, SOURCE_USER)
    form = await enter(hass, form, host=address(agent))
    await enter(hass, form, code=await agent.pairing_code())
    (name,) = await agent.clients()
    assert name.startswith("Home Assistant Casa (")


@pytest.mark.parametrize("text", ["", "not an address", "porch:0port"])
@pytest.mark.usefixtures("setup_entry")
async def test_what_is_no_address_is_said_so_and_mended(
    hass: HomeAssistant, agent: AgentThread, text: str
) -> None:
    form = await start(hass, SOURCE_USER)
    form = await enter(hass, form, host=text)
    assert form["errors"] == {CONF_HOST: "invalid_address"}
    assert suggested(form, CONF_HOST) == text
    form = await enter(hass, form, host=address(agent))
    check_created(await enter(hass, form, code=await agent.pairing_code()), agent)


@pytest.mark.usefixtures("setup_entry")
async def test_an_agent_that_is_down_is_said_so_and_mended(
    hass: HomeAssistant, agent: AgentThread
) -> None:
    await agent.stop()
    form = await start(hass, SOURCE_USER)
    form = await enter(hass, form, host=address(agent))
    assert form["errors"] == {CONF_HOST: "cannot_connect"}
    assert suggested(form, CONF_HOST) == address(agent)
    await agent.start()
    form = await enter(hass, form, host=address(agent))
    check_created(await enter(hass, form, code=await agent.pairing_code()), agent)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, "<html>", "not_an_agent"),
        (503, '{"error": {"code": "busy", "message": "later"}}', "agent_refused"),
    ],
)
@pytest.mark.usefixtures("setup_entry")
async def test_something_else_at_the_address_is_said_so_and_mended(
    hass: HomeAssistant,
    agent: AgentThread,
    impostor: Impostor,
    *,
    status: int,
    body: str,
    error: str,
) -> None:
    impostor.respond_json(body, status=status)
    form = await start(hass, SOURCE_USER)
    form = await enter(hass, form, host=address(impostor))
    assert form["errors"] == {CONF_HOST: error}
    form = await enter(hass, form, host=address(agent))
    check_created(await enter(hass, form, code=await agent.pairing_code()), agent)


@pytest.mark.usefixtures("setup_entry")
async def test_every_wrong_code_is_said_so_and_mended(
    hass: HomeAssistant, agent: AgentThread
) -> None:
    form = await start(hass, SOURCE_USER)
    form = await enter(hass, form, host=address(agent))
    wrong = await wrong_code(agent)
    for code, error in (
        ("ABC", "malformed_code"),
        (str(WRONG_CODE), "code_of_another_agent"),
        (wrong, "wrong_code"),
    ):
        form = await enter(hass, form, code=code)
        assert (form["step_id"], form["errors"]) == ("pair", {CONF_CODE: error})
        assert suggested(form, CONF_CODE) == code
    check_created(await enter(hass, form, code=await agent.pairing_code()), agent)


@pytest.mark.usefixtures("setup_entry")
async def test_too_many_wrong_codes_are_said_so_and_a_new_code_mends_it(
    hass: HomeAssistant, agent: AgentThread
) -> None:
    form = await start(hass, SOURCE_USER)
    form = await enter(hass, form, host=address(agent))
    wrong = await wrong_code(agent)
    for _ in range(11):
        form = await enter(hass, form, code=wrong)
    assert form["errors"] == {CONF_CODE: "pairing_locked"}
    check_created(await enter(hass, form, code=await agent.pairing_code()), agent)


@pytest.mark.usefixtures("setup_entry")
async def test_an_agent_that_goes_away_while_pairing_is_said_so_and_mended(
    hass: HomeAssistant, agent: AgentThread
) -> None:
    form = await start(hass, SOURCE_USER)
    form = await enter(hass, form, host=address(agent))
    code = await agent.pairing_code()
    await agent.stop()
    form = await enter(hass, form, code=code)
    assert form["errors"] == {"base": "cannot_connect"}
    await agent.start()
    check_created(await enter(hass, form, code=code), agent)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ({"code": "busy", "message": "later"}, {CONF_CODE: "agent_refused"}),
        (None, {"base": "not_an_agent"}),
    ],
)
async def test_an_agent_that_cannot_pair_is_said_so(
    hass: HomeAssistant, impostor: Impostor, error: Any, shown: dict[str, str]
) -> None:
    impostor.respond_json('{"status": "ok"}')
    form = await start(hass, SOURCE_USER)
    form = await enter(hass, form, host=address(impostor))
    impostor.respond_json(json.dumps({"error": error}), status=503)
    code = PairingCode.create(b"12345", impostor.certificate_sha256)
    form = await enter(hass, form, code=str(code))
    assert form["errors"] == shown


async def test_an_address_that_is_known_is_not_added_twice(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    form = await start(hass, SOURCE_USER)
    result = await enter(hass, form, host=address(agent))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_an_agent_that_is_connected_elsewhere_says_nothing_of_an_address(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    hass.config_entries.async_update_entry(
        loaded, data={**loaded.data, CONF_HOST: "elsewhere.local"}
    )
    form = await start(hass, SOURCE_USER)
    form = await enter(hass, form, host=address(agent))
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "pair")


async def test_another_pi_can_be_added_where_a_lost_one_was(
    hass: HomeAssistant, entry: MockConfigEntry, agent: AgentThread
) -> None:
    hass.config_entries.async_update_entry(
        entry,
        unique_id="lost",
        data={**entry.data, CONF_TOKEN: "of another", CONF_CERTIFICATE_SHA256: "ab" * 32},
    )
    assert not await hass.config_entries.async_setup(entry.entry_id)
    form = await start(hass, SOURCE_USER)
    form = await enter(hass, form, host=address(agent))
    added = await enter(hass, form, code=await agent.pairing_code())
    check_created(added, agent)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(added["result"].entry_id)


async def test_a_known_agent_at_another_address_gets_its_entry_mended(
    hass: HomeAssistant, entry: MockConfigEntry, agent: AgentThread
) -> None:
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_HOST: "gone.invalid", CONF_TOKEN: "old"}
    )
    form = await start(hass, SOURCE_USER)
    form = await enter(hass, form, host=address(agent))
    result = await enter(hass, form, code=await agent.pairing_code())
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data[CONF_HOST] == "127.0.0.1"
    assert entry.data[CONF_TOKEN] != "old"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.usefixtures("setup_entry")
async def test_an_ignored_agent_can_be_added_by_hand(
    hass: HomeAssistant, agent: AgentThread
) -> None:
    MockConfigEntry(domain=DOMAIN, unique_id=agent.agent_id, source=SOURCE_IGNORE).add_to_hass(hass)
    form = await start(hass, SOURCE_USER)
    form = await enter(hass, form, host=address(agent))
    check_created(await enter(hass, form, code=await agent.pairing_code()), agent)


# --- discovered ------------------------------------------------------------------------------


@pytest.mark.usefixtures("setup_entry")
async def test_a_discovered_agent_needs_its_code_alone(
    hass: HomeAssistant, agent: AgentThread
) -> None:
    form = await start(hass, SOURCE_ZEROCONF, announcement(agent))
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "pair")
    assert form["description_placeholders"] == {"name": "Porch Pi"}
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["title_placeholders"]["name"] == "Porch Pi"
    form = await enter(hass, form, code="ABC")
    assert form["errors"] == {CONF_CODE: "malformed_code"}
    check_created(await enter(hass, form, code=await agent.pairing_code()), agent)


@pytest.mark.usefixtures("setup_entry")
async def test_a_known_agent_that_has_moved_is_followed(
    hass: HomeAssistant, entry: MockConfigEntry, agent: AgentThread
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: "10.0.0.9"})
    result = await start(hass, SOURCE_ZEROCONF, announcement(agent))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data[CONF_HOST] == "127.0.0.1"


@pytest.mark.usefixtures("setup_entry")
async def test_an_agent_that_moves_before_it_is_added_is_asked_for_where_it_is(
    hass: HomeAssistant, agent: AgentThread
) -> None:
    by_hand = await start(hass, SOURCE_USER)
    former = ip_address("10.0.0.9")
    await start(hass, SOURCE_ZEROCONF, announcement(agent, port=9, ip_addresses=[former]))
    form = await start(hass, SOURCE_ZEROCONF, announcement(agent))
    assert form["type"] is FlowResultType.FORM
    flows = {flow["flow_id"] for flow in hass.config_entries.flow.async_progress()}
    assert flows == {by_hand["flow_id"], form["flow_id"]}
    check_created(await enter(hass, form, code=await agent.pairing_code()), agent)


async def test_an_agent_that_announces_itself_again_is_asked_for_once(
    hass: HomeAssistant, agent: AgentThread
) -> None:
    form = await start(hass, SOURCE_ZEROCONF, announcement(agent))
    by_wifi = ip_address("10.0.0.9")
    both = {"ip_address": by_wifi, "ip_addresses": [by_wifi, ip_address("127.0.0.1")]}
    again = await start(hass, SOURCE_ZEROCONF, announcement(agent, **both))
    assert (again["type"], again["reason"]) == (FlowResultType.ABORT, "already_in_progress")
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["flow_id"] == form["flow_id"]


@pytest.mark.parametrize("host", ["127.0.0.1", "porch.local"])
async def test_an_agent_is_left_where_it_is_while_that_is_among_its_addresses(
    hass: HomeAssistant, entry: MockConfigEntry, agent: AgentThread, host: str
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: host})
    by_wifi = ip_address("10.0.0.9")
    addresses = {"ip_address": by_wifi, "ip_addresses": [by_wifi, ip_address("127.0.0.1")]}
    await start(hass, SOURCE_ZEROCONF, announcement(agent, **addresses))
    assert entry.data[CONF_HOST] == host


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"properties": {"id": ""}}, "invalid_discovery_info"),
        ({"port": None}, "invalid_discovery_info"),
        ({"ip_address": ip_address("fe80::1")}, "invalid_discovery_info"),
        ({"properties": {"protocol": "0.9"}}, "agent_too_old"),
        ({"properties": {"protocol": ""}}, "agent_too_old"),
        ({"properties": {"protocol": "2.0"}}, "agent_too_new"),
    ],
)
async def test_an_announcement_that_leads_nowhere_is_not_shown(
    hass: HomeAssistant, agent: AgentThread, changes: dict[str, Any], reason: str
) -> None:
    result = await start(hass, SOURCE_ZEROCONF, announcement(agent, **changes))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)


async def test_a_discovered_agent_without_a_name_is_called_by_its_address(
    hass: HomeAssistant, agent: AgentThread
) -> None:
    form = await start(hass, SOURCE_ZEROCONF, announcement(agent, properties={"name": ""}))
    assert form["description_placeholders"] == {"name": "127.0.0.1"}


async def test_whoever_announces_another_agents_identity_is_not_added_as_it(
    hass: HomeAssistant, agent: AgentThread
) -> None:
    form = await start(hass, SOURCE_ZEROCONF, announcement(agent, properties={"id": "another"}))
    result = await enter(hass, form, code=await agent.pairing_code())
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_agent")


# --- reauthentication ------------------------------------------------------------------------


async def test_a_revoked_entry_is_paired_anew(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    old = loaded.data[CONF_TOKEN]
    form = await loaded.start_reauth_flow(hass)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "reauth_confirm")
    assert dict(form["description_placeholders"] or {})["name"] == "Porch Pi"
    for code, error in (("ABC", "malformed_code"), (await wrong_code(agent), "wrong_code")):
        form = await enter(hass, form, code=code)
        assert form["errors"] == {CONF_CODE: error}
    result = await enter(hass, form, code=await agent.pairing_code())
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert loaded.data[CONF_TOKEN] != old
    await hass.async_block_till_done()
    assert loaded.state is ConfigEntryState.LOADED


async def test_pairing_anew_trusts_the_agents_new_certificate(
    hass: HomeAssistant, entry: MockConfigEntry, agent: AgentThread, setup_entry: AsyncMock
) -> None:
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_CERTIFICATE_SHA256: "ab" * 32}
    )
    form = await entry.start_reauth_flow(hass)
    result = await enter(hass, form, code=await agent.pairing_code())
    assert result["reason"] == "reauth_successful"
    assert entry.data[CONF_CERTIFICATE_SHA256] == agent.certificate_sha256


@pytest.mark.usefixtures("setup_entry")
async def test_another_agent_does_not_take_an_entry_over(
    hass: HomeAssistant, entry: MockConfigEntry, agent: AgentThread
) -> None:
    hass.config_entries.async_update_entry(entry, unique_id="another")
    before = dict(entry.data)
    form = await entry.start_reauth_flow(hass)
    result = await enter(hass, form, code=await agent.pairing_code())
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_agent")
    assert dict(entry.data) == before


async def test_an_agent_that_was_installed_anew_and_is_discovered_is_said_to_be_another(
    hass: HomeAssistant, entry: MockConfigEntry, agent: AgentThread
) -> None:
    hass.config_entries.async_update_entry(entry, unique_id="its former identity")
    discovered = await start(hass, SOURCE_ZEROCONF, announcement(agent))
    assert discovered["step_id"] == "pair"
    form = await entry.start_reauth_flow(hass)
    result = await enter(hass, form, code=await agent.pairing_code())
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_agent")


# --- reconfiguration -------------------------------------------------------------------------


async def test_an_agent_that_has_moved_is_followed_by_hand(
    hass: HomeAssistant, entry: MockConfigEntry, agent: AgentThread, set_up: SetUp
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: "10.0.0.9"})
    form = await entry.start_reconfigure_flow(hass)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "reconfigure")
    assert suggested(form, CONF_HOST) == f"10.0.0.9:{agent.port}"
    form = await enter(hass, form, host="not an address")
    assert form["errors"] == {CONF_HOST: "invalid_address"}
    result = await enter(hass, form, host=address(agent))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert (entry.data[CONF_HOST], entry.data[CONF_PORT]) == ("127.0.0.1", agent.port)


@pytest.mark.usefixtures("setup_entry")
async def test_only_the_same_agent_is_accepted_at_a_new_address(
    hass: HomeAssistant, entry: MockConfigEntry, agent: AgentThread, impostor: Impostor
) -> None:
    impostor.respond_json('{"status": "ok"}')
    form = await entry.start_reconfigure_flow(hass)
    form = await enter(hass, form, host=address(impostor))
    assert form["errors"] == {CONF_HOST: "other_certificate"}
    assert {path for _, path, _ in impostor.requests} == {"/healthz"}
    result = await enter(hass, form, host=address(agent))
    assert result["reason"] == "reconfigure_successful"


@pytest.mark.usefixtures("setup_entry")
async def test_a_certificate_that_another_agent_has_taken_along_is_not_enough(
    hass: HomeAssistant, entry: MockConfigEntry, agent: AgentThread
) -> None:
    hass.config_entries.async_update_entry(entry, unique_id="another")
    form = await entry.start_reconfigure_flow(hass)
    form = await enter(hass, form, host=address(agent))
    assert form["errors"] == {CONF_HOST: "other_certificate"}


@pytest.mark.usefixtures("setup_entry")
async def test_a_revoked_token_is_said_so_when_the_address_is_changed(
    hass: HomeAssistant, entry: MockConfigEntry, agent: AgentThread
) -> None:
    await agent.revoke()
    form = await entry.start_reconfigure_flow(hass)
    form = await enter(hass, form, host=address(agent))
    assert form["errors"] == {CONF_HOST: "not_paired"}


@pytest.mark.parametrize(
    ("protocol", "error"), [("0.9", "agent_too_old"), ("2.0", "agent_too_new")]
)
@pytest.mark.usefixtures("setup_entry")
async def test_an_agent_of_another_age_is_said_so_when_the_address_is_changed(
    hass: HomeAssistant, entry: MockConfigEntry, impostor: Impostor, protocol: str, error: str
) -> None:
    hass.config_entries.async_update_entry(
        entry,
        data={**entry.data, CONF_CERTIFICATE_SHA256: impostor.certificate_sha256.hex()},
    )
    impostor.respond_json(json.dumps({"status": "ok", "protocol": protocol}))
    form = await entry.start_reconfigure_flow(hass)
    form = await enter(hass, form, host=address(impostor))
    assert form["errors"] == {CONF_HOST: error}


def suggested(form: ConfigFlowResult, field: str) -> Any:
    """What a form is filled with."""
    schema = form["data_schema"]
    assert schema is not None
    (key,) = [key for key in schema.schema if key == field]
    return key.description["suggested_value"]
