"""A real OpenSSH server, and a recording whose events are to be copied to it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pi_agent.copies import Destination, EventCopier, open_target
from pi_agent.protocol import EventCause, EventState, MotionEvent
from pi_agent.runtime import event_follower
from pi_agent.runtime.durable_files import FileDigest
from pi_agent.storage import CopyProgress, Database, EventStore, MediaLibrary
from tests.ssh_server import SshServer, destination, introduce, ssh_server

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_follower, "_FIRST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(event_follower, "_LONGEST_PAUSE_SECONDS", 0.1)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SshServer]:
    """The other machine."""
    with ssh_server(tmp_path / "other") as server:
        yield server


@dataclass(kw_only=True)
class Studio:
    """A recording, and what copies it."""

    database: Database
    events: EventStore
    media: MediaLibrary
    place: Destination

    async def event(self, number: int, *, clip: bytes | None = b"movie", **changes: Any) -> None:
        """An event with its snapshot, ended, with its clip."""
        event = MotionEvent(
            id=f"event-{number:04}",
            camera="porch",
            state=EventState.ENDED,
            cause=EventCause.MOTION,
            started_at=START,
            snapshot="/snapshot",
            clip_error=None if clip else "recording was off",
        )
        event = await self.events.record(replace(event, **changes), jpeg(number))
        if clip is not None:
            path = self.media.clip_path(event)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(clip)
            digest = FileDigest(size=len(clip), sha256=hashlib.sha256(clip).hexdigest())
            await self.events.amend(event.id, lambda e: replace(e, clip="/clip"), clip=digest)

    def copier(self, place: Destination | None = None) -> EventCopier:
        """The copier, not started."""
        place = place or self.place
        return EventCopier(
            self.events,
            self.media,
            CopyProgress(self.database, self.place.url),
            lambda: open_target(place),
            machine=place.machine,
        )

    @asynccontextmanager
    async def copying(self, place: Destination | None = None) -> AsyncIterator[EventCopier]:
        """A copier that runs while the block does."""
        copier = self.copier(place)
        copier.start()
        try:
            yield copier
        finally:
            await copier.close()


def jpeg(number: int) -> bytes:
    """What the test takes for a picture."""
    return f"picture {number}".encode() * 100


def names(number: int, *suffixes: str) -> list[str]:
    """The files of an event at the other side."""
    began = START.astimezone()
    stem = f"pi/porch/{began:%Y-%m-%d}/{began:%Y-%m-%d_%H-%M-%S}_event-{number:04}"
    return [f"{stem}{suffix}" for suffix in suffixes]


ALL = (".jpg", ".json", ".mp4")


async def until(condition: Callable[[], object]) -> None:
    """Return as soon as it is so; fail the test after twenty seconds."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def all_copied(copier: EventCopier) -> None:
    """Until nothing waits."""
    async with asyncio.timeout(20):
        while await copier.waiting() or copier.problem:
            await asyncio.sleep(0.01)


@pytest.fixture
def place(server: SshServer, tmp_path: Path) -> Destination:
    """Where copies are to go; neither side knows the other yet."""
    return destination(server, tmp_path)


@pytest.fixture
def strange(place: Destination, database: Database, tmp_path: Path) -> Studio:
    """What is to be copied there."""
    return Studio(
        database=database,
        events=EventStore(database, now=START.timestamp),
        media=MediaLibrary(tmp_path / "media"),
        place=place,
    )


@pytest.fixture
async def studio(strange: Studio, server: SshServer) -> Studio:
    """Both sides know one another."""
    await introduce(server, strange.place)
    return strange
