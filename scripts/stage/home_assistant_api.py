"""Home Assistant's REST and websocket API, as its own frontend uses it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

import aiohttp

from .errors import StageError
from .home_assistant_socket import HomeAssistantSocket
from .waiting import eventually

_REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityState:
    """An entity's state as it was at a time."""

    entity_id: str
    state: str
    attributes: Mapping[str, Any]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """The state in Home Assistant's JSON."""
        return cls(
            entity_id=data["entity_id"],
            state=data["state"],
            attributes=MappingProxyType(data["attributes"]),
        )


class HomeAssistantApi:
    """One user's access."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, socket: HomeAssistantSocket
    ) -> None:
        self._session = session
        self._url = url
        self.socket = socket

    @classmethod
    @asynccontextmanager
    async def of_new_owner(cls, url: str, *, user: str, password: str) -> AsyncIterator[Self]:
        """Make the first user of the Home Assistant at `url`, and act as that user."""
        async with aiohttp.ClientSession(timeout=_REQUEST_TIMEOUT) as session:
            token = await _onboard(session, url, user=user, password=password)
            session.headers["Authorization"] = f"Bearer {token}"
            async with HomeAssistantSocket.connected(session, url, token) as socket:
                yield cls(session, url, socket)

    async def until_running(self, *, within_seconds: float = 60.0) -> None:
        """Return when Home Assistant has set up everything."""

        async def look() -> bool | None:
            return (await self.get("/api/config"))["state"] == "RUNNING" or None

        await eventually("Home Assistant is running", look, within_seconds=within_seconds)

    async def get(self, path: str) -> Any:
        """The JSON at `path`."""
        async with self._session.get(self._url + path) as answer:
            return await _json(answer)

    async def get_bytes(self, path: str) -> tuple[str, bytes]:
        """Content type and body of what is at `path`."""
        async with self._session.get(self._url + path) as answer:
            if not answer.ok:
                raise StageError(f"GET {answer.url.path}: {answer.status} {await answer.text()}")
            return answer.content_type, await answer.read()

    async def post(self, path: str, data: Mapping[str, Any]) -> Any:
        """The JSON that answers `data` sent to `path`."""
        async with self._session.post(self._url + path, json=dict(data)) as answer:
            return await _json(answer)

    async def state(self, entity_id: str) -> EntityState:
        """The entity as it is now."""
        return EntityState.of(await self.get(f"/api/states/{entity_id}"))

    @asynccontextmanager
    async def watched_states(self, entity_id: str) -> AsyncIterator[asyncio.Queue[EntityState]]:
        """A queue that gets every state that the entity takes from now on."""
        states: asyncio.Queue[EntityState] = asyncio.Queue()

        def take(event: Mapping[str, Any]) -> None:
            data = event["data"]
            if data["entity_id"] == entity_id and data["new_state"] is not None:
                states.put_nowait(EntityState.of(data["new_state"]))

        async with self.socket.subscribed("subscribe_events", take, event_type="state_changed"):
            yield states


async def _onboard(session: aiohttp.ClientSession, url: str, *, user: str, password: str) -> str:
    client_id = f"{url}/"
    owner = {
        "client_id": client_id,
        "name": user.capitalize(),
        "username": user,
        "password": password,
        "language": "en",
    }
    async with session.post(f"{url}/api/onboarding/users", json=owner) as answer:
        code = (await _json(answer))["auth_code"]
    grant = {"client_id": client_id, "grant_type": "authorization_code", "code": code}
    async with session.post(f"{url}/auth/token", data=grant) as answer:
        return str((await _json(answer))["access_token"])


async def _json(answer: aiohttp.ClientResponse) -> Any:
    if not answer.ok:
        text = await answer.text()
        raise StageError(f"{answer.method} {answer.url.path}: {answer.status} {text}")
    return await answer.json()
