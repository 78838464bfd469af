"""A camera whose every mood a test decides: it delivers, is lost, hangs inside its library."""

import threading
from typing import Literal

import numpy as np

from pi_agent.capture import CameraControls, OfferedControls
from pi_agent.capture.frame_counter import FrameCounter
from pi_agent.capture.sensor_flip import SensorFlip
from pi_agent.errors import CameraError
from pi_agent.frames import Frame, PictureView

Call = Literal["open", "read", "close"]
_PICTURE = np.zeros((6, 8, 3), np.uint8)


class FakeCamera:
    """The device; `sources` are all that were ever made of it, the first one at once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()  # protects everything below
        self._frames = 0
        self._problem: str | None = None
        self._hanging: set[Call] = set()
        self.sources: list[FakeSource] = []
        self.source = self.new_source()

    def new_source(self) -> "FakeSource":
        """One more source of this camera."""
        source = FakeSource(self)
        self.sources.append(source)
        return source

    def deliver(self, frames: int = 1) -> None:
        """Let so many more frames be read."""
        with self._changed:
            self._frames += frames
            self._changed.notify_all()

    def lose(self, reason: str) -> None:
        """Be gone, from now on until `mend`."""
        with self._changed:
            self._problem = reason
            self._changed.notify_all()

    def mend(self) -> None:
        """Be there again."""
        with self._changed:
            self._problem = None

    def hang_in(self, call: Call) -> None:
        """Let this call never return, whoever makes it, until `release`."""
        with self._changed:
            self._hanging.add(call)
            self._changed.notify_all()

    def release(self) -> None:
        """Let all calls that hang return."""
        with self._changed:
            self._hanging.clear()
            self._changed.notify_all()

    def call(self, call: Call, source: "FakeSource") -> None:
        """A source's call: return in time, never, or with the camera's problem."""
        with self._changed:
            source.calls.append(call)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._may_return(call, source))
            if call == "read" and source.interrupted:
                raise CameraError("interrupted")
            if call != "close" and self._problem is not None:
                raise CameraError(self._problem)
            if call == "read":
                self._frames -= 1

    def interrupt(self, source: "FakeSource") -> None:
        """End a wait of this source, unless it hangs."""
        with self._changed:
            source.interrupted = True
            self._changed.notify_all()

    def _may_return(self, call: Call, source: "FakeSource") -> bool:
        if call in self._hanging:
            return False
        waits = call == "read" and not source.interrupted and self._problem is None
        return not waits or self._frames > 0


class FakeSource:
    """A frame source of a `FakeCamera` that can do all that any source can."""

    encoder = "opencv"
    offered_controls = OfferedControls(gain=True, flip=True)

    def __init__(self, camera: FakeCamera) -> None:
        self._camera = camera
        self._counter = FrameCounter()
        self.calls: list[Call] = []
        self.interrupted = False
        self.skipped_frames = 0
        self.controls: CameraControls | None = None
        self.flip = SensorFlip()
        self.flips_before_open = 0

    def renewed(self) -> "FakeSource":
        return self._camera.new_source()

    def take_view(self, view: PictureView) -> PictureView:
        self.flips_before_open += "open" not in self.calls
        self.flip, rest = SensorFlip.of(view)
        return rest

    def apply_controls(self, controls: CameraControls) -> None:
        self.controls = controls

    def open(self) -> None:
        self.interrupted = False
        self._camera.call("open", self)

    def read(self) -> Frame:
        self._camera.call("read", self)
        return self._counter.frame(pixels=_PICTURE, width=8, height=6)

    def interrupt(self) -> None:
        self._camera.interrupt(self)

    def close(self) -> None:
        self._camera.call("close", self)
