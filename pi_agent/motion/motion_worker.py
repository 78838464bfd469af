"""The thread that looks for motion in one camera's frames and tells what it finds."""

import logging
import queue
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pi_agent.frames import Frame, FrameHub, FrameTaker
from pi_agent.frames.luma import luma_of
from pi_agent.protocol import (
    CameraSettings,
    EventCause,
    EventState,
    MotionEvent,
    MotionLook,
    MotionMessage,
)
from pi_agent.runtime import ThreadWorker

from .detector import MotionDetector
from .lens import LensCheck
from .look_schedule import LookSchedule
from .looks import LookTeller
from .motion_messages import MotionMessages
from .observation import MotionObservation
from .settings import MotionSettings
from .tracker import MotionEventTracker
from .view_watch import ViewWatch

_LOGGER = logging.getLogger(__name__)
_TICK_SECONDS = 0.5  # without frames, an open event is still ended in time


class MotionListener(Protocol):
    """Hears, in the motion thread, what moves."""

    def on_motion_event(self, event: MotionEvent, frame: Frame | None) -> None:
        """An event changed; `frame` is the picture that tripped it, given once, at its start."""
        ...

    def on_motion(self, message: MotionMessage) -> None:
        """How much moves right now."""
        ...

    def on_look(self, look: MotionLook) -> None:
        """Somebody watches, and this is what a look found."""
        ...

    def on_covered(self, covered: bool | None) -> None:
        """Whether there is nothing to be seen; None while nobody looks."""
        ...

    def on_moved(self, moved: bool | None) -> None:
        """Whether another view is shown than the camera is known by; None while nobody knows."""
        ...

    def on_view(self, document: bytes) -> None:
        """The view that the camera is known by, to be kept over restarts."""
        ...


