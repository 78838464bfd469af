"""Objects in events, with a whole agent and a real network: told, wanted, waited for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pi_agent.protocol import (
    EventCause,
    EventMessage,
    EventState,
    MotionEvent,
    SettingsPatch,
    TriggerRequest,
    decode_message,
)
from tests.agent_fixture import RunningAgent, running_agent
from tests.onnx_file import walker_model
from tests.scripted_source import ScriptedSource

SEEN, UNSEEN = ("walker",), ("runner",)


@dataclass(slots=True, kw_only=True)
class Watched:
    """A running agent whose events are written down."""

    running: RunningAgent
    source: ScriptedSource
    told: list[MotionEvent] = field(default_factory=list)

    async def set(self, **changes: object) -> None:
        await self.running.agent.cameras.find("porch").change_settings(SettingsPatch(changes))

    async def until(self, wanted: Callable[[MotionEvent], object]) -> MotionEvent:
        async with asyncio.timeout(20):
            while True:
                found = next((event for event in self.told if wanted(event)), None)
                if found is not None:
                    return found
                await asyncio.sleep(0.01)

    async def listen(self) -> None:
        with self.running.agent.feed.subscribed() as subscription:
            while (entry := await subscription.next()) is not None:
                message = decode_message(entry[1])
                if isinstance(message, EventMessage):
                    self.told.append(message.event)


@pytest.fixture
async def watched(tmp_path: Path, source: ScriptedSource) -> AsyncIterator[Watched]:
    (tmp_path / "models").mkdir()
    walker_model(tmp_path / "models" / "walkers.onnx")
    async with running_agent(tmp_path, sources={"scripted": source}) as running:
        watched = Watched(running=running, source=source)
        listening = asyncio.create_task(watched.listen())
        async with asyncio.timeout(20):
            while not running.agent.looker.runtimes:
                await asyncio.sleep(0.02)
        source.still(5)
        yield watched
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_what_was_seen_is_told_and_kept(watched: Watched) -> None:
    watched.source.walk(60)
    watched.source.still(8)
    event = await watched.until(lambda event: event.labels)
    assert [label.name for label in event.labels] == ["walker"]
    ended = await watched.until(lambda event: event.state is EventState.ENDED)
    assert [label.name for label in ended.labels] == ["walker"]
    camera = watched.running.agent.cameras.find("porch")
    assert camera.status.labels == ("runner", "walker")
    assert "objects" in camera.info.capabilities
    assert camera.objects.looks > 0


async def test_events_can_wait_for_what_is_wanted(watched: Watched) -> None:
    await watched.set(only_labels=True, labels=SEEN, cool_down_seconds=1)
    watched.source.walk(60)
    watched.source.still(4)
    first = await watched.until(lambda event: True)
    assert first.state is EventState.STARTED
    assert [label.name for label in first.labels] == ["walker"]
    assert first.snapshot is not None
    await watched.until(lambda event: event.state is EventState.ENDED and event.id == first.id)
    with_clip = await watched.until(lambda event: event.clip is not None)
    assert with_clip.id == first.id


async def test_what_is_not_wanted_makes_no_event(watched: Watched) -> None:
    await watched.set(only_labels=True, labels=UNSEEN, cool_down_seconds=1)
    watched.source.walk(60)
    watched.source.still(4)
    camera = watched.running.agent.cameras.find("porch")
    async with asyncio.timeout(20):
        while camera.objects.looks < 2:
            await asyncio.sleep(0.02)
    assert watched.told == []
    camera.trigger(TriggerRequest(cause=EventCause.PIR, seconds=1))
    await watched.until(lambda event: event.state is EventState.STARTED)
    assert watched.told[0].snapshot is not None, "another sensor's word is not waited for"


async def test_without_a_model_no_event_waits(watched: Watched) -> None:
    await watched.set(only_labels=True, labels=UNSEEN)
    watched.running.agent.looker._folder.choose(())
    await watched.running.agent.looker.look(b"", None, least=0.5)
    watched.source.walk(60)
    watched.source.still(2)
    await watched.until(lambda event: event.state is EventState.STARTED)
