"""That a camera was turned is told, also over a restart, until a user accepts the view."""

import asyncio
from pathlib import Path

import pytest

from pi_agent.protocol import CameraMessage, ServerMessage, routes
from pi_agent.storage import ViewStore
from tests.agent_fixture import running_agent
from tests.scripted_source import ScriptedSource

from .conftest import Api, paired

ACCEPT = routes.path(routes.ACCEPT_VIEW, camera="porch")
SETTINGS = routes.path(routes.SETTINGS, camera="porch")


def is_moved(message: ServerMessage) -> bool:
    return isinstance(message, CameraMessage) and message.moved is True


def is_not_moved(message: ServerMessage) -> bool:
    return isinstance(message, CameraMessage) and message.moved is False


def is_unknown(message: ServerMessage) -> bool:
    return isinstance(message, CameraMessage) and message.moved is None


async def told_by_info(api: Api) -> bool | None:
    _, body = await api.json("GET", routes.INFO)
    moved: bool | None = body["cameras"][0]["status"]["moved"]
    return moved


async def online(api: Api, source: ScriptedSource) -> None:
    """Until the camera shows something."""
    source.still(3)
    async with api.events() as listener:
        await listener.hello()
        await listener.until(lambda m: isinstance(m, CameraMessage) and m.covered is False)


async def accept(api: Api) -> None:
    assert await api.json("POST", ACCEPT) == (202, {})


async def test_a_camera_that_was_turned_is_told_until_its_view_is_accepted(
    api: Api, source: ScriptedSource
) -> None:
    await online(api, source)
    assert await told_by_info(api) is None
    async with api.events() as listener:
        await listener.hello()
        await accept(api)
        await listener.until(is_not_moved)
        source.still(20)
        source.turned(40)
        await listener.until(is_moved)
        assert await told_by_info(api) is True
        await accept(api)
        await listener.until(is_not_moved)
        source.turned(20)
        source.still(30)
        await listener.until(is_moved)
        await api.json("PATCH", SETTINGS, json={"motion": False})
        await listener.until(is_unknown)


async def test_a_camera_that_was_turned_while_the_agent_was_off_is_told(tmp_path: Path) -> None:
    source = ScriptedSource()
    async with running_agent(tmp_path, sources={"scripted": source}) as agent, paired(agent) as api:
        await online(api, source)
        await accept(api)
        source.still(20)
        async with asyncio.timeout(10):
            while await ViewStore(agent.agent.database).load("porch") is None:
                await asyncio.sleep(0.01)
    source = ScriptedSource()
    async with (
        running_agent(tmp_path, sources={"scripted": source}) as agent,
        paired(agent) as api,
        api.events() as listener,
    ):
        await listener.hello()
        source.turned(40)
        await listener.until(is_moved)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"motion": False}, "motion detection is off"), ({"privacy": True}, "privacy mode is on")],
)
async def test_a_view_that_nobody_looks_at_cannot_be_accepted(
    api: Api, source: ScriptedSource, change: dict[str, bool], reason: str
) -> None:
    await online(api, source)
    await api.json("PATCH", SETTINGS, json=change)
    status, error = await api.error("POST", ACCEPT)
    assert status == 503
    assert reason in error["message"]


async def test_a_camera_that_shows_nothing_yet_has_no_view_to_accept(api: Api) -> None:
    status, error = await api.error("POST", ACCEPT)
    assert (status, error["message"]) == (503, "the camera is starting")
    status, _ = await api.error("POST", routes.path(routes.ACCEPT_VIEW, camera="garden"))
    assert status == 404
