"""A client of the event websocket: the first who can know."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp

from pi_agent.protocol import EventMessage, EventState, MotionMessage, decode_message

from .agent_process import RunningAgent
from .moments import Moments

EVENT = "websocket client: event"
MOTION = "websocket client: motion"


@asynccontextmanager
async def listening(agent: RunningAgent, moments: Moments) -> AsyncIterator[None]:
    """Take down, while the block runs, when frames decided and when the client heard of it."""
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {agent.token}"}) as session,
        session.ws_connect(
            f"wss://{agent.address}/api/v1/ws", ssl=aiohttp.Fingerprint(agent.certificate_sha256)
        ) as websocket,
    ):
        task = asyncio.create_task(_listen(websocket, moments), name="websocket-listener")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _listen(websocket: aiohttp.ClientWebSocketResponse, moments: Moments) -> None:
    moving = False
    async for frame in websocket:
        now = time.time()
        message = decode_message(frame.data)
        if isinstance(message, EventMessage) and message.event.state is EventState.STARTED:
            moments.heard[EVENT].append(now)
            moments.decide(message.event.started_at.timestamp())
        elif isinstance(message, MotionMessage):
            if message.active and not moving:
                moments.heard[MOTION].append(now)
            moving = message.active
