"""Webcams, on the kernel's own test drivers where they are loaded.

`modprobe vivid` makes a webcam that a test can unplug, and `modprobe v4l2loopback exclusive_caps=0`
one whose JPEGs a test writes; without them there is no video device to read.
"""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from pi_agent.capture import CameraControls, CaptureSize, FrameSource, V4l2Source, v4l2_api as api
from pi_agent.capture.camera_modes import webcam_modes
from pi_agent.capture.v4l2_device import V4l2Device
from pi_agent.errors import CameraError
from pi_agent.frames import bgr_of

from .frame_source_suite import (
    FreezingSourceSuite,
    LosableSourceSuite,
    SourceRig,
    read_until_lost,
)
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


if missing("vivid") and missing("v4l2 loopback"):
    pytest.skip(
        "no test webcam; on a machine of your own: modprobe vivid; modprobe v4l2loopback",
        allow_module_level=True,
    )
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


@pytest.fixture
def vivid() -> Iterator[VividRig]:
    rig = VividRig()
    yield rig
    rig.mend()
    rig.thaw()


def _press(device: V4l2Device, name: str, value: int) -> None:
    number = api.NEXT_CONTROL
    while True:
        found = device.call(api.QUERYCTRL, api.QueryControl(id=number))
        if found.name.decode() == name:
            device.set_control(found.id, value)
            return
        number = found.id | api.NEXT_CONTROL


@needs_vivid
class TestRawWebcam(LosableSourceSuite, FreezingSourceSuite):
    @pytest.fixture
    def rig(self, vivid: VividRig) -> SourceRig:
        return vivid


class LoopbackRig(SourceRig):
    """A webcam whose JPEGs this writes."""

    def __init__(self, path: str) -> None:
        self.path = path
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
            wanted.fmt.pix.width, wanted.fmt.pix.height = WIDTH, HEIGHT
            wanted.fmt.pix.pixelformat = api.fourcc_code("MJPG")
            wanted.fmt.pix.sizeimage = 65536
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


@pytest.fixture
def loopback() -> Iterator[LoopbackRig]:
    path = device_of("v4l2 loopback")
    assert path is not None
    rig = LoopbackRig(path)
    with rig.writing():
        yield rig


@needs_loopback
class TestJpegWebcam(FreezingSourceSuite):
    @pytest.fixture
    def rig(self, loopback: LoopbackRig) -> SourceRig:
        return loopback


@needs_loopback
def test_jpegs_are_passed_on_untouched(loopback: LoopbackRig) -> None:
    with closing(loopback.create()) as source:
        source.open()
        frames = [source.read() for _ in range(6)]
        assert source.encoder == "source"
    assert {frame.jpeg for frame in frames} <= set(loopback.pictures)


@needs_loopback
def test_broken_jpegs_are_skipped_and_counted(loopback: LoopbackRig) -> None:
    good, *_ = whole = loopback.pictures
    loopback.pictures = [good, good[:200], b"\x00" * 100]
    with closing(V4l2Source(loopback.path, timeout=2.0)) as source:
        source.open()
        frames = [source.read() for _ in range(6)]
        assert source.skipped_frames >= 4
    # A picture or two of before may still lie in the driver's buffers.
    assert {frame.jpeg for frame in frames} <= set(whole)
    assert frames[-1].jpeg == good


@needs_vivid
def test_raw_pictures_come_with_luma_and_the_driver_s_time(vivid: VividRig) -> None:
    with closing(vivid.create()) as source:
        source.open()
        frames = [source.read() for _ in range(6)]
        age = time.monotonic() - frames[-1].monotonic_at
    assert 0 <= age < 0.5
    steps = [b.monotonic_at - a.monotonic_at for a, b in pairwise(frames)]
    assert all(step > 0.005 for step in steps)
    for frame in frames:
        assert (frame.width, frame.height) == (640, 360)
        assert bgr_of(frame).shape == (360, 640, 3)
        assert frame.luma is not None
        assert frame.luma.shape == (360, 640)


@needs_vivid
def test_a_picture_that_the_driver_calls_broken_is_skipped(vivid: VividRig) -> None:
    with closing(vivid.create()) as source:
        source.open()
        source.read()
        vivid.press("Inject V4L2_BUF_FLAG_ERROR")
        for _ in range(8):
            source.read()
        assert source.skipped_frames == 1


@needs_vivid
def test_a_fault_in_the_middle_of_the_stream_is_told_and_mended(vivid: VividRig) -> None:
    with closing(vivid.create()) as source:
        source.open()
        source.read()
        vivid.press("Inject Fatal Streaming Error")
        assert "try another cable or port" in read_until_lost(source)
        source.close()
        source.open()
        assert source.read().width == 640


@needs_vivid
def test_a_webcam_in_use_is_told(vivid: VividRig) -> None:
    with closing(vivid.create()) as source, closing(vivid.create()) as other:
        source.open()
        with pytest.raises(CameraError, match="in use by another program"):
            other.open()


@needs_vivid
def test_opening_and_closing_leaves_nothing_open(vivid: VividRig) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    source = vivid.create()
    for _ in range(5):
        source.open()
        source.read()
        source.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@needs_vivid
def test_a_mode_that_is_asked_for_is_set(vivid: VividRig) -> None:
    with closing(V4l2Source(vivid.path, size=CaptureSize(width=320, height=180))) as source:
        source.open()
        assert bgr_of(source.read()).shape == (180, 320, 3)
        assert source.encoder == "opencv"
    modes = webcam_modes(vivid.path)
    assert "640x360 at 40 a second (YUYV)" in modes
    assert all("YUYV" in mode for mode in modes)


@needs_vivid
def test_controls_reach_the_driver(vivid: VividRig) -> None:
    with closing(vivid.create()) as source:
        source.open()
        assert source.offered_controls.gain
        source.apply_controls(CameraControls(gain=1.0))
        assert source.read()
