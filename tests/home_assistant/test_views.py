"""An event's picture has a URL of its own, for those who may see its camera."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.pi_motion_camera.views import event_snapshot_path
from tests.scripted_source import ScriptedSource

from .agent_thread import AgentThread
from .waiting import until


@pytest.fixture
async def event_id(loaded: MockConfigEntry, source: ScriptedSource) -> str:
    """An event with a picture."""
    source.still(3)
    source.walk(3)
    source.still(8)
    coordinator = loaded.runtime_data.coordinator

    def _pictured() -> bool:
        return coordinator.data.cameras["porch"].pictured_event is not None

    await until(_pictured)
    return str(coordinator.data.cameras["porch"].pictured_event.id)


@pytest.fixture
def path(loaded: MockConfigEntry, event_id: str) -> str:
    """The URL of its picture."""
    return event_snapshot_path(loaded.entry_id, event_id)


async def test_the_picture_is_served_and_may_be_kept_for_good(
    loaded: MockConfigEntry, event_id: str, path: str, hass_client: ClientSessionGenerator
) -> None:
    answer = await (await hass_client()).get(path)
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "image/jpeg"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert await answer.read() == await loaded.runtime_data.client.event_snapshot(event_id)


async def test_nobody_gets_it_without_a_token(
    path: str, hass_client_no_auth: ClientSessionGenerator
) -> None:
    client = await hass_client_no_auth()
    assert (await client.get(path)).status == HTTPStatus.FORBIDDEN
    wrong = await client.get(path, headers={"Authorization": "Bearer wrong"})
    assert wrong.status == HTTPStatus.UNAUTHORIZED
    assert (await client.post(path)).status == HTTPStatus.METHOD_NOT_ALLOWED


async def test_a_signed_url_serves_it_and_nothing_else(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    path: str,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    client = await hass_client_no_auth()
    signed = async_sign_path(hass, path, timedelta(minutes=1), use_content_user=True)
    assert (await client.get(signed)).status == HTTPStatus.OK
    other = signed.replace(path, event_snapshot_path(loaded.entry_id, "another-event"))
    assert (await client.get(other)).status == HTTPStatus.FORBIDDEN
    assert (await client.get(f"{signed}&x=1")).status == HTTPStatus.FORBIDDEN
    expired = async_sign_path(hass, path, timedelta(seconds=-1), use_content_user=True)
    assert (await client.get(expired)).status == HTTPStatus.FORBIDDEN


async def test_a_user_needs_permission_for_the_camera(
    path: str, hass_admin_user: MockUser, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    hass_admin_user.groups = []
    hass_admin_user.mock_policy({})
    assert (await client.get(path)).status == HTTPStatus.FORBIDDEN
    hass_admin_user.mock_policy({"entities": {"entity_ids": {"camera.porch_pi": {"read": True}}}})
    assert (await client.get(path)).status == HTTPStatus.OK


@pytest.mark.parametrize(
    ("entry_id", "event"),
    [
        ("{entry}", "no-such-event"),
        ("{entry}", "a b"),
        ("{entry}", "x" * 65),
        ("no-entry", "{event}"),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "{event}"),
    ],
)
async def test_what_does_not_exist_is_not_found(
    loaded: MockConfigEntry,
    event_id: str,
    hass_client: ClientSessionGenerator,
    entry_id: str,
    event: str,
) -> None:
    path = event_snapshot_path(entry_id.format(entry=loaded.entry_id), event.format(event=event_id))
    answer = await (await hass_client()).get(path)
    assert answer.status == HTTPStatus.NOT_FOUND
    assert "message" in await answer.json()


async def test_no_path_leads_elsewhere(
    loaded: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    for trick in ("..%2f..%2finfo", "%2e%2e", "a%2fb"):
        answer = await client.get(event_snapshot_path(loaded.entry_id, trick))
        assert answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}


async def test_an_entry_of_another_integration_is_not_ours(
    hass: HomeAssistant, path: str, event_id: str, hass_client: ClientSessionGenerator
) -> None:
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    answer = await (await hass_client()).get(event_snapshot_path(other.entry_id, event_id))
    assert answer.status == HTTPStatus.NOT_FOUND


async def test_an_unloaded_entry_serves_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, path: str, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    await hass.config_entries.async_unload(loaded.entry_id)
    assert (await client.get(path)).status == HTTPStatus.NOT_FOUND


async def test_an_agent_that_is_gone_is_said_so(
    path: str, agent: AgentThread, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    await agent.stop()
    answer = await client.get(path)
    assert answer.status == HTTPStatus.BAD_GATEWAY
    assert "127.0.0.1" not in (await answer.json())["message"]
