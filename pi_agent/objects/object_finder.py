"""Has the frames of one camera's events looked at, and tells what was seen."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from pi_agent.frames import Frame, FrameHub, jpeg_of
from pi_agent.protocol import Box, EventState, Label, MotionEvent, MotionMessage
from pi_agent.runtime import LoopTask

from .event_labels import LEAST_CONFIDENCE, EventLabels, wanted_of
from .object_looker import ObjectLooker
from .standing_things import StandingThings

_LOGGER = logging.getLogger(__name__)
_JPEG_QUALITY = 85
FRESH_SECONDS = 0.3  # to wait for the next word of where it moves; it comes twice a second
REST = 0.5  # of the time of a look, before the next: a slow machine has other things to do
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
        # Frames with where it moves in them, not looked at yet.
        self._tripped: tuple[Frame, Box | None] | None = None
        self._moved: tuple[Frame, Box] | None = None
        self._box: Box | None = None  # where it moved last
        self._standing = StandingThings()
        self._looked_at = -1  # sequence of the newest frame that was looked at
        self._wake = asyncio.Event()
        self._fresh = asyncio.Event()
        self._task = LoopTask("object-finder")
        self.looks = 0
        self.seconds = 0.0  # processor time of all looks

    def start(self) -> None:
        """Wait for events."""
        self._task.start(self._work())

    async def close(self) -> None:
        """Look no more; may be called twice."""
        await self._task.close()

    def on_motion_event(self, event: MotionEvent, frame: Frame | None) -> None:
        """An event changed; `frame` is the picture that tripped it."""
        if event.state is EventState.STARTED:
            self._event, self._box, self._moved = event, event.box, None
            self._tripped = None if frame is None else (frame, event.box)
        elif self._event is not None and self._event.id == event.id:
            self._event = None if event.state is EventState.ENDED else event
        self._wake.set()
        if event.state is not EventState.UPDATED:
            self._fresh.set()

    def on_motion(self, message: MotionMessage) -> None:
        """Where it moves right now, in the newest frame: half a second later it is elsewhere."""
        frame = self._hub.newest
        if message.box is not None and frame is not None:
            self._moved, self._box = (frame, message.box), message.box
            self._fresh.set()

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            event = self._event
            if event is not None:
                try:
                    await self._watch(event.id)
                except Exception:  # a defect: the next event is looked at all the same
                    _LOGGER.exception("The objects of event %s were not found out", event.id)

    async def _watch(self, event_id: str) -> None:
        labels = EventLabels(self._standing)
        while self._event is None or self._event.id == event_id:
            begun = time.monotonic()
            frame, box = self._next()
            if frame is not None:
                await self._look(event_id, frame, box, labels)
            if self._event is not None:
                await asyncio.sleep(self._rest_of_pause(labels, time.monotonic() - begun))
                await self._until_it_moves()
            elif self._moved is None:
                break  # all of it was looked at, though it was over before
        await self._tell_at_last(event_id, labels)

    async def _until_it_moves(self) -> None:
        """In a picture half a second younger than what is known of it, it would be elsewhere."""
        if self._moved is None:
            self._fresh.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(FRESH_SECONDS):
                    await self._fresh.wait()

    def _rest_of_pause(self, labels: EventLabels, look_seconds: float) -> float:
        pause = labels.pause(self._pause, self._wanted)
        return max(pause - look_seconds, REST * look_seconds)

    @property
    def _wanted(self) -> frozenset[str]:
        return wanted_of(self._labels(), self._looker.labels)

    async def _tell_at_last(self, event_id: str, labels: EventLabels) -> None:
        """Say again what could not be taken while the event went on; the next event goes first."""
        for _ in range(_LAST_TRIES):
            if await self._tell_news(event_id, labels) or self._event is not None:
                return
            await asyncio.sleep(_AGAIN_SECONDS)

    def _next(self) -> tuple[Frame | None, Box | None]:
        """The frame that tripped the event, then those in which it moved, each once.

        The newest one where nothing moves any more.
        """
        frame, box = self._tripped or self._moved or (self._hub.newest, self._box)
        if self._tripped is None:
            self._moved = None
        self._tripped = None
        if frame is None or frame.sequence == self._looked_at:
            return None, None
        return frame, box

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
        labels.take(seen.labels, box, self._wanted)
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
