"""Save, then tell; and what becomes of an event when the disk fails."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pi_agent.events import EventFeed, EventJournal
from pi_agent.protocol import EventMessage, EventState, MotionEvent, decode_message
from pi_agent.storage import Database, EventStore, MediaLibrary
from tests.agent.storage.test_event_store import START, motion_event


class Recorded:
    """A journal over a real store and folder, and what its feed said."""

    def __init__(self, store: EventStore, library: MediaLibrary, journal: EventJournal) -> None:
        self.store = store
        self.library = library
        self.journal = journal
        self.told: list[MotionEvent] = []


@asynccontextmanager
async def recording(database: Database, folder: Path) -> AsyncIterator[Recorded]:
    """Run a journal; once the block is left everything is written and `told` is complete."""
    feed = EventFeed()
    store = EventStore(database, now=START.timestamp)
    library = MediaLibrary(folder)
    recorded = Recorded(store, library, EventJournal(store, library, feed))
    with feed.subscribed() as subscription:
        await recorded.journal.start()
        yield recorded
        await recorded.journal.close()
        while not subscription.is_empty:
            entry = await subscription.next()
            assert entry is not None
            message = decode_message(entry[1])
            assert isinstance(message, EventMessage)
            recorded.told.append(message.event)


async def test_an_event_is_on_disk_before_it_is_told(database: Database, tmp_path: Path) -> None:
    started = motion_event(1)
    async with recording(database, tmp_path / "media") as recorded:
        recorded.journal.record(started, b"picture")
    (told,) = recorded.told
    assert told == await recorded.store.find(started.id)
    assert told.snapshot == "/api/v1/events/event-0001/snapshot.jpg"
    assert recorded.library.snapshot_path(told).read_bytes() == b"picture"


async def test_changes_are_told_in_order_and_keep_the_snapshot(
    database: Database, tmp_path: Path
) -> None:
    started = motion_event(1)
    ended = replace(started, state=EventState.ENDED, ended_at=START + timedelta(hours=1))
    async with recording(database, tmp_path / "media") as recorded:
        recorded.journal.record(started, b"picture")
        recorded.journal.record(replace(started, state=EventState.UPDATED, score=50.0))
        recorded.journal.record(ended)
    assert [(event.revision, event.state) for event in recorded.told] == [
        (1, EventState.STARTED),
        (2, EventState.UPDATED),
        (3, EventState.ENDED),
    ]
    assert {event.snapshot for event in recorded.told} == {"/api/v1/events/event-0001/snapshot.jpg"}


@pytest.mark.logs_errors
async def test_an_event_whose_snapshot_cannot_be_written_is_still_told(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    async with recording(database, tmp_path / "media") as recorded:
        recorded.journal.record(motion_event(1), b"picture")
    (told,) = recorded.told
    assert told.snapshot is None
    assert "snapshot of event event-0001 cannot be written" in caplog.text


async def test_a_disk_that_is_behind_costs_updates_but_never_a_start_or_an_end(
    database: Database, tmp_path: Path
) -> None:
    started = motion_event(1)
    async with recording(database, tmp_path / "media") as recorded:
        for score in range(100):
            recorded.journal.record(replace(started, state=EventState.UPDATED, score=float(score)))
        recorded.journal.record(motion_event(2), b"picture")
        recorded.journal.record(replace(started, state=EventState.ENDED, ended_at=START))
    states = [event.state for event in recorded.told]
    assert len(states) < 100
    assert states[-2:] == [EventState.STARTED, EventState.ENDED]


async def test_an_event_left_open_by_a_crash_is_ended_at_the_next_start(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with recording(database, tmp_path / "media") as recorded:
        await recorded.store.save(motion_event(1))
    async with recording(database, tmp_path / "media") as recorded:
        found = await recorded.store.find("event-0001")
    assert found is not None
    assert found.state is EventState.ENDED
    assert "was still open" in caplog.text


async def test_closing_twice_is_harmless(database: Database, tmp_path: Path) -> None:
    async with recording(database, tmp_path / "media") as recorded:
        await recorded.journal.close()
