"""The thread that makes a camera's JPEGs, asleep until somebody watches."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from pi_agent.frames import Frame, FrameHub, FrameTaker, jpeg_of
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

    While no frames come, viewers get the offline picture every few seconds in the same response:
    a browser never mends a stream that has ended.
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
            with self._hub.subscribed() as taker:
                self._taker = taker
                self._serve(taker)
                self._dropped_frames += taker.dropped_frames
                self._taker = None

    def _serve(self, taker: FrameTaker) -> None:
        """Encode while anybody watches."""
        frame = self._hub.newest
        last_at = -math.inf
        while self.streams.watched() and not self._stopping.is_set():
            if frame is None:
                self._show_offline()
            elif frame.monotonic_at - last_at >= 0.9 / self.settings.fps:
                last_at = frame.monotonic_at
                self._encode(frame)
            frame = taker.take(_QUIET_SECONDS)
            if frame is None:  # nothing new: show the last one again, as a sign of life
                frame, last_at = self._hub.newest, -math.inf

    def _encode(self, frame: Frame) -> None:
        for width, broadcaster in self.streams.watched():
            try:
                jpeg = jpeg_of(frame, quality=self.settings.quality, width=width)
            except ValueError:
                self._dropped_frames += 1
                return
            self._send(broadcaster, EncodedPicture.of(jpeg, frame.captured_at))

    def _show_offline(self) -> None:
        status = self._status()
        for width, broadcaster in self.streams.watched():
            jpeg = draw_offline_picture(status, width=width or 640)
            self._send(broadcaster, EncodedPicture.of(jpeg, time.time()))

    def _send(self, broadcaster: JpegBroadcaster, picture: EncodedPicture) -> None:
        if broadcaster in self._in_flight:  # the loop is behind: newest wins, nothing piles up
            self._dropped_frames += 1
            return
        self._in_flight.add(broadcaster)
        self._bridge.post(self._publish, broadcaster, picture)

    def _publish(self, broadcaster: JpegBroadcaster, picture: EncodedPicture) -> None:
        self._in_flight.discard(broadcaster)
        broadcaster.publish(picture)
