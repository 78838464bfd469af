"""Events: revisions without gaps, pages, what a crash left open."""

import asyncio
import hashlib
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pi_agent.errors import RequestError
from pi_agent.protocol import Box, EventCause, EventState, Label, MotionEvent, to_json
from pi_agent.runtime.durable_files import FileDigest
from pi_agent.storage import (
    CopyProgress,
    Database,
    EventQuery,
    EventStore,
    MediaDigests,
    StoredEvents,
)

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def motion_event(number: int, **changes: object) -> MotionEvent:
    event = MotionEvent(
        id=f"event-{number:04}",
        camera="porch",
        state=EventState.STARTED,
        cause=EventCause.MOTION,
        started_at=START + timedelta(minutes=number),
    )
    return replace(event, **changes)  # type: ignore[arg-type]


@pytest.fixture
def store(database: Database) -> EventStore:
    return EventStore(database, now=(START + timedelta(hours=5)).timestamp)


async def test_every_change_gets_the_next_revision(store: EventStore) -> None:
    first = await store.save(motion_event(1))
    second = await store.save(motion_event(2))
    ended = await store.save(replace(first, state=EventState.ENDED))
    assert [event.revision for event in (first, second, ended)] == [1, 2, 3]
    assert await store.newest_revision() == 3
    assert await store.find("event-0001") == ended


async def test_revisions_go_on_after_a_restart(tmp_path: Path) -> None:
    for expected in (1, 2):
        with closing(Database(tmp_path / "agent.db")) as database:
            store = EventStore(database, now=lambda: 0.0)
            assert (await store.save(motion_event(expected))).revision == expected


async def test_what_changed_after_a_revision_is_told_once_in_order(store: EventStore) -> None:
    first = await store.save(motion_event(1))
    second = await store.save(motion_event(2))
    ended = await store.save(replace(first, state=EventState.ENDED))
    assert await store.changed_after(0) == ((second, ended), False)
    assert await store.changed_after(2) == ((ended,), False)
    assert await store.changed_after(3) == ((), False)


async def test_a_client_learns_that_events_it_missed_are_gone(store: EventStore) -> None:
    await store.save(motion_event(1))
    await store.save(motion_event(2))
    assert await store.delete("event-0002")
    assert not await store.delete("event-0002")
    _, lost = await store.changed_after(1)
    assert lost
    _, lost = await store.changed_after(2)
    assert not lost


async def test_a_revision_of_another_database_gets_everything(store: EventStore) -> None:
    saved = await store.save(motion_event(1))
    assert await store.changed_after(900) == ((saved,), True)


async def test_pages_are_newest_first_and_meet_without_overlap(store: EventStore) -> None:
    for number in range(7):
        await store.save(motion_event(number))
    seen: list[str] = []
    query = EventQuery(limit=3)
    while True:
        page = await store.page(query)
        seen += [event.id for event in page.events]
        if page.cursor is None:
            break
        query = replace(query, cursor=page.cursor)
    assert seen == [f"event-{number:04}" for number in reversed(range(7))]


async def test_what_is_sent_is_what_is_stored(store: EventStore) -> None:
    for number in range(4):
        await store.save(motion_event(number, zones=('"odd" \\ née',)))
    for query in (EventQuery(limit=3), EventQuery(zone="none")):
        assert await store.page_json(query) == to_json(await store.page(query))
    events, _ = await store.changed_after(1)
    documents, _ = await store.documents_after(1)
    assert documents == [(event.revision, to_json(event)) for event in events]


