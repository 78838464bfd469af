"""How every camera is right now, by topic; the newest state wins."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

from pi_agent.protocol import (
    CameraMessage,
    HelloCamera,
    MotionMessage,
    ServerMessage,
    decode_message,
    to_json,
)
from pi_agent.runtime import LoopTask

from .broker import Session


class Subscription(Protocol):
    """A queue of encoded messages."""

    async def next(self) -> tuple[int, str] | None:
        """The next message with its revision (0: not an event); None once it fell too far back."""
        ...


class Feed(Protocol):
    """Where messages come from."""

    def subscribed(self) -> AbstractContextManager[Subscription]:
        """A queue that gets every message published while the block runs."""
        ...


class StateBoard:
    """Keeps `CAMERA/state` and `CAMERA/motion` up to date, for any number of sessions in turn.

    A state is told when it changes in what matters: not with every measured frame rate, nor with
    every score. Lives on the event loop.
    """

    def __init__(
        self,
        feed: Feed,
        cameras: Callable[[], Iterable[HelloCamera]],
        topic: Callable[[str, str], str],
    ) -> None:
        """`topic` makes a whole topic of the camera's id and the name of the state."""
        self._feed = feed
        self._cameras = cameras
        self._topic = topic
        self._states: dict[str, ServerMessage] = {}
        self._changed = asyncio.Event()
        self._task = LoopTask("mqtt-states")

    def start(self) -> None:
        """Begin with how the cameras are now, then listen."""
        self._task.start(self._listen())

    async def close(self) -> None:
        """Stop listening; may be called twice."""
        await self._task.close()

    async def publish_to(self, session: Session, on_all_told: Callable[[], None]) -> None:
        """Publish every state, then each that changes, until cancelled. Raises BrokerError."""
        published: dict[str, ServerMessage] = {}
        while True:
            self._changed.clear()
            for topic, state in tuple(self._states.items()):
                if published.get(topic) is not state:
                    await session.publish(topic, to_json(state), retain=True)
                    published[topic] = state
            on_all_told()
            await self._changed.wait()

    async def _listen(self) -> None:
        while True:
            with self._feed.subscribed() as subscription:
                self._begin()
                while (queued := await subscription.next()) is not None:
                    revision, text = queued
                    if revision == 0:
                        self._note(decode_message(text))

    def _begin(self) -> None:
        for camera in self._cameras():
            self._note(_as_message(camera))
            self._note(MotionMessage(camera=camera.id, active=False))

    def _note(self, message: ServerMessage | None) -> None:
        if isinstance(message, CameraMessage):
            name = "state"
        elif isinstance(message, MotionMessage):
            name = "motion"
        else:
            return
        topic = self._topic(message.camera, name)
        known = self._states.get(topic)
        if known is None or _what_matters(known) != _what_matters(message):
            self._states[topic] = message
            self._changed.set()


def _as_message(camera: HelloCamera) -> CameraMessage:
    status = camera.status
    return CameraMessage(
        camera=camera.id,
        state=status.state,
        reason=status.reason,
        size=status.size,
        fps=status.fps,
        controls=status.controls,
        labels=status.labels,
        covered=status.covered,
        moved=status.moved,
        pan=status.pan,
    )


def _what_matters(message: ServerMessage) -> ServerMessage:
    if isinstance(message, CameraMessage):
        return replace(message, fps=None)
    if isinstance(message, MotionMessage):
        return replace(message, score=0.0, box=None)
    return message
