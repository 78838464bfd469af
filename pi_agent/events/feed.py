"""Live messages to any number of listeners, each with a bounded queue of its own."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pi_agent.protocol import EventMessage, ServerMessage, encode_message

_LONGEST_QUEUE = 256  # messages; a listener that far behind begins anew by revision


class FeedSubscription:
    """One listener's queue of encoded messages."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[tuple[int, str] | None] = asyncio.Queue(_LONGEST_QUEUE)
        self._overrun = False

    @property
    def is_empty(self) -> bool:
        """Whether everything that was queued has been taken."""
        return self._queue.empty()

    def offer(self, revision: int, text: str) -> None:
        """Queue a message; a full queue ends the subscription instead of growing."""
        if self._overrun:
            return
        try:
            self._queue.put_nowait((revision, text))
        except asyncio.QueueFull:
            self._overrun = True
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(None)

    async def next(self) -> tuple[int, str] | None:
        """The next message with its revision (0: not an event); None once it fell too far back."""
        return await self._queue.get()


class EventFeed:
    """Publishes messages on the event loop; each is encoded once for all listeners."""

    def __init__(self) -> None:
        self._subscriptions: set[FeedSubscription] = set()
        self._listeners: list[Callable[[], None]] = []

    def add_event_listener(self, on_event: Callable[[], None]) -> None:
        """Have `on_event` called whenever a change of an event is published."""
        self._listeners.append(on_event)

    def publish(self, message: ServerMessage) -> None:
        """Queue the message for everyone who listens now."""
        if isinstance(message, EventMessage):
            for on_event in self._listeners:
                on_event()
        if not self._subscriptions:
            return
        revision = message.event.revision if isinstance(message, EventMessage) else 0
        text = encode_message(message)
        for subscription in self._subscriptions:
            subscription.offer(revision, text)

    @contextmanager
    def subscribed(self) -> Iterator[FeedSubscription]:
        """A queue that gets every message published while the block runs."""
        subscription = FeedSubscription()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
