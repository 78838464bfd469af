"""The kernel's own test webcams, where they are loaded; scripts/webcam-kernel boots one with them.

`vivid` is a webcam with raw pictures that a test can unplug; `v4l2loopback` one whose JPEGs a test
writes. On a machine of your own: modprobe vivid; modprobe v4l2loopback exclusive_caps=0.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import pytest

from pi_agent.capture import CaptureSize, FrameSource, V4l2Source, v4l2_api as api
from pi_agent.capture.v4l2_device import V4l2Device

from .frame_source_suite import SourceRig
from .mjpeg_server import HEIGHT, WIDTH, jpeg

_OUTPUT = 2  # V4L2_BUF_TYPE_VIDEO_OUTPUT
_SIZE = CaptureSize(width=640, height=360, fps=40)


def device_of(driver: str) -> str | None:
    """The first video device of this driver."""
    for path in sorted(map(str, Path("/dev").glob("video*"))):
        with contextlib.suppress(OSError), closing(V4l2Device(path)) as device:
            if device.info().driver == driver and device.info().captures:
                return path
    return None


@cache
def missing(driver: str) -> bool:
    return device_of(driver) is None


needs_vivid = pytest.mark.skipif(missing("vivid"), reason="no test webcam: modprobe vivid")
needs_loopback = pytest.mark.skipif(
    missing("v4l2 loopback"), reason="no test webcam: modprobe v4l2loopback exclusive_caps=0"
)


class VividRig(SourceRig):
    """The kernel's virtual webcam, which has raw pictures and a switch for every mishap."""

    def __init__(self) -> None:
        path = device_of("vivid")
        assert path is not None
        self.path = path
        self._switch: V4l2Device | None = None

    def create(self) -> V4l2Source:
        return V4l2Source(self.path, size=_SIZE, timeout=1.0)

    def press(self, name: str, value: int = 1) -> None:
        """Set the driver's control of this name."""
        with closing(V4l2Device(self.path)) as device:
            _press(device, name, value)

    def break_off(self) -> None:
        # It is plugged in again as soon as nobody has it open any more.
        self._switch = V4l2Device(self.path)
        _press(self._switch, "Disconnect", 1)

    def mend(self) -> None:
        if self._switch is not None:
            self._switch.close()

    def freeze(self) -> None:
        self.press("Percentage of Dropped Buffers", 100)

    def thaw(self) -> None:
        self.press("Percentage of Dropped Buffers", 0)


def _press(device: V4l2Device, name: str, value: int) -> None:
    number = api.NEXT_CONTROL
    while True:
        found = device.call(api.QUERYCTRL, api.QueryControl(id=number))
        if found.name.decode() == name:
            device.set_control(found.id, value)
            return
        number = found.id | api.NEXT_CONTROL


class LoopbackRig(SourceRig):
    """A webcam whose JPEGs this writes."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.size = (WIDTH, HEIGHT)  # the driver's buffers are as large as raw pictures of it
        self.pictures = [jpeg(level) for level in range(40, 200, 20)]
        self._frozen = threading.Event()
        self._gone = threading.Event()

    def create(self) -> FrameSource:
        return V4l2Source(self.path, timeout=1.0)

    def freeze(self) -> None:
        self._frozen.set()

    def thaw(self) -> None:
        self._frozen.clear()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be switched on while the block runs."""
        with closing(V4l2Device(self.path)) as device:
            wanted = api.Format(type=_OUTPUT)
            wanted.fmt.pix.width, wanted.fmt.pix.height = self.size
            wanted.fmt.pix.pixelformat = api.fourcc_code("MJPG")
            device.call(api.S_FMT, wanted)
            os.write(device.fd, self.pictures[0])  # until then it lists no mode
            writer = threading.Thread(target=self._write, args=(device.fd,))
            writer.start()
            try:
                yield
            finally:
                self._gone.set()
                writer.join()

    def _write(self, fd: int) -> None:
        number = 0
        while not self._gone.wait(0.02):
            if not self._frozen.is_set():
                os.write(fd, self.pictures[number % len(self.pictures)])
                number += 1
