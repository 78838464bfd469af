"""Info, stills, settings and triggers as a client sees them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pi_agent.pipeline import CameraPipeline
from pi_agent.protocol import (
    AgentInfo,
    CameraMessage,
    CameraState,
    EventCause,
    EventMessage,
    SettingsMessage,
    decode,
)
from tests.agent_fixture import running_agent
from tests.pictures import decoded
from tests.scripted_source import HEIGHT, WIDTH, ScriptedSource

from .conftest import Api, paired

SETTINGS = "/api/v1/cameras/porch/settings"
SNAPSHOT = "/api/v1/cameras/porch/snapshot.jpg"


async def online(api: Api, source: ScriptedSource) -> None:
    """Feed a first picture and wait until the agent has noticed."""
    async with api.events() as listener:
        await listener.hello()
        source.still(0.1)
        await listener.until(
            lambda m: isinstance(m, CameraMessage) and m.state is CameraState.ONLINE
        )


async def test_info_tells_the_cameras_and_their_state(api: Api, source: ScriptedSource) -> None:
    await online(api, source)
    status, body = await api.json("GET", "/api/v1/info")
    info = decode(AgentInfo, body)
    assert status == 200
    assert (info.agent_id, info.name) == (api.agent.agent_id, "Porch Pi")
    (camera,) = info.cameras
    assert (camera.id, camera.name, camera.encoder) == ("porch", "Porch", "source")
    assert camera.status.state is CameraState.ONLINE
    assert camera.status.size is not None
    assert (camera.status.size.width, camera.status.size.height) == (WIDTH, HEIGHT)


async def test_a_snapshot_is_the_newest_picture_at_the_width_asked_for(
    api: Api, source: ScriptedSource
) -> None:
    await online(api, source)
    for query, width in (("", WIDTH), ("?width=160", 160), ("?width=9", None)):
        async with api.request("GET", SNAPSHOT + query) as answer:
            if width is None:
                assert answer.status == 400
                assert (await answer.json())["error"]["field"] == "width"
                continue
            assert answer.headers["Content-Type"] == "image/jpeg"
            assert float(answer.headers["X-Timestamp"]) > 1_700_000_000
            assert decoded(await answer.read()).shape[1] == width


async def test_a_camera_that_is_not_there_yet_says_why(api: Api) -> None:
    status, error = await api.error("GET", SNAPSHOT)
    assert (status, error["code"]) == (503, "unavailable")
    assert error["message"] == "the camera is starting"


async def test_an_unknown_camera_is_told_with_those_there_are(api: Api) -> None:
    for path in (SNAPSHOT, SETTINGS, "/api/v1/cameras/porch/stream.mjpg"):
        status, error = await api.error("GET", path.replace("porch", "poch"))
        assert (status, error["code"]) == (404, "not_found")
        assert "cameras are: porch" in error["message"]


async def test_an_unknown_path_and_a_wrong_method_are_told(api: Api) -> None:
    status, error = await api.error("GET", "/api/v1/nothing")
    assert (status, error["code"]) == (404, "not_found")
    status, error = await api.error("DELETE", SETTINGS)
    assert (status, error["code"]) == (405, "method_not_allowed")


async def test_a_change_of_settings_is_kept_told_and_comes_back_after_a_restart(
    tmp_path: Path,
) -> None:
    async with (
        running_agent(tmp_path, sources={"scripted": ScriptedSource()}) as agent,
        paired(agent) as api,
        api.events() as listener,
    ):
        await listener.hello()
        status, body = await api.json("PATCH", SETTINGS, json={"sensitivity": 77})
        assert (status, body["sensitivity"]) == (200, 77)
        told = await listener.until(lambda m: isinstance(m, SettingsMessage))
        assert isinstance(told, SettingsMessage)
        assert told.settings.sensitivity == 77
    async with (
        running_agent(tmp_path, sources={"scripted": ScriptedSource()}) as agent,
        paired(agent) as api,
    ):
        _, body = await api.json("GET", SETTINGS)
        assert body["sensitivity"] == 77


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sensitivity": 101}, "sensitivity"),
        ({"sensitivity": 60, "motion": "yes"}, "motion"),
        ({"sensitivty": 60}, "sensitivty"),
        ({"zones": [{"name": "a", "points": [[0, 0]]}]}, "zones[0].points"),
    ],
)
async def test_a_wrong_change_names_its_field_and_changes_nothing(
    api: Api, change: dict[str, Any], field: str
) -> None:
    _, before = await api.json("GET", SETTINGS)
    status, error = await api.error("PATCH", SETTINGS, json=change)
    assert (status, error["field"]) == (400, field)
    assert await api.json("GET", SETTINGS) == (200, before)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 50_000])
async def test_a_body_that_is_no_object_is_told(api: Api, body: bytes) -> None:
    status, error = await api.error("PATCH", SETTINGS, data=body)
    assert (status, error["code"]) == (400, "invalid")


async def test_a_body_beyond_bounds_is_refused(api: Api) -> None:
    status, error = await api.error("PATCH", SETTINGS, data=b" " * 200_000)
    assert (status, error["code"]) == (413, "too_large")


async def test_privacy_mode_lets_go_of_the_camera_and_says_so(
    api: Api, source: ScriptedSource
) -> None:
    await online(api, source)
    async with api.events() as listener:
        await listener.hello()
        await api.json("PATCH", SETTINGS, json={"privacy": True})
        await listener.until(
            lambda m: isinstance(m, CameraMessage) and m.state is CameraState.PRIVACY
        )
        status, error = await api.error("GET", SNAPSHOT)
        assert (status, error["message"]) == (503, "privacy mode is on")
        status, error = await api.error("POST", "/api/v1/cameras/porch/trigger", json={})
        assert status == 503
        assert source.closed == source.opened == 1
        await api.json("PATCH", SETTINGS, json={"privacy": False})
        source.still(0.1)
        await listener.until(
            lambda m: isinstance(m, CameraMessage) and m.state is CameraState.ONLINE
        )
    assert source.opened == 2


async def test_a_lost_camera_is_told_with_the_reason(api: Api, source: ScriptedSource) -> None:
    await online(api, source)
    async with api.events() as listener:
        await listener.hello()
        source.break_off("the cable is loose")
        lost = await listener.until(lambda m: isinstance(m, CameraMessage))
        assert isinstance(lost, CameraMessage)
        assert (lost.state, lost.reason) == (CameraState.OFFLINE, "the cable is loose")
    status, error = await api.error("GET", SNAPSHOT)
    assert (status, error["message"]) == (503, "the cable is loose")


async def test_an_event_can_be_started_by_hand(api: Api, source: ScriptedSource) -> None:
    await online(api, source)
    async with api.events() as listener:
        await listener.hello()
        status, _ = await api.json(
            "POST", "/api/v1/cameras/porch/trigger", json={"cause": "pir", "seconds": 2}
        )
        assert status == 202
        source.still(1)
        started = await listener.until(lambda m: isinstance(m, EventMessage))
        assert isinstance(started, EventMessage)
        assert started.event.cause is EventCause.PIR


@pytest.mark.parametrize(
    ("body", "field"), [({"cause": "ghost"}, "cause"), ({"seconds": 0}, "seconds")]
)
async def test_a_wrong_trigger_names_its_field(api: Api, body: dict[str, Any], field: str) -> None:
    status, error = await api.error("POST", "/api/v1/cameras/porch/trigger", json=body)
    assert (status, error["field"]) == (400, field)


async def test_metrics_tell_each_camera(api: Api, source: ScriptedSource) -> None:
    await online(api, source)
    async with api.request("GET", "/metrics") as answer:
        text = await answer.text()
    assert 'pi_agent_camera_online{camera="porch"} 1' in text
    assert 'pi_agent_viewers{camera="porch"} 0' in text
    assert "# TYPE pi_agent_dropped_frames_total counter" in text


async def test_counters_count_on_beyond_a_million(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CameraPipeline, "dropped_frames", 123_456_789)
    async with api.request("GET", "/metrics") as answer:
        text = await answer.text()
    assert 'pi_agent_dropped_frames_total{camera="porch"} 123456789\n' in text


async def test_half_a_character_is_answered_as_any_other_mistake(api: Api) -> None:
    status, error = await api.error("PATCH", SETTINGS, data='{"\\ud800": 1}')
    assert (status, error["code"]) == (400, "invalid")


async def test_two_changes_at_once_are_both_kept(api: Api) -> None:
    await asyncio.gather(
        api.json("PATCH", SETTINGS, json={"sensitivity": 61}),
        api.json("PATCH", SETTINGS, json={"cool_down_seconds": 9}),
    )
    _, body = await api.json("GET", SETTINGS)
    assert (body["sensitivity"], body["cool_down_seconds"]) == (61, 9)
