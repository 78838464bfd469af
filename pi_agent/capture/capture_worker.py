"""The thread that keeps a camera captured: brings it back when it is lost, gives up what hangs."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from pi_agent.errors import CameraError
from pi_agent.frames import Frame, FrameHub, PictureView
from pi_agent.runtime import Backoff, ThreadWorker

from .camera_controls import CameraControls, OfferedControls
from .frame_source import AdjustableSource, CountingSource, FrameSource, RenewableSource
from .source_reader_worker import CaptureOrders, SourceReader

_LOGGER = logging.getLogger(__name__)
_HANG_SECONDS = 30.0  # longer than any bound that a source keeps by itself
_OVERDUE_SECONDS = 10.0  # after which a source should have been given up, and was not
_LET_GO_SECONDS = 6.0  # less than ThreadWorker.close waits
_STEADY_SECONDS = 10.0  # of pictures, until a loss counts as the first one again
_MOST_STUCK = 3


class CaptureListener(Protocol):
    """Hears, in one of the capture threads, how the camera is."""

    def on_camera_online(self, frame: Frame) -> None:
        """The first frame after the camera was opened."""
        ...

    def on_camera_offline(self, reason: str) -> None:
        """The camera could not be opened or its frames stopped."""
        ...


class CameraStuckError(RuntimeError):
    """The camera's library hung again and again; only a restart of the agent frees the camera."""


