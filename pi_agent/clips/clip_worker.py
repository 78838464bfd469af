"""The thread that hands one camera's pictures to the writer while events go on."""

from collections.abc import Callable
from typing import Protocol

from pi_agent.frames import Frame, FrameHub, FrameTaker, jpeg_of
from pi_agent.protocol import EventState, MotionEvent
from pi_agent.runtime import ThreadWorker

from .open_reel import OpenReel
from .reel import ReelPicture
from .reel_recorder import ClipSettings, ReelRecorder
from .views import view_code

_TICK_SECONDS = 0.5  # how often open reels are looked at


class ReelSink(Protocol):
    """What the worker needs of the writer."""

    def write(
        self, event_id: str, pictures: tuple[ReelPicture, ...], until: float | None = None
    ) -> bool:
        """Take pictures for the disk without waiting for it; False while there is no room."""
        ...


class ClipListener(Protocol):
    """Hears, in the clip or the motion thread, which events get no clip."""

    def on_clip_lost(self, event_id: str, reason: str) -> None:
        """There will be no clip of this event."""
        ...


class ClipWorker(ThreadWorker):
    """Keeps the pre-roll and the reels of one camera; runs in thread `clip-<camera>`.

    Asleep while nothing happens, where the source delivers JPEGs: the capture thread puts those
    into the ring itself.
    """

    def __init__(
        self,
        camera: str,
        hub: FrameHub,
        settings: ClipSettings,
        sink: ReelSink,
        listener: ClipListener,
        *,
        on_death: Callable[[str, Exception], None],
    ) -> None:
        super().__init__(f"clip-{camera}", on_death=on_death)
        self._hub = hub
        self._sink = sink
        self._listener = listener
        self._recorder = ReelRecorder(settings)
        self._taker = RingTaker(self._recorder)

    @property
    def lost_pictures(self) -> int:
        """Pictures that no clip can have: not encoded in time, or the disk was too slow."""
        return self._recorder.lost_pictures + self._taker.dropped_frames

    def apply(self, settings: ClipSettings) -> None:
        """Take over changed settings at once; from any thread."""
        self._recorder.apply(settings)
        self._taker.nudge()

    def on_motion_event(self, event: MotionEvent, frame: Frame | None) -> None:
        """An event changed, `frame` tripped it; called in the motion thread, never waits."""
        if event.state is EventState.STARTED:
            given_up = self._recorder.begin(event.id, frame.monotonic_at if frame else None)
            if given_up is not None:
                self._lose(given_up)
        elif event.state is EventState.ENDED and event.ended_at is not None:
            self._recorder.end(event.id, (event.ended_at - event.started_at).total_seconds())
        self._taker.nudge()

    def _wake(self) -> None:
        self._taker.nudge()

    def _work(self) -> None:
        with self._hub.subscribed(self._taker):
            while not self._stopping.is_set():
                frame = self._taker.take(_TICK_SECONDS if self._recorder.is_recording else None)
                if frame is not None:
                    self._encode(frame)
                self._hand_over()
        self._recorder.stop()
        self._hand_over()

    def _encode(self, frame: Frame) -> None:
        if not self._recorder.wants_pictures:
            return
        jpeg = jpeg_of(frame, quality=self._recorder.quality)
        self._recorder.add(
            ReelPicture(monotonic_at=frame.monotonic_at, captured_at=frame.captured_at, jpeg=jpeg)
        )

    def _hand_over(self) -> None:
        for portion in self._recorder.take_due():
            if portion.until is not None and not portion.reel.taken:
                self._lose(portion.reel)
            elif not self._sink.write(portion.reel.event_id, portion.pictures, portion.until):
                self._recorder.put_back(portion)

    def _lose(self, reel: OpenReel) -> None:
        reason = (
            "the disk did not take the pictures in time"
            if reel.taken
            else "the camera gave no picture during the event"
        )
        self._listener.on_clip_lost(reel.event_id, reason)


class RingTaker(FrameTaker):
    """Puts JPEGs of the source into the ring at once; frames to be encoded wait in the slot."""

    def __init__(self, recorder: ReelRecorder) -> None:
        super().__init__()
        self._recorder = recorder
        self._nudged = False

    def offer(self, frame: Frame) -> None:
        """Take a frame, in the capture thread."""
        if not self._recorder.wants_pictures:
            return
        if frame.jpeg is None:
            super().offer(frame)
            return
        self._recorder.add(
            ReelPicture(
                monotonic_at=frame.monotonic_at,
                captured_at=frame.captured_at,
                jpeg=frame.jpeg,
                view=view_code(frame.view),  # applied when the clip is made, off the frame path
            )
        )

    def take(self, timeout: float | None = None) -> Frame | None:
        """Wait for a frame to encode; None on time-out (seconds) or once nudged."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._nudged, timeout)
            self._nudged = False
            frame, self._frame = self._frame, None
            return frame

    def nudge(self) -> None:
        """End the present or the next wait."""
        with self._changed:
            self._nudged = True
            self._changed.notify()
