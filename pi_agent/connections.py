"""Who is told of events besides Home Assistant: the second machine, the broker, the webhook."""

from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from typing import Any

from pi_agent.configuration import Configuration
from pi_agent.copies import EventCopier, open_target
from pi_agent.events import EventFeed
from pi_agent.mqtt import MqttPublisher, StateBoard
from pi_agent.pipeline import Recording
from pi_agent.protocol import HelloCamera
from pi_agent.runtime import EventFollower
from pi_agent.storage import CopyProgress, Database
from pi_agent.webhook import WebhookPoster


class Connections:
    """Owns those that are configured; the others are None. Lives on the event loop."""

    def __init__(
        self,
        configuration: Configuration,
        database: Database,
        recording: Recording,
        feed: EventFeed,
    ) -> None:
        self._configuration = configuration
        self._database = database
        self._recording = recording
        self._feed = feed
        self._stack = AsyncExitStack()
        self.copier: EventCopier | None = None
        self.mqtt: MqttPublisher | None = None
        self.webhook: WebhookPoster | None = None

    def start(self, agent_id: str, cameras: Callable[[], Iterable[HelloCamera]]) -> None:
        """Go on where each was; `cameras` gives how all of them are now."""
        self._start_copier()
        self._start_mqtt(agent_id, cameras)
        self._start_webhook()

    async def close(self) -> None:
        """Stop; what is under way is gone on with at the next start. May be called twice."""
        await self._stack.aclose()

    def _start_copier(self) -> None:
        if self._configuration.copy is None:
            return
        destination = self._configuration.copy.destination(self._configuration.data_dir)
        self.copier = EventCopier(
            self._recording.events,
            self._recording.media,
            CopyProgress(self._database, destination.url),
            lambda: open_target(destination),
            machine=destination.machine,
        )
        self._start_follower(self.copier)

    def _start_mqtt(self, agent_id: str, cameras: Callable[[], Iterable[HelloCamera]]) -> None:
        if self._configuration.mqtt is None:
            return
        broker = self._configuration.mqtt.broker(agent_id)
        board = StateBoard(self._feed, cameras, broker.topic)
        board.start()
        self._stack.push_async_callback(board.close)
        progress = CopyProgress(self._database, broker.url, from_now=True)
        self.mqtt = MqttPublisher(self._recording.events, progress, broker, board)
        self._start_follower(self.mqtt)

    def _start_webhook(self) -> None:
        if self._configuration.webhook is None:
            return
        receiver = self._configuration.webhook.receiver
        progress = CopyProgress(self._database, receiver.name, from_now=True)
        self.webhook = WebhookPoster(self._recording.events, progress, receiver)
        self._start_follower(self.webhook)

    def _start_follower(self, follower: EventFollower[Any]) -> None:
        self._feed.add_event_listener(follower.nudge)
        follower.start()
        self._stack.push_async_callback(follower.close)
