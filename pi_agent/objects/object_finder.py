"""Has the frames of one camera's events looked at, and tells what was seen."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from pi_agent.frames import Frame, FrameHub, jpeg_of
from pi_agent.protocol import Box, EventState, Label, MotionEvent, MotionMessage

from .event_labels import LEAST_CONFIDENCE, EventLabels, wanted_of
from .object_looker import ObjectLooker

_LOGGER = logging.getLogger(__name__)
_JPEG_QUALITY = 85
_LAST_TRIES, _AGAIN_SECONDS = 60, 1.0  # to tell what was seen, of an event that is over

Tell = Callable[[str, tuple[Label, ...]], Awaitable[bool]]


class ObjectFinder:
    """Looks while an event goes on, and only then: first at the frame that tripped it.

    `tell` is given an event's id and all labels that are sure, whenever that is more than
    before; again where it answers False.
    Lives on the event loop.
    """

    def __init__(
        self,
        hub: FrameHub,
        looker: ObjectLooker,
        tell: Tell,
        *,
        labels: Callable[[], tuple[str, ...]],
        looks_per_second: float = 2.0,
    ) -> None:
        self._hub = hub
        self._looker = looker
        self._tell = tell
        self._labels = labels
        self._pause = 1 / looks_per_second
        self._event: MotionEvent | None = None
        self._tripped: Frame | None = None
        self._box: Box | None = None
        self._looked_at = -1  # sequence of the newest frame that was looked at
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.looks = 0
        self.seconds = 0.0  # processor time of all looks

    def start(self) -> None:
        """Wait for events."""
        self._task = asyncio.create_task(self._work(), name="object-finder")

    async def close(self) -> None:
        """Look no more; may be called twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def on_motion_event(self, event: MotionEvent, frame: Frame | None) -> None:
        """An event changed; `frame` is the picture that tripped it."""
        if event.state is EventState.STARTED:
            self._event, self._tripped, self._box = event, frame, event.box
        elif self._event is not None and self._event.id == event.id:
            self._event = None if event.state is EventState.ENDED else event
        self._wake.set()

    def on_motion(self, message: MotionMessage) -> None:
        """Where it moves right now."""
        self._box = message.box or self._box

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            event = self._event
            if event is not None:
                await self._watch(event.id)

    async def _watch(self, event_id: str) -> None:
        labels = EventLabels()
        while True:
            frame, box = self._next()
            if frame is not None:
                await self._look(event_id, frame, box, labels)
            if self._event is None or self._event.id != event_id:
                break
            await asyncio.sleep(labels.pause(self._pause))
        await self._tell_at_last(event_id, labels)

    async def _tell_at_last(self, event_id: str, labels: EventLabels) -> None:
        """Say again what could not be taken while the event went on; the next event goes first."""
        for _ in range(_LAST_TRIES):
            if await self._tell_news(event_id, labels) or self._event is not None:
                return
            await asyncio.sleep(_AGAIN_SECONDS)

    def _next(self) -> tuple[Frame | None, Box | None]:
        """The frame that tripped the event, then the newest ones, each once."""
        frame, self._tripped = self._tripped, None
        frame = frame or self._hub.newest
        if frame is None or frame.sequence == self._looked_at:
            return None, None
        return frame, self._box

    async def _look(
        self, event_id: str, frame: Frame, box: Box | None, labels: EventLabels
    ) -> None:
        self._looked_at = frame.sequence
        try:
            jpeg = await asyncio.to_thread(jpeg_of, frame, quality=_JPEG_QUALITY)
        except ValueError:
            return  # a broken picture: the next may be better
        seen = await self._looker.look(jpeg, box, least=LEAST_CONFIDENCE)
        if seen is None:
            return
        self.looks += 1
        self.seconds += seen.seconds
        labels.take(seen.labels, box, wanted_of(self._labels(), self._looker.labels))
        await self._tell_news(event_id, labels)

    async def _tell_news(self, event_id: str, labels: EventLabels) -> bool:
        """Tell what is new; False where it was not taken."""
        news = labels.news()
        if news is None:
            return True
        taken = await self._tell(event_id, news)
        if taken:
            labels.note_told(news)
        return taken
