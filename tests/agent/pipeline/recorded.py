"""A whole agent whose camera a test decides, and everything that it told of events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pi_agent.protocol import EventMessage, MotionEvent, SettingsPatch, decode_message
from tests.agent_fixture import RunningAgent, running_agent
from tests.clips import DecodedClip, decoded_clip
from tests.scripted_source import ScriptedSource

ENCODE_SECONDS = 120.0  # clips are made at low priority: beside other work it may take its time
_SHORT = {"pre_roll_seconds": 3, "post_roll_seconds": 2, "cool_down_seconds": 2}


@dataclass(slots=True, kw_only=True)
class Recorded:
    """A running agent and what it told."""

    running: RunningAgent
    source: ScriptedSource
    told: list[MotionEvent] = field(default_factory=list)

    async def set(self, **changes: object) -> None:
        """Change the camera's settings."""
        await self.running.agent.cameras.find("porch").change_settings(SettingsPatch(changes))

    async def until(self, wanted: Callable[[MotionEvent], object]) -> MotionEvent:
        """The first event that was or will be told and is as wanted; at most twenty seconds."""
        async with asyncio.timeout(20):
            while True:
                found = next((event for event in self.told if wanted(event)), None)
                if found is not None:
                    return found
                await asyncio.sleep(0.01)

    async def clips(self, count: int) -> list[tuple[MotionEvent, DecodedClip]]:
        """The events in order, once so many have their clip, each with it."""
        async with asyncio.timeout(ENCODE_SECONDS):
            while len({event.id for event in self.told if event.clip}) < count:
                await asyncio.sleep(0.02)
        media = self.running.agent.recording.media
        newest = {event.id: event for event in self.told}
        with_clip = sorted(
            (event for event in newest.values() if event.clip), key=lambda e: e.revision
        )
        return [(e, decoded_clip(media.clip_path(e).read_bytes())) for e in with_clip]


@asynccontextmanager
async def recording(
    data_dir: Path, source: ScriptedSource, **settings: object
) -> AsyncIterator[Recorded]:
    """An agent with short cool-down and post-roll, or with the settings that are given."""
    async with running_agent(data_dir, sources={"scripted": source}) as running:
        recorded = Recorded(running=running, source=source)
        await recorded.set(**{**_SHORT, **settings})
        with running.agent.feed.subscribed() as subscription:

            async def listen() -> None:
                while (entry := await subscription.next()) is not None:
                    message = decode_message(entry[1])
                    if isinstance(message, EventMessage):
                        recorded.told.append(message.event)

            listening = asyncio.create_task(listen())
            try:
                yield recorded
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
