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
_KNOWN_WELL = 0.75  # confidence from which a look now and then is enough
_FIRST_LOOKS, _SELDOM_SECONDS = 4, 4.0
_JPEG_QUALITY = 85

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
                return
            await asyncio.sleep(self._seconds_to_wait(labels))

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
        news = labels.news()
        if news is not None and await self._tell(event_id, news):
            labels.note_told(news)

    def _seconds_to_wait(self, labels: EventLabels) -> float:
        surest = max((label.confidence for label in labels.sure), default=0.0)
        seldom = labels.looks >= _FIRST_LOOKS and surest >= _KNOWN_WELL
        return _SELDOM_SECONDS if seldom else self._pause
