"""A hundred thousand events in the store: how long the usual questions take."""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pi_agent.protocol import Box, EventCause, EventState, Label, MotionEvent
from pi_agent.storage import Database, EventQuery, EventStore

EVENTS = 100_000
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_ZONES = ("path", "door", "garden", "street")
_CAMERAS = ("porch", "garden", "garage")
_RUNS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Median milliseconds that a question took, and how many events it found."""

    text: str
    events: int
    milliseconds: float


def measure() -> tuple[list[Question], int]:
    """Answers and their times; and the bytes of the database."""
    # In memory: filling it would take minutes of waiting for a disk, and questions are answered
    # out of memory anyway.
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        path = Path(folder) / "agent.db"
        with closing(Database(path)) as database:
            _fill(database)
            questions = asyncio.run(_ask(EventStore(database, now=time.time)))
        begun = time.perf_counter()
        Database(path, repair=True).close()
        opening = (time.perf_counter() - begun) * 1000
        questions.append(
            Question(text="opening, with its check", events=EVENTS, milliseconds=opening)
        )
        return questions, path.stat().st_size


def _fill(database: Database) -> None:
    chance = random.Random(1)
    events = [_event(number, chance) for number in range(EVENTS)]
    store = EventStore(database, now=time.time)

    async def save() -> None:
        for start in range(0, EVENTS, 500):
            await asyncio.gather(*(store.save(event) for event in events[start : start + 500]))

    asyncio.run(save())


def _event(number: int, chance: random.Random) -> MotionEvent:
    started_at = _BEGIN + timedelta(minutes=3 * number)
    box = Box(x=0.1, y=0.2, w=0.3, h=0.4)
    labels = (Label(name="person", confidence=0.8, box=box),) if number % 1000 == 0 else ()
    event_id = f"{started_at:%Y%m%dt%H%M%S}000-{chance.getrandbits(32):08x}"
    return MotionEvent(
        id=event_id,
        camera=chance.choice(_CAMERAS),
        state=EventState.ENDED,
        cause=EventCause.MOTION,
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=12),
        score=42.5,
        box=box,
        zones=tuple(chance.sample(_ZONES, 2)),
        labels=labels,
        snapshot=f"/api/v1/events/{event_id}/snapshot.jpg",
        clip=f"/api/v1/events/{event_id}/clip.mp4",
    )


async def _ask(store: EventStore) -> list[Question]:
    day = _BEGIN + timedelta(days=100)
    deep = (await store.page(EventQuery(before=_BEGIN + timedelta(days=30)))).cursor
    queries = {
        "list, newest 50": EventQuery(),
        "list, newest 500": EventQuery(limit=500),
        "page of 50 deep in the past": EventQuery(cursor=deep),
        "one day": EventQuery(after=day, before=day + timedelta(days=1), limit=500),
        "one camera": EventQuery(camera="garage"),
        "a zone that is in half of all": EventQuery(zone="door"),
        "a label that is in one of a thousand": EventQuery(label="person"),
        "a label and a zone": EventQuery(label="person", zone="door"),
        "a label that is in none": EventQuery(label="elephant"),
    }
    answers = [
        await _timed(text, lambda q=query: _page(store, q)) for text, query in queries.items()
    ]  # type: ignore[misc]
    newest = await store.newest_revision()
    for missed in (100, 1000):
        text = f"replay of {missed} missed changes"
        answers.append(await _timed(text, lambda n=missed: _replay(store, newest - n)))  # type: ignore[misc]
    return answers


async def _page(store: EventStore, query: EventQuery) -> int:
    return (await store.page_json(query)).count('"id":')


async def _replay(store: EventStore, since: int) -> int:
    """As the websocket does it, in portions."""
    count = 0
    while True:
        documents, _ = await store.documents_after(since, limit=200)
        if not documents:
            return count
        count += len(documents)
        since = documents[-1][0]


async def _timed(text: str, ask: Callable[[], Awaitable[int]]) -> Question:
    times = []
    for _ in range(_RUNS):
        begun = time.perf_counter()
        found = await ask()
        times.append(time.perf_counter() - begun)
    return Question(text=text, events=found, milliseconds=statistics.median(times) * 1000)
