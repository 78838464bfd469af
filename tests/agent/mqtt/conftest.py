"""What the tests of MQTT share: a broker, and an agent's database that tells it its events."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pi_agent.events import EventFeed
from pi_agent.mqtt import Broker, MqttPublisher, StateBoard
from pi_agent.protocol import (
    CameraSettings,
    CameraState,
    CameraStatus,
    EventCause,
    EventState,
    HelloCamera,
    MotionEvent,
)
from pi_agent.runtime import event_follower
from pi_agent.storage import CopyProgress, Database, EventStore
from tests.mosquitto import PASSWORD, PREFIX, USER, Mosquitto, mosquitto, until

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_follower, "_FIRST_PAUSE_SECONDS", 0.05)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Mosquitto]:
    """The broker."""
    with mosquitto(tmp_path / "broker") as server:
        yield server


@dataclass(kw_only=True)
class Studio:
    """The agent's events, and what publishes them."""

    database: Database
    events: EventStore
    broker: Broker
    feed: EventFeed = field(default_factory=EventFeed)
    publisher: MqttPublisher | None = None

    async def event(self, number: int, state: EventState = EventState.ENDED, **more: Any) -> int:
        """A change of an event; its revision."""
        event = MotionEvent(
            id=f"event-{number:04}",
            camera="porch",
            state=state,
            cause=EventCause.MOTION,
            started_at=START,
            **more,
        )
        revision = (await self.events.save(event)).revision
        if self.publisher is not None:
            self.publisher.nudge()
        return revision

    @asynccontextmanager
    async def publishing(self, broker: Broker | None = None) -> AsyncIterator[MqttPublisher]:
        """A publisher that runs while the block does, and has begun to follow."""
        broker = broker or self.broker
        board = StateBoard(self.feed, lambda: [_camera()], broker.topic)
        progress = CopyProgress(self.database, broker.url, from_now=True)
        self.publisher = MqttPublisher(self.events, progress, broker, board)
        board.start()
        self.publisher.start()
        try:
            await until(lambda: self.publisher and (self.publisher.ok or self.publisher.problem))
            yield self.publisher
        finally:
            await self.publisher.close()
            await self.publisher.close()
            await board.close()
            self.publisher = None


def _camera() -> HelloCamera:
    return HelloCamera(
        id="porch",
        name="Porch",
        status=CameraStatus(state=CameraState.ONLINE, fps=15.0),
        settings=CameraSettings(),
    )


def broker_of(server: Mosquitto, **changes: Any) -> Broker:
    """The broker as the agent sees it."""
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "prefix": PREFIX,
        "client_id": "pi-agent-test",
        "user": USER,
        "password": PASSWORD,
    }
    return Broker(**values | changes)


@pytest.fixture
def studio(server: Mosquitto, database: Database) -> Studio:
    """An agent's events, and that broker."""
    return Studio(
        database=database,
        events=EventStore(database, now=START.timestamp),
        broker=broker_of(server),
    )
