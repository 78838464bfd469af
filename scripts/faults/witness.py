"""A client beside Home Assistant, on the agent's side of the network: remembers all it is told."""

import asyncio
import socket
from contextlib import nullcontext, suppress
from pathlib import Path

import aiohttp

from pi_agent.protocol import EventMessage, EventState, MotionEvent, decode_message
from pi_agent.protocol.codec import decode
from pi_agent.protocol.documents import EventPage
from scripts.stage import Agent, StageError
from scripts.stage.program import installed

from .namespaces import Namespaces

CAMERA = "/api/v1/cameras/camera"
_COMMAND_SECONDS = 30.0
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=30)
_SETTINGS = {
    "cool_down_seconds": 0.5,
    "pre_roll_seconds": 1,
    "post_roll_seconds": 0,
    "longest_event_seconds": 5,
}


class Witness:
    """`announced` holds each event as it was told last; `problems` what must not be."""

    def __init__(self, agent: Agent, token: str, namespaces: Namespaces | None) -> None:
        self.announced: dict[str, MotionEvent] = {}
        self.problems: list[str] = []
        self.connections = 0
        self._agent = agent
        self._token = token
        self._namespaces = namespaces
        self._revision = 0

    @classmethod
    async def of(cls, agent: Agent, data_dir: Path, namespaces: Namespaces | None) -> Witness:
        """A witness with a token of its own."""
        process = await asyncio.create_subprocess_exec(
            *(installed("pi-agent"), "tokens", "create", "witness", "--data-dir", data_dir),
            stdout=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(_COMMAND_SECONDS):
            token, _ = await process.communicate()
        return cls(agent, token.decode().strip(), namespaces)

    async def shorten_events(self) -> None:
        """Let events of the camera end soon, so that there are many."""
        async with (
            self._session() as session,
            session.patch(self._url(f"{CAMERA}/settings"), json=_SETTINGS, ssl=False) as answer,
        ):
            if not answer.ok:
                raise StageError(f"the settings were refused: {await answer.text()}")

    async def listen(self) -> None:
        """Hear everything, again and again from where it broke off; until cancelled."""
        async with self._session() as session:
            while True:
                with suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                    await self._listen_once(session)
                await asyncio.sleep(0.1)

    async def settled(self) -> dict[str, MotionEvent] | None:
        """Every event that the agent has, once each has ended and has its clip or a reason."""
        events = await self.all_events()
        return events if all(_is_done(event) for event in events.values()) else None

    async def all_events(self) -> dict[str, MotionEvent]:
        """Every event that the agent has now."""
        found: dict[str, MotionEvent] = {}
        query = "?limit=100"
        async with self._session() as session:
            while True:
                async with session.get(self._url(f"/api/v1/events{query}"), ssl=False) as answer:
                    page = decode(EventPage, await answer.json())
                found |= {event.id: event for event in page.events}
                if page.cursor is None:
                    return found
                query = f"?limit=100&cursor={page.cursor}"

    async def _listen_once(self, session: aiohttp.ClientSession) -> None:
        url = self._url(f"/api/v1/ws?since={self._revision}")
        async with session.ws_connect(url, ssl=False, heartbeat=5) as socket:
            self.connections += 1
            async for frame in socket:
                message = decode_message(frame.data) if isinstance(frame.data, str) else None
                if isinstance(message, EventMessage):
                    self._take(message.event)

    def _take(self, event: MotionEvent) -> None:
        known = self.announced.get(event.id)
        if event.revision <= self._revision:
            self.problems.append(f"revision {event.revision} was told twice to one client")
        if known is not None and known.state is EventState.ENDED != event.state:
            self.problems.append(f"event {event.id} was ended and is {event.state.value} again")
        self._revision = max(self._revision, event.revision)
        self.announced[event.id] = event

    def _session(self) -> aiohttp.ClientSession:
        headers = {"Authorization": f"Bearer {self._token}"}
        connector = aiohttp.TCPConnector(socket_factory=self._socket)
        return aiohttp.ClientSession(headers=headers, connector=connector, timeout=_TIMEOUT)

    def _socket(self, address: aiohttp.AddrInfoType) -> socket.socket:
        """One on the agent's side: what is done to the network is not done to the witness."""
        family, kind, protocol, *_ = address
        with self._namespaces.agents_side() if self._namespaces else nullcontext():
            made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    def _url(self, path: str) -> str:
        return f"https://{self._agent.address}{path}"


def _is_done(event: MotionEvent) -> bool:
    has_clip = event.clip is not None or event.clip_error is not None
    return event.state is EventState.ENDED and has_clip
