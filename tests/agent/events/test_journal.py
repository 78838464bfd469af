"""Save, then tell; and what becomes of an event when the disk fails."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from pi_agent.errors import StorageError
from pi_agent.events import EventFeed, EventJournal, journal as journal_module
from pi_agent.protocol import EventMessage, EventState, MotionEvent, decode_message
from pi_agent.runtime.durable_files import FileDigest
from pi_agent.storage import Database, EventStore, database_worker
from tests.agent.storage.test_event_store import START, motion_event

DIGEST = FileDigest(size=1000, sha256="c" * 64)


class Recorded:
    """A journal over a real store, and what its feed and it said."""

    def __init__(self, database: Database) -> None:
        self.feed = EventFeed()
        self.store = EventStore(database, now=START.timestamp)
        self.told: list[MotionEvent] = []
        self.problems: list[str | None] = []
        self.pictures = 0
        self.journal = EventJournal(
            self.store,
            self.feed,
            on_problem=self.problems.append,
            on_picture=self._note_picture,
        )

    def _note_picture(self) -> None:
        self.pictures += 1


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so; at most ten seconds."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def ended(number: int) -> MotionEvent:
    end = START + timedelta(hours=1)
    return motion_event(number, state=EventState.ENDED, ended_at=end)


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    """The disk under the database takes no writes while the block runs."""
    # A new connection after each failure: it must be as read-only as the one before.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database_worker, "connect_for_writing", lambda _path: refuse())
        database.call(lambda c: c.execute("PRAGMA query_only = 1"))
        yield
        database.submit(lambda c: c.execute("PRAGMA query_only = 0"), begin="BEGIN").result()


def refuse() -> sqlite3.Connection:
    raise sqlite3.OperationalError("attempt to write a readonly database")


@asynccontextmanager
async def recording(database: Database) -> AsyncIterator[Recorded]:
    """Run a journal; once the block is left everything is written and `told` is complete."""
    recorded = Recorded(database)
    with recorded.feed.subscribed() as subscription:
        await recorded.journal.start()
        yield recorded
        await recorded.journal.close()
        while not subscription.is_empty:
            entry = await subscription.next()
            assert entry is not None
            message = decode_message(entry[1])
            assert isinstance(message, EventMessage)
            recorded.told.append(message.event)


async def test_an_event_is_on_disk_before_it_is_told(database: Database) -> None:
    started = motion_event(1)
    async with recording(database) as recorded:
        recorded.journal.record(started, b"picture")
    (told,) = recorded.told
    assert told == await recorded.store.find(started.id)
    assert told.snapshot == "/api/v1/events/event-0001/snapshot.jpg"
    assert await recorded.store.picture(told.id) == b"picture"
    assert recorded.pictures == 1


async def test_changes_are_told_in_order_and_keep_the_snapshot(
    database: Database,
) -> None:
    started = motion_event(1)
    ended = replace(started, state=EventState.ENDED, ended_at=START + timedelta(hours=1))
    async with recording(database) as recorded:
        recorded.journal.record(started, b"picture")
        recorded.journal.record(replace(started, state=EventState.UPDATED, score=50.0))
        recorded.journal.record(ended)
    assert [(event.revision, event.state) for event in recorded.told] == [
        (1, EventState.STARTED),
        (2, EventState.UPDATED),
        (3, EventState.ENDED),
    ]
    assert {event.snapshot for event in recorded.told} == {"/api/v1/events/event-0001/snapshot.jpg"}


async def test_while_the_database_takes_nothing_changes_wait_and_none_is_lost(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_RETRY_SECONDS", 0.01)
    async with recording(database) as recorded:
        recorded.journal.record(motion_event(1), b"picture")
        await until(lambda: recorded.problems)
        with read_only(database):
            recorded.journal.record(replace(motion_event(1), state=EventState.UPDATED, score=9.0))
            for number in range(2, 6):
                recorded.journal.record(motion_event(number), b"picture")
                recorded.journal.record(ended(number))
            recorded.journal.record(ended(1))
            await until(lambda: recorded.problems[-1] is not None)
            assert recorded.problems[-1] == "the disk is read-only"
            with pytest.raises(StorageError, match="read-only"):
                await recorded.journal.set_keep("event-0001", keep=True)
        await until(lambda: recorded.problems[-1] is None)
    assert [event.revision for event in recorded.told] == list(range(1, 12))
    assert [event.id for event in recorded.told if event.state is EventState.ENDED] == [
        "event-0002", "event-0003", "event-0004", "event-0005", "event-0001",
    ]  # fmt: skip
    assert recorded.journal.lost_events == 0
    assert len(await recorded.store.events_with_pictures()) == 5


async def test_a_clip_is_a_change_of_its_own(database: Database) -> None:
    async with recording(database) as recorded:
        recorded.journal.record(motion_event(1))
        recorded.journal.record(ended(1))
        await until(lambda: recorded.problems)
        clipped = await recorded.journal.record_clip("event-0001", DIGEST)
        assert await recorded.journal.record_clip("event-0009", DIGEST) is None
    assert [event.revision for event in recorded.told] == [1, 2, 3]
    assert recorded.told[-1] == clipped
    assert clipped is not None
    assert clipped.clip == "/api/v1/events/event-0001/clip.mp4"


async def test_changes_from_all_sides_are_told_in_order_of_revision(
    database: Database,
) -> None:
    async with recording(database) as recorded:
        for number in range(20):
            recorded.journal.record(motion_event(number), b"picture")
        await until(lambda: recorded.problems)
        wishes = [
            recorded.journal.set_keep(f"event-{number:04}", keep=True) for number in range(20)
        ]
        for number in range(20):
            recorded.journal.record(ended(number))
        await asyncio.gather(*wishes)
    assert [event.revision for event in recorded.told] == list(range(1, 61))
    last = {event.id: event for event in recorded.told}
    assert all(event.keep and event.state is EventState.ENDED for event in last.values())


async def test_a_disk_that_is_behind_costs_updates_but_never_a_start_or_an_end(
    database: Database,
) -> None:
    started = motion_event(1)
    async with recording(database) as recorded:
        for score in range(100):
            recorded.journal.record(replace(started, state=EventState.UPDATED, score=float(score)))
        recorded.journal.record(motion_event(2), b"picture")
        recorded.journal.record(replace(started, state=EventState.ENDED, ended_at=START))
    states = [event.state for event in recorded.told]
    assert len(states) < 100
    assert states[-2:] == [EventState.STARTED, EventState.ENDED]


async def test_an_event_left_open_by_a_crash_is_ended_at_the_next_start(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with recording(database) as recorded:
        await recorded.store.save(motion_event(1))
    async with recording(database) as recorded:
        found = await recorded.store.find("event-0001")
    assert found is not None
    assert found.state is EventState.ENDED
    assert "was still open" in caplog.text


async def test_on_a_disk_that_is_read_only_at_the_start_it_is_ended_and_told_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_RETRY_SECONDS", 0.01)
    recorded = Recorded(database)
    await recorded.store.save(motion_event(1))
    with recorded.feed.subscribed() as subscription:
        with read_only(database):
            await recorded.journal.start()
            assert recorded.problems == ["the disk is read-only"]
        entry = await asyncio.wait_for(subscription.next(), 10)
        await recorded.journal.close()
    assert entry is not None
    message = decode_message(entry[1])
    assert isinstance(message, EventMessage)
    assert message.event.state is EventState.ENDED


async def test_closing_twice_is_harmless(database: Database) -> None:
    async with recording(database) as recorded:
        await recorded.journal.close()
