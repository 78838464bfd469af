"""Publishes every change of events in order, and the states beside them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pi_agent.protocol import MotionEvent, to_json
from pi_agent.runtime import EventFollower, EventSource, Progress

from .broker import Broker, Session, States, open_session

_LONGEST_PAUSE_SECONDS = 60.0  # a broker that is back is wanted soon: its retained states are old


class MqttPublisher(EventFollower[Session]):
    """Stays connected from start to end. An event goes to `PREFIX/CAMERA/event`, not retained."""

    def __init__(
        self, events: EventSource, progress: Progress, broker: Broker, states: States
    ) -> None:
        super().__init__(
            events,
            progress,
            name=f"MQTT, {broker.machine}",
            idle_seconds=None,
            longest_pause_seconds=_LONGEST_PAUSE_SECONDS,
        )
        self._broker = broker
        self._states = states

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Session]:
        async with open_session(self._broker, self._states) as session:
            yield session

    async def _take(self, event: MotionEvent, sink: Session) -> bool:
        await sink.publish(self._broker.topic(event.camera, "event"), to_json(event))
        return True
