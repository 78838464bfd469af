"""The thread that owns a camera: reads it, and brings it back when it is lost."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from pi_agent.errors import CameraError
from pi_agent.frames import Frame, FrameHub, PictureView
from pi_agent.runtime import Backoff, ThreadWorker

from .frame_source import FrameSource

_LOGGER = logging.getLogger(__name__)


class CaptureListener(Protocol):
    """Hears, in the capture thread, how the camera is."""

    def on_camera_online(self, frame: Frame) -> None:
        """The first frame after the camera was opened."""
        ...

    def on_camera_offline(self, reason: str) -> None:
        """The camera could not be opened or its frames stopped."""
        ...


class CaptureWorker(ThreadWorker):
    """Owns the camera device; runs in thread `capture-<camera>`.

    Publishes every frame to the hub, shown as `view` says. `paused` lets go of the device (privacy
    mode: the lens really is shut) until it is lifted.
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
    ) -> None:
        super().__init__(f"capture-{camera}", on_death=on_death)
        self.view = view  # replaced as a whole by the owner, read for each frame
        self._camera = camera
        self._source = source
        self._hub = hub
        self._listener = listener
        self._backoff = backoff or Backoff()
        self._paused = False
        self._nudged = threading.Event()  # ends any wait of this thread that is not the source's
        self._offline = False

    def set_paused(self, paused: bool) -> None:
        """Let go of the camera, or take it again; acts at once, from any thread."""
        self._paused = paused
        self._wake()

    def _wake(self) -> None:
        self._nudged.set()
        if self._paused or self._stopping.is_set():
            self._source.interrupt()

    @property
    def _may_capture(self) -> bool:
        return not (self._paused or self._stopping.is_set())

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._nudged.clear()
            if self._paused:
                self._nudged.wait()
                continue
            try:
                self._capture()
            except CameraError as error:
                self._lose(str(error))

    def _capture(self) -> None:
        try:
            self._source.open()
            first = True
            while self._may_capture:
                frame = replace(self._source.read(), view=self.view)
                if not self._may_capture:
                    return
                self._hub.publish(frame)
                if first:
                    first = False
                    self._find(frame)
        finally:
            self._source.close()
            self._hub.clear()

    def _find(self, frame: Frame) -> None:
        if self._offline:
            _LOGGER.info("Camera %s is back", self._camera)
        self._offline = False
        self._backoff.reset()
        self._listener.on_camera_online(frame)

    def _lose(self, reason: str) -> None:
        if not self._may_capture:
            return
        level = logging.DEBUG if self._offline else logging.WARNING
        _LOGGER.log(level, "Camera %s is offline: %s", self._camera, reason)
        self._offline = True
        self._listener.on_camera_offline(reason)
        self._nudged.wait(self._backoff.pause())