async def test_events_are_found_by_camera_zone_label_and_time(store: EventStore) -> None:
    person = Label(name="person", confidence=0.9, box=Box(x=0, y=0, w=1, h=1))
    await store.save(motion_event(1, camera="garden"))
    await store.save(motion_event(2, zones=("path", "door")))
    await store.save(motion_event(3, labels=(person,)))

    async def found(query: EventQuery) -> list[str]:
        return [event.id for event in (await store.page(query)).events]

    assert await found(EventQuery(camera="garden")) == ["event-0001"]
    assert await found(EventQuery(zone="door")) == ["event-0002"]
    assert await found(EventQuery(label="person")) == ["event-0003"]
    assert await found(EventQuery(after=START + timedelta(minutes=2))) == [
        "event-0003",
        "event-0002",
    ]
    assert await found(EventQuery(before=START + timedelta(minutes=2))) == ["event-0001"]
    assert await found(EventQuery(zone="' OR 1 = 1 --")) == []
    await store.save(motion_event(4, zones=("door",), labels=(person,)))
    assert await found(EventQuery(zone="door", label="person")) == ["event-0004"]
    assert await found(EventQuery(zone="door", camera="porch", limit=1)) == ["event-0004"]


async def test_an_event_is_no_longer_found_by_what_it_is_no_longer(store: EventStore) -> None:
    saved = await store.save(motion_event(1, zones=("path", "door")))
    await store.save(replace(saved, zones=("path",)))
    assert (await store.page(EventQuery(zone="door"))).events == ()
    assert len((await store.page(EventQuery(zone="path"))).events) == 1
    await store.delete("event-0001")
    assert (await store.page(EventQuery(zone="path"))).events == ()


async def test_pages_of_one_zone_meet_without_overlap(store: EventStore) -> None:
    for number in range(9):
        await store.save(motion_event(number, zones=("door",) if number % 2 else ("path",)))
    first = await store.page(EventQuery(zone="door", limit=2))
    rest = await store.page(EventQuery(zone="door", limit=9, cursor=first.cursor))
    ids = [event.id for event in (*first.events, *rest.events)]
    assert ids == ["event-0007", "event-0005", "event-0003", "event-0001"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (EventQuery(limit=0), "limit"),
        (EventQuery(limit=501), "limit"),
        (EventQuery(cursor="x"), "cursor"),
        (EventQuery(cursor="yesterday~event-0001"), "cursor"),
        (EventQuery(cursor="2026-11-21T10:00:00.000Z~"), "cursor"),
    ],
)
async def test_a_wrong_query_names_its_field(
    store: EventStore, query: EventQuery, field: str
) -> None:
    with pytest.raises(RequestError) as caught:
        await store.page(query)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("clock", "ended_at"),
    [
        (timedelta(minutes=3), timedelta(minutes=3)),  # when it was changed last
        (timedelta(days=-1), timedelta(minutes=1)),  # the clock was set back: not before it began
        (timedelta(days=365), timedelta(minutes=61)),  # and forward: no event is longer
    ],
)
async def test_what_a_crash_left_open_is_ended_at_its_last_change(
    database: Database, clock: timedelta, ended_at: timedelta
) -> None:
    store = EventStore(database, now=(START + clock).timestamp)
    await store.save(motion_event(1, state=EventState.UPDATED))
    await store.save(motion_event(2, state=EventState.ENDED, ended_at=START + timedelta(hours=1)))
    (closed,) = await store.close_open_events()
    assert closed.id == "event-0001"
    assert closed.state is EventState.ENDED
    assert closed.ended_at == START + ended_at
    assert closed.revision == 3
    assert await store.close_open_events() == ()