class CaptureWorker(ThreadWorker):
    """Keeps one camera captured; runs in thread `capture-<camera>`, its reader beside it.

    Publishes every frame to the hub, shown as `view` says. `paused` lets go of the device (privacy
    mode: the lens really is shut) until it is lifted. A source that does not return from a call
    within `hang_seconds` is abandoned with its thread, which nothing can end, and a fresh one takes
    its place; when that has happened too often, the worker dies: a restart is the only way left.
    """

    def __init__(
        self,
        camera: str,
        source: FrameSource,
        hub: FrameHub,
        *,
        view: PictureView,
        listener: CaptureListener,
        on_death: Callable[[str, Exception], None],
        backoff: Backoff | None = None,
        hang_seconds: float = _HANG_SECONDS,
        let_go_seconds: float = _LET_GO_SECONDS,
    ) -> None:
        super().__init__(f"capture-{camera}", on_death=on_death)
        self._orders = CaptureOrders(view=view, controls=CameraControls())
        self._camera = camera
        self._source = source
        self._hub = hub
        self._listener = listener
        self._backoff = backoff or Backoff()
        self._hang_seconds = hang_seconds
        self._let_go_seconds = let_go_seconds
        self._paused = False
        self._nudged = threading.Event()  # ends any wait of this thread
        self._offline = False
        self._reader: SourceReader | None = None
        self._stuck: list[SourceReader] = []
        self._abandoned = 0
        self._skipped_before = 0  # by sources that are gone

    @property
    def view(self) -> PictureView:
        """How frames are shown; may be replaced at any time, and acts from the next frame on."""
        return self._orders.view

    @view.setter
    def view(self, view: PictureView) -> None:
        self._orders = replace(self._orders, view=view)

    @property
    def controls(self) -> CameraControls:
        """How the camera is set; may be replaced at any time."""
        return self._orders.controls

    @controls.setter
    def controls(self, controls: CameraControls) -> None:
        self._orders = replace(self._orders, controls=controls)

    @property
    def encoder(self) -> str:
        """What makes the JPEGs that viewers see."""
        return self._source.encoder

    @property
    def offered_controls(self) -> OfferedControls:
        """What of `controls` the camera has; nothing until it was opened once."""
        source = self._source
        if isinstance(source, AdjustableSource):
            return source.offered_controls
        return OfferedControls()

    @property
    def skipped_frames(self) -> int:
        """Broken pictures that the camera delivered and nobody got."""
        return self._skipped_before + _skipped(self._source)

    @property
    def abandoned_sources(self) -> int:
        """How often the camera's library hung and was given up, with its thread."""
        return self._abandoned

    @property
    def is_stuck(self) -> bool:
        """Whether this thread, which gives up what hangs, hangs itself."""
        reader = self._reader
        patience = self._hang_seconds + _OVERDUE_SECONDS
        return reader is not None and reader.silent_seconds > patience

    def set_paused(self, paused: bool) -> None:
        """Let go of the camera, or take it again; acts at once, from any thread."""
        if paused != self._paused:
            self._paused = paused
            self._wake()

    def _wake(self) -> None:
        self._nudged.set()

    @property
    def _may_capture(self) -> bool:
        return not (self._paused or self._stopping.is_set())

    def _work(self) -> None:
        while True:
            self._nudged.clear()
            if self._stopping.is_set():  # looked at behind `clear`, which may have eaten its nudge
                return
            if self._paused:
                self._nudged.wait()
                continue
            try:
                self._capture()
            except CameraError as error:
                self._lose(str(error))

    def _capture(self) -> None:
        """One opening of the camera, until it is lost (CameraError) or let go of."""
        reader = self._reader = SourceReader(
            f"{self._thread.name}-reader",
            self._source,
            orders=lambda: self._orders,
            publish=self._take,
            ended=self._nudged.set,
        )
        begun = time.monotonic()
        reader.start()
        try:
            self._watch(reader)
        finally:
            self._reader = None
            self._hub.clear()
            if reader.frames and time.monotonic() - begun > _STEADY_SECONDS:
                self._backoff.reset()
        if reader.problem is not None:
            raise reader.problem

    def _watch(self, reader: SourceReader) -> None:
        """Return when the reader has ended, told to where that is wanted, or give it up."""
        told_at: float | None = None
        while reader.is_alive:
            if not self._may_capture:
                told_at = told_at or time.monotonic()
                reader.stop()
            patience = self._hang_seconds - reader.silent_seconds
            if told_at is not None:
                patience = told_at + self._let_go_seconds - time.monotonic()
            if patience <= 0:
                self._abandon(reader)
                return
            # A source that was being opened may have missed the first call to stop.
            self._nudged.wait(min(patience, 1.0) if told_at else patience)
            self._nudged.clear()

    def _abandon(self, reader: SourceReader) -> None:
        reader.stop()  # so that it ends if its library ever lets it
        self._abandoned += 1
        self._stuck = [*(other for other in self._stuck if other.is_alive), reader]
        reader.problem = CameraError(
            f"the camera has not answered for {reader.silent_seconds:.0f} s; its driver hangs"
        )
        if not isinstance(reader.source, RenewableSource) or len(self._stuck) > _MOST_STUCK:
            raise CameraStuckError(
                f"camera {self._camera} hangs inside its library, {len(self._stuck)} times over"
            )
        self._skipped_before += _skipped(self._source)
        self._source = reader.source.renewed()

    def _take(self, reader: SourceReader, frame: Frame) -> None:
        """In the reader's thread: a frame, of the source or of one that was given up."""
        if reader is not self._reader or not self._may_capture:
            return
        self._hub.publish(frame)
        if reader.frames == 1:
            self._find(frame)

    def _find(self, frame: Frame) -> None:
        if self._offline:
            _LOGGER.info("Camera %s is back", self._camera)
        self._offline = False
        self._listener.on_camera_online(frame)

    def _lose(self, reason: str) -> None:
        if not self._may_capture:
            return
        level = logging.DEBUG if self._offline else logging.WARNING
        _LOGGER.log(level, "Camera %s is offline: %s", self._camera, reason)
        self._offline = True
        self._listener.on_camera_offline(reason)
        self._nudged.clear()  # a reader that failed at once has nudged before anybody waited
        if self._may_capture:
            self._nudged.wait(self._backoff.pause())


def _skipped(source: FrameSource) -> int:
    return source.skipped_frames if isinstance(source, CountingSource) else 0
