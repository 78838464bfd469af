"""A client beside Home Assistant: makes events happen, and remembers all that was announced."""

import asyncio
import random
from contextlib import suppress
from pathlib import Path

import aiohttp

from pi_agent.protocol import EventMessage, EventState, MotionEvent, decode_message
from scripts.stage import StageError
from scripts.stage.agent import Agent
from scripts.stage.program import installed

_CAMERA = "/api/v1/cameras/camera"
_TRIGGER_SECONDS = 1.0
_PAUSE_SECONDS = (3.0, 6.0)  # between two events made by hand
_COMMAND_SECONDS = 30.0


class Witness:
    """`announced` holds each event as it was told last; `problems` what must not be."""

    def __init__(self, agent: Agent, token: str) -> None:
        self.announced: dict[str, MotionEvent] = {}
        self.problems: list[str] = []
        self.connections = 0
        self._agent = agent
        self._headers = {"Authorization": f"Bearer {token}"}
        self._revision = 0

    @classmethod
    async def of(cls, agent: Agent, data_dir: Path) -> Witness:
        """A witness with a token of its own."""
        process = await asyncio.create_subprocess_exec(
            *(installed("pi-agent"), "tokens", "create", "witness", "--data-dir", data_dir),
            stdout=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(_COMMAND_SECONDS):
            token, _ = await process.communicate()
        return cls(agent, token.decode().strip())

    async def listen(self) -> None:
        """Hear everything, again and again from where it broke off; until cancelled."""
        async with aiohttp.ClientSession(headers=self._headers) as session:
            while True:
                with suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                    await self._listen_once(session)
                await asyncio.sleep(0.1)

    async def make_events(self) -> None:
        """Trigger one now and then; until cancelled."""
        async with aiohttp.ClientSession(headers=self._headers) as session:
            while True:
                await asyncio.sleep(random.uniform(*_PAUSE_SECONDS))  # noqa: S311
                with suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                    await self._post(session, f"{_CAMERA}/trigger", {"seconds": _TRIGGER_SECONDS})

    async def shorten_events(self) -> None:
        """Let events of the camera end soon, so that there are many."""
        settings = {
            "cool_down_seconds": 0.5,
            "pre_roll_seconds": 1,
            "post_roll_seconds": 0,
            "longest_event_seconds": 5,
        }
        async with (
            aiohttp.ClientSession(headers=self._headers) as session,
            session.patch(self._url(f"{_CAMERA}/settings"), json=settings, ssl=False) as answer,
        ):
            if not answer.ok:
                raise StageError(f"the settings were refused: {await answer.text()}")

    async def kept(self) -> dict[str, MotionEvent]:
        """The events that the agent has now, by asking it for all of them."""
        before = self._revision
        other = Witness(self._agent, self._headers["Authorization"].partition(" ")[2])
        listening = asyncio.create_task(other.listen(), name="recount")
        try:
            async with asyncio.timeout(60):
                while other._revision < before:
                    await asyncio.sleep(0.1)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        return other.announced

    async def _listen_once(self, session: aiohttp.ClientSession) -> None:
        url = self._url(f"/api/v1/ws?since={self._revision}")
        async with session.ws_connect(url, ssl=False, heartbeat=5) as socket:
            self.connections += 1
            async for text in socket:
                message = decode_message(text.data) if isinstance(text.data, str) else None
                if isinstance(message, EventMessage):
                    self._take(message.event)

    def _take(self, event: MotionEvent) -> None:
        known = self.announced.get(event.id)
        if event.revision <= self._revision:
            self.problems.append(f"revision {event.revision} was told twice")
        if known is not None and known.state is EventState.ENDED != event.state:
            self.problems.append(f"event {event.id} was ended and is {event.state.value} again")
        self._revision = max(self._revision, event.revision)
        self.announced[event.id] = event

    async def _post(self, session: aiohttp.ClientSession, path: str, body: object) -> None:
        timeout = aiohttp.ClientTimeout(total=3)
        async with session.post(self._url(path), json=body, ssl=False, timeout=timeout):
            pass

    def _url(self, path: str) -> str:
        return f"https://{self._agent.address}{path}"