async def test_an_event_that_the_card_has_spoilt_keeps_no_other_from_being_ended(
    store: EventStore, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (1, 2):
        await store.record(motion_event(number), b"jpeg")
    spoil = "UPDATE events SET document = '{' WHERE id = 'event-0001'"
    await database.execute(lambda c: c.execute(spoil).rowcount)
    assert [event.id for event in await store.close_open_events()] == ["event-0002"]
    assert [event.id for event in await store.awaiting_clip()] == ["event-0002"]
    assert [event.id for event in await store.events_with_pictures()] == ["event-0002"]
    assert "cannot be read" in caplog.text


async def test_what_the_tracker_says_leaves_alone_what_others_know(store: EventStore) -> None:
    started = motion_event(1, snapshot="/s", box=Box(x=0.1, y=0.2, w=0.3, h=0.4))
    await store.record(started, b"picture")
    amended = await store.amend(
        "event-0001", lambda e: replace(e, keep=True, clip_error="no camera")
    )
    moved = Box(x=0.5, y=0.5, w=0.1, h=0.1)
    ended = await store.record(motion_event(1, state=EventState.ENDED, box=moved, score=50.0))
    assert amended is not None
    assert ended == replace(
        amended, state=EventState.ENDED, box=moved, score=50.0, revision=amended.revision + 1
    )
    assert await store.snapshot_box("event-0001") == started.box


async def test_what_the_files_of_an_event_are_recognised_by_is_kept(store: EventStore) -> None:
    assert await store.digests("event-0001") == MediaDigests()
    await store.record(motion_event(1), b"picture")
    picture = hashlib.sha256(b"picture").hexdigest()
    assert await store.digests("event-0001") == MediaDigests(snapshot=picture)
    clip = FileDigest(size=5, sha256="a" * 64)
    await store.amend("event-0001", lambda e: replace(e, clip="/c"), clip=clip)
    await store.drop_picture("event-0001")
    assert await store.digests("event-0001") == MediaDigests(snapshot=picture, clip="a" * 64)
    assert await StoredEvents(store._database).media_bytes() == len(b"picture") + 5


async def test_how_far_a_copy_is_survives_and_is_of_one_destination_alone(
    store: EventStore, database: Database
) -> None:
    progress = CopyProgress(database, "nas")
    for number in range(3):
        await store.record(motion_event(number))
    assert (await progress.load(), await progress.waiting()) == (0, 3)
    await progress.save(2)
    again = CopyProgress(database, "nas")
    assert (await again.load(), await again.waiting()) == (2, 1)
    assert await CopyProgress(database, "other").load() == 0


async def test_a_picture_comes_with_its_event_and_goes_once_it_is_a_file(
    store: EventStore,
) -> None:
    saved = await store.record(motion_event(1), b"picture")
    await store.record(motion_event(2))
    assert await store.events_with_pictures() == (saved,)
    assert await store.picture("event-0001") == b"picture"
    assert await store.picture("event-0002") is None
    assert await store.drop_picture("event-0001")
    assert not await store.drop_picture("event-0001")
    assert await store.picture("event-0001") is None


async def test_a_deleted_event_takes_its_picture_along(store: EventStore) -> None:
    await store.record(motion_event(1), b"picture")
    await store.delete("event-0001")
    assert await store.picture("event-0001") is None
    assert await store.events_with_pictures() == ()


async def test_amending_needs_an_event_and_a_difference(store: EventStore) -> None:
    assert await store.amend("event-0001", lambda e: replace(e, keep=True)) is None
    await store.save(motion_event(1))
    same = await store.amend("event-0001", lambda e: replace(e, keep=False))
    assert same is not None
    assert same.revision == 1 == await store.newest_revision()


async def test_what_changed_can_be_asked_for_in_portions(store: EventStore) -> None:
    saved = [await store.save(motion_event(number)) for number in range(5)]
    first, _ = await store.changed_after(0, limit=2)
    assert list(first) == saved[:2]
    rest, _ = await store.changed_after(first[-1].revision, limit=10)
    assert list(rest) == saved[2:]


async def test_an_event_awaits_its_clip_until_there_is_one_or_a_reason(store: EventStore) -> None:
    for number, changes in enumerate([{}, {"clip": "/c"}, {"clip_error": "full"}]):
        await store.save(motion_event(number, state=EventState.ENDED, **changes))
    await store.save(motion_event(9))  # still going on
    assert [event.id for event in await store.awaiting_clip()] == ["event-0000"]


async def test_a_job_that_fails_leaves_nothing_behind(
    database: Database, store: EventStore
) -> None:
    def half(connection: object) -> None:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'revision'")  # type: ignore[attr-defined]
        raise RuntimeError("stop in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        await database.execute(half)
    assert await store.newest_revision() == 0


async def test_many_writers_get_revisions_without_a_gap(store: EventStore) -> None:
    saved = await asyncio.gather(*(store.save(motion_event(number)) for number in range(100)))
    assert sorted(event.revision for event in saved) == list(range(1, 101))
