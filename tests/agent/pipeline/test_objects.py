"""Objects in events, with a whole agent and a real network: told, wanted, waited for."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from pi_agent.protocol import (
    EventCause,
    EventState,
    TriggerRequest,
)
from tests.agent.events.test_journal import read_only
from tests.onnx_file import walker_model
from tests.scripted_source import ScriptedSource

from .recorded import Recorded, recording

SEEN, UNSEEN = ("walker",), ("runner",)


@pytest.fixture
async def watched(tmp_path: Path, source: ScriptedSource) -> AsyncIterator[Recorded]:
    """An agent that knows walkers."""
    (tmp_path / "models").mkdir()
    walker_model(tmp_path / "models" / "walkers.onnx")
    async with recording(tmp_path, source, cool_down_seconds=5) as watched:
        async with asyncio.timeout(20):
            while not watched.running.agent.looker.runtimes:
                await asyncio.sleep(0.02)
        source.still(5)
        yield watched


async def test_what_was_seen_is_told_and_kept(watched: Recorded) -> None:
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


async def test_events_can_wait_for_what_is_wanted(watched: Recorded) -> None:
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


@contextmanager
def looker_stopped(watched: Recorded) -> Iterator[None]:
    """Nobody answers what is to be seen while the block runs."""
    process = watched.running.agent.looker._process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    yield
    process.send_signal(signal.SIGCONT)


async def looks(watched: Recorded, count: int) -> None:
    camera = watched.running.agent.cameras.find("porch")
    async with asyncio.timeout(20):
        while camera.objects.looks < count:
            await asyncio.sleep(0.02)


async def test_labels_that_the_disk_did_not_take_are_told_with_the_next_look(
    watched: Recorded,
) -> None:
    with ExitStack() as failing:
        with looker_stopped(watched):
            watched.source.walk(90)
            await watched.until(lambda event: event.state is EventState.STARTED)
            failing.enter_context(read_only(watched.running.agent.database))
        await looks(watched, 2)
        assert not [event for event in watched.told if event.labels]
    event = await watched.until(lambda event: event.labels)
    assert event.state is EventState.UPDATED
    assert [label.name for label in event.labels] == ["walker"]


async def test_labels_that_the_disk_did_not_take_are_told_though_the_event_is_over(
    watched: Recorded,
) -> None:
    await watched.set(cool_down_seconds=1)
    with ExitStack() as failing:
        with looker_stopped(watched):
            watched.source.walk(90)
            watched.source.still(5)
            await watched.until(lambda event: event.state is EventState.STARTED)
            failing.enter_context(read_only(watched.running.agent.database))
        objects = watched.running.agent.cameras.find("porch").objects
        async with asyncio.timeout(30):
            while objects._event is not None:
                await asyncio.sleep(0.02)
        assert objects.looks > 1
        assert not [event for event in watched.told if event.labels]
    event = await watched.until(
        lambda event: event.state is EventState.ENDED and event.labels,
    )
    assert [label.name for label in event.labels] == ["walker"]
    stored = await watched.running.agent.events.find(event.id)
    assert stored is not None
    assert stored.labels == event.labels


async def test_what_is_not_wanted_makes_no_event(watched: Recorded) -> None:
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


async def test_without_a_model_no_event_waits(watched: Recorded) -> None:
    await watched.set(only_labels=True, labels=UNSEEN)
    watched.running.agent.looker._folder.choose(())
    await watched.running.agent.looker.look(b"", None, least=0.5)
    watched.source.walk(60)
    watched.source.still(2)
    await watched.until(lambda event: event.state is EventState.STARTED)