class MotionWorker(ThreadWorker):
    """Looks at the frames of one camera; runs in thread `motion-<camera>`."""

    def __init__(
        self,
        camera: str,
        hub: FrameHub,
        settings: CameraSettings,
        listener: MotionListener,
        *,
        view: bytes | None = None,
        on_death: Callable[[str, Exception], None],
    ) -> None:
        """`view` is what was last given to `on_view`, if anything was."""
        super().__init__(f"motion-{camera}", on_death=on_death)
        self._camera = camera
        self._hub = hub
        self._listener = listener
        self._commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._taker: FrameTaker | None = None
        self._looking = _looks(settings)
        motion = MotionSettings.of(settings)
        self._settings = motion
        self._tracker = MotionEventTracker(camera, motion)
        self._views = ViewWatch(view, listener, zoom=settings.zoom)
        self._messages = MotionMessages(camera)
        self._begin()
        self._ahead = 0.0  # seconds by which the frames' clock is ahead of this thread's
        self._undecodable_frames = 0
        self._teller: LookTeller | None = None

    @property
    def undecodable_frames(self) -> int:
        """Frames that were skipped because their JPEG could not be decoded."""
        return self._undecodable_frames

    def apply(self, settings: CameraSettings) -> None:
        """Take over changed settings at once; from any thread."""
        self._command(lambda: self._apply(settings))

    def trigger(self, cause: EventCause, seconds: float) -> None:
        """Start an event by hand, or keep the present one open; from any thread."""
        self._command(lambda: self._trigger(cause, seconds))

    def tell_looks(self, wanted: bool) -> None:
        """Tell the listener of every look, or no more; from any thread."""
        self._command(lambda: self._tell_looks(wanted))

    def accept_view(self) -> None:
        """Have what is shown now be the view that the camera is known by; from any thread."""
        self._command(self._views.accept)

    def turn(self, angle: float | None) -> None:
        """Expect the view of that direction, degrees; from any thread."""
        self._command(lambda: self._views.turn(angle))

    def _command(self, command: Callable[[], None]) -> None:
        self._commands.put(command)
        self._wake()

    def _wake(self) -> None:
        taker = self._taker
        if taker is not None:
            taker.close()

    def _work(self) -> None:
        while not self._stopping.is_set():
            with self._hub.subscribed(LookTaker(self._is_worth_a_look)) as self._taker:
                self._run_commands()
                self._watch(self._taker)
        self._run_commands()
        self._finish()

    def _watch(self, taker: FrameTaker) -> None:
        """Take frames until somebody closes the taker to be heard."""
        while self._commands.empty() and not self._stopping.is_set():
            frame = taker.take(_TICK_SECONDS)
            if frame is not None:
                self._take(frame)
            elif self._tracker.is_open:
                self._advance(MotionObservation(at=self._now()), None)

    def _run_commands(self) -> None:
        while not self._commands.empty():
            self._commands.get()()

    def _is_worth_a_look(self, frame: Frame) -> bool:
        """In the capture thread: whether to wake for this frame.

        Measured: a frame that wakes this thread costs 70 to 170 µs, and most need no look.
        """
        at = frame.monotonic_at
        self._ahead = at - time.monotonic()
        if not self._looking:
            return self._tracker.is_open  # whose end is told by the frames' clock
        decodes = frame.luma is None and frame.jpeg is not None
        return self._schedule.due(at, len(frame.jpeg or b"") if decodes else None)

    def _take(self, frame: Frame) -> None:
        at = frame.monotonic_at
        if not self._looking:
            self._advance(MotionObservation(at=at), frame)
            return
        try:
            luma = luma_of(frame)
        except ValueError as error:
            self._skip(error)
            return
        self._check_lens(luma, at)
        self._views.observe(luma, frame)
        observation = self._detector.observe(luma, at)
        self._schedule.looked(at, stirring=observation.stirring, active=observation.active)
        self._advance(observation, frame)
        if self._teller is not None:
            look = self._teller.tell(
                luma, observation, captured_at=frame.captured_at, fps=self._hub.fps
            )
            self._listener.on_look(look)

    def _check_lens(self, luma: NDArray[np.uint8], at: float) -> None:
        before = self._lens.covered
        self._lens.observe(luma, at)
        if self._lens.covered is not before:
            self._listener.on_covered(self._lens.covered)

    def _skip(self, error: ValueError) -> None:
        self._undecodable_frames += 1
        level = logging.WARNING if self._undecodable_frames == 1 else logging.DEBUG
        _LOGGER.log(level, "Camera %s: a frame was not looked at: %s", self._camera, error)

    def _advance(self, observation: MotionObservation, frame: Frame | None) -> None:
        captured_at = time.time() if frame is None else frame.captured_at
        self._tell(self._tracker.advance(observation, captured_at=captured_at), frame)
        message = self._messages.take(observation)
        if message is not None:
            self._listener.on_motion(message)

    def _tell(self, events: tuple[MotionEvent, ...], frame: Frame | None) -> None:
        for event in events:
            tripped = frame if event.state is EventState.STARTED else None
            self._listener.on_motion_event(event, tripped)

    def _trigger(self, cause: EventCause, seconds: float) -> None:
        self._tell(
            self._tracker.trigger(cause, seconds, self._now(), time.time()), self._hub.newest
        )

    def _apply(self, settings: CameraSettings) -> None:
        self._settings = MotionSettings.of(settings)
        was_looking, self._looking = self._looking, _looks(settings)
        if was_looking and not self._looking:
            self._finish()
            self._listener.on_covered(None)
            self._views.rest()
        if self._looking and not was_looking:
            self._begin()
        self._views.zoom(settings.zoom)
        self._detector.apply(self._settings)
        self._tracker.apply(self._settings)
        if self._teller is not None:
            self._teller.apply(self._settings)

    def _tell_looks(self, wanted: bool) -> None:
        self._teller = LookTeller(self._camera, self._settings) if wanted else None

    def _begin(self) -> None:
        self._detector = MotionDetector(self._settings)
        self._schedule = LookSchedule()
        self._lens = LensCheck()

    def _finish(self) -> None:
        self._tell(self._tracker.finish(self._now(), time.time()), None)
        message = self._messages.finish()
        if message is not None:
            self._listener.on_motion(message)

    def _now(self) -> float:
        return time.monotonic() + self._ahead


class LookTaker(FrameTaker):
    """A slot for the frames that are worth a look; the others wake nobody."""

    def __init__(self, is_worth_a_look: Callable[[Frame], bool]) -> None:
        super().__init__()
        self._is_worth_a_look = is_worth_a_look

    def offer(self, frame: Frame) -> None:
        """Put the frame into the slot, if it is worth it."""
        if self._is_worth_a_look(frame):
            super().offer(frame)


def _looks(settings: CameraSettings) -> bool:
    return settings.motion and not settings.privacy
