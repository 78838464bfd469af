"""What a client has asked for is done as a whole, even where it does not wait for the answer."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from pi_agent.protocol import EventMessage, EventState, ServerMessage, SettingsMessage
from pi_agent.storage import EventStore, SettingsStore

from .conftest import Api

SETTINGS = "/api/v1/cameras/porch/settings"


class HeldCall:
    """A method of the store that has done its work and is then held up."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self._method = method
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, *values: Any, **named: Any) -> Any:
        result = await self._method(*values, **named)
        self.begun.set()
        await self.go_on.wait()
        return result


def held(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> HeldCall:
    call = HeldCall(getattr(owner, name))

    async def method(*values: Any, **named: Any) -> Any:
        return await call(*values, **named)

    monkeypatch.setattr(owner, name, method)
    return call


async def ask_and_leave(api: Api, path: str, body: dict[str, Any], call: HeldCall) -> None:
    """A client that is gone, with its connection, before the answer."""
    headers = {"Authorization": f"Bearer {await api.agent.token('hasty')}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        hasty = Api(agent=api.agent, session=session)
        asking = asyncio.create_task(hasty.json("PATCH", path, json=body))
        await asyncio.wait_for(call.begun.wait(), 10)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    await asyncio.sleep(0.2)  # the agent has noticed
    call.go_on.set()


async def test_a_setting_that_was_saved_is_in_force(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = held(monkeypatch, SettingsStore, "save")
    async with api.events() as listener:
        await listener.hello()
        await ask_and_leave(api, SETTINGS, {"privacy": True}, call)
        message = await listener.until(lambda m: isinstance(m, SettingsMessage))
        assert isinstance(message, SettingsMessage)
        assert message.settings.privacy
    (camera,) = api.agent.agent.cameras
    assert camera.settings.privacy


async def test_a_change_of_an_event_that_was_saved_is_told(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with api.events() as listener:
        await listener.hello()
        await api.json("POST", "/api/v1/cameras/porch/trigger", json={"seconds": 1})
        ended = await listener.until(_is_settled)
        assert isinstance(ended, EventMessage)
        call = held(monkeypatch, EventStore, "amend")
        await ask_and_leave(api, f"/api/v1/events/{ended.event.id}", {"keep": True}, call)
        await listener.until(lambda m: isinstance(m, EventMessage) and m.event.keep)


def _is_settled(message: ServerMessage) -> bool:
    """Whether nothing but a client changes the event any more."""
    if not isinstance(message, EventMessage) or message.event.state is not EventState.ENDED:
        return False
    return bool(message.event.clip or message.event.clip_error)
