"""Webcams, on the kernel's own test drivers; tests/webcams runs this under such a kernel."""

import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from pi_agent.capture import CameraControls, CaptureSize, V4l2Source
from pi_agent.capture.camera_modes import webcam_modes
from pi_agent.errors import CameraError
from pi_agent.frames import bgr_of

from .frame_source_suite import (
    FreezingSourceSuite,
    LosableSourceSuite,
    SourceRig,
    read_until_lost,
)
from .webcams import LoopbackRig, VividRig, missing, needs_loopback, needs_vivid

if missing("vivid") and missing("v4l2 loopback"):
    pytest.skip("no test webcam here; tests/webcams has some", allow_module_level=True)


@needs_vivid
class TestRawWebcam(LosableSourceSuite, FreezingSourceSuite):
    @pytest.fixture
    def rig(self, vivid: VividRig) -> SourceRig:
        return vivid


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
        time.sleep(0.2)
        before = time.monotonic()
        frames.append(source.read())
    # It was captured while nobody asked for it, and is dated so.
    assert frames[-1].monotonic_at < before
    assert all(later.monotonic_at >= frame.monotonic_at for frame, later in pairwise(frames))
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
