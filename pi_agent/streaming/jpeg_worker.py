"""The thread that makes a camera's JPEGs, asleep until somebody watches."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from pi_agent.frames import Frame, FrameHub, FrameTaker, jpeg_of, ready_jpeg
from pi_agent.protocol import CameraStatus
from pi_agent.runtime import LoopBridge, ThreadWorker

from .broadcaster import EncodedPicture, JpegBroadcaster
from .camera_streams import CameraStreams
from .offline_picture import draw_offline_picture

_QUIET_SECONDS = 2.5  # without a new frame for so long, viewers get a sign of life


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSettings:
    """Most frames a second, and JPEG quality (1 to 100) where an encode is needed."""

    fps: float
    quality: int


class JpegWorker(ThreadWorker):
    """Encodes each frame once a width for all viewers; runs in thread `jpeg-<camera>`.

    A JPEG of the source's own that fits is passed on at once, in the thread that captured it. While
    no frames come, viewers get the offline picture every few seconds in the same response: a
    browser never mends a stream that has ended.
    """

    def __init__(
        self,
        camera: str,
        hub: FrameHub,
        bridge: LoopBridge,
        *,
        settings: StreamSettings,
        status: Callable[[], CameraStatus],
        on_death: Callable[[str, Exception], None],
    ) -> None:
        super().__init__(f"jpeg-{camera}", on_death=on_death)
        self.settings = settings  # replaced as a whole by the owner
        self.streams = CameraStreams(self._on_demand)
        self._dropped_frames = 0
        self._hub = hub
        self._bridge = bridge
        self._status = status
        self._demand = threading.Event()
        self._taker: FrameTaker | None = None
        self._passing = threading.Lock()  # keeps frames that are passed on in order
        self._shown_at = -math.inf  # of the last frame not left out, by the frames' own clock
        self._in_flight: set[JpegBroadcaster] = set()

    @property
    def dropped_frames(self) -> int:
        """Frames that viewers missed: not encoded in time, or not taken by a slow viewer."""
        taker = self._taker
        unencoded = self._dropped_frames + (taker.dropped_frames if taker else 0)
        return unencoded + self.streams.dropped_frames

    def _on_demand(self) -> None:
        self._demand.set()

    def _wake(self) -> None:
        self._demand.set()
        taker = self._taker
        if taker is not None:
            taker.close()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._demand.wait()
            self._demand.clear()
            with self._hub.subscribed(_EncodeTaker(self._on_frame)) as taker:
                self._taker = taker
                self._serve(taker)
                self._dropped_frames += taker.dropped_frames
                self._taker = None

    def _serve(self, taker: FrameTaker) -> None:
        """Encode while anybody watches."""
        self.show_newest()
        while self.streams.watched and not self._stopping.is_set():
            shown_at = self._shown_at
            frame = taker.take(_QUIET_SECONDS)
            if frame is not None:
                self._encode(frame)
            elif self._shown_at == shown_at:  # nothing new
                self.show_newest()

    def show_newest(self) -> None:
        """Show the last frame again, as a sign of life, or say why there is none."""
        frame = self._hub.newest
        if frame is None:
            self._show_offline()
            return
        with self._passing:
            if frame is not self._hub.newest:
                return  # a newer one is on its way to the viewers
            self._pass_on(frame)
        self._encode(frame)

    def _on_frame(self, frame: Frame) -> bool:
        """In the capture thread: whether this frame needs no encode, now that it was passed on.

        Measured: a frame that need not wait for this thread's turn costs 70 to 120 µs less.
        """
        with self._passing:
            # Below 0: a source that was opened anew may begin its clock anew.
            if 0 <= frame.monotonic_at - self._shown_at < 0.9 / self.settings.fps:
                return True  # left out
            self._shown_at = frame.monotonic_at
            return self._pass_on(frame)

    def _pass_on(self, frame: Frame) -> bool:
        """Send the frame's own JPEG to all whom it fits; whether it fits everybody."""
        fits_all = True
        for width, broadcaster in self.streams.watched:
            jpeg = ready_jpeg(frame, width=width)
            if jpeg is None:
                fits_all = False
            else:
                self._send(broadcaster, jpeg, frame.captured_at)
        return fits_all

    def _encode(self, frame: Frame) -> None:
        """Make and send the JPEGs that cannot be passed on."""
        for width, broadcaster in self.streams.watched:
            if ready_jpeg(frame, width=width) is not None:
                continue
            try:
                jpeg = jpeg_of(frame, quality=self.settings.quality, width=width)
            except ValueError:
                self._dropped_frames += 1
                return
            self._send(broadcaster, jpeg, frame.captured_at)

    def _show_offline(self) -> None:
        status = self._status()
        for width, broadcaster in self.streams.watched:
            jpeg = draw_offline_picture(status, width=width or 640)
            self._send(broadcaster, jpeg, time.time())

    def _send(self, broadcaster: JpegBroadcaster, jpeg: bytes, captured_at: float) -> None:
        if broadcaster in self._in_flight:  # the loop is behind: newest wins, nothing piles up
            self._dropped_frames += 1
            return
        self._in_flight.add(broadcaster)
        self._bridge.post(self._publish, broadcaster, jpeg, captured_at)

    def _publish(self, broadcaster: JpegBroadcaster, jpeg: bytes, captured_at: float) -> None:
        """On the loop: send the picture to the broadcaster's viewers."""
        self._in_flight.discard(broadcaster)
        # What is sent is made in this thread, too: measured, a part that comes from the cache of
        # another core costs 40 µs a frame.
        broadcaster.publish(EncodedPicture(jpeg=jpeg, captured_at=captured_at))


class _EncodeTaker(FrameTaker):
    """A slot for frames that need an encode; the others are dealt with as they come."""

    def __init__(self, on_frame: Callable[[Frame], bool]) -> None:
        super().__init__()
        self._on_frame = on_frame

    def offer(self, frame: Frame) -> None:
        """Put the frame into the slot unless `on_frame` says that it is done with."""
        if not self._on_frame(frame):
            super().offer(frame)
