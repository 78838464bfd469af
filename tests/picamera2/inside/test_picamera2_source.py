"""The Pi camera's source on the real picamera2 and libcamera, with libcamera's virtual cameras."""

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path

import pytest

from pi_agent.capture import CameraControls, CaptureSize, Picamera2Source
from pi_agent.errors import CameraError
from pi_agent.frames import Frame, PictureView, PixelFormat, bgr_of
from tests.agent.capture.frame_source_suite import read_until_lost

from .conftest import SetEncoder
from .virtual_camera import FPS, Sensor

pytestmark = pytest.mark.usefixtures("sensor")


@pytest.fixture
def source(set_encoder: SetEncoder) -> Iterator[Picamera2Source]:
    """A closed source on a Pi 5."""
    set_encoder("none")
    with closing(Picamera2Source("Virtual1", timeout=1.0)) as source:
        yield source


def read(source: Picamera2Source, count: int) -> list[Frame]:
    source.open()
    return [source.read() for _ in range(count)]


@pytest.mark.parametrize(
    ("kind", "encoder"), [("none", "opencv"), ("broken", "opencv"), ("hardware", "hardware")]
)
def test_it_says_which_encoder_runs_and_each_keeps_the_sensor_s_pace(
    set_encoder: SetEncoder, source: Picamera2Source, kind: str, encoder: str
) -> None:
    set_encoder(kind)
    frames = read(source, 20)
    assert source.encoder == encoder
    steps = [b.monotonic_at - a.monotonic_at for a, b in pairwise(frames[2:])]
    assert statistics.median(steps) == pytest.approx(1 / FPS, rel=0.1)
    assert source.skipped_frames == 0


def test_without_an_encoder_frames_are_pixels_and_luma_at_no_cost(source: Picamera2Source) -> None:
    frame = read(source, 1)[0]
    assert frame.jpeg is None
    assert frame.pixel_format is PixelFormat.I420
    assert frame.pixels is not None
    assert frame.pixels.shape == (1080, 1280)
    assert (frame.width, frame.height) == (1280, 720)
    assert frame.luma is not None
    assert frame.luma.shape == (180, 320)


def test_the_encoder_s_jpeg_comes_with_the_luma_of_the_same_moment(
    set_encoder: SetEncoder,
) -> None:
    set_encoder("hardware")
    levels = set()
    with closing(Picamera2Source("virtual_pictures")) as source:
        for frame in read(source, 14):
            assert frame.jpeg is not None
            assert frame.luma is not None
            level = float(bgr_of(frame).mean())
            assert float(frame.luma.mean()) == pytest.approx(level, abs=8)
            levels.add(round(level, -1))
    # Of the pictures, whose brightness is 40 apart, each is shown for four frames.
    assert len(levels) >= 3


def test_a_frame_is_as_old_as_the_sensor_says(source: Picamera2Source) -> None:
    frame = read(source, 5)[-1]
    # Drawn, handed through picamera2 and copied, but not yet a frame time old.
    age = time.monotonic() - frame.monotonic_at
    assert 0.0005 < age < 0.5
    assert time.time() - frame.captured_at == pytest.approx(age, abs=0.05)


def test_no_frame_is_held_back_from_the_camera(sensor: Sensor, source: Picamera2Source) -> None:
    source.open()
    kept = [source.read()]
    before = sensor.lost_frames
    kept += [source.read() for _ in range(12)]  # more than there are buffers
    assert sensor.lost_frames == before
    assert len({frame.sequence for frame in kept}) == 13


def test_another_size_is_delivered(set_encoder: SetEncoder) -> None:
    set_encoder("none")
    size = CaptureSize(width=640, height=360, fps=15)
    with closing(Picamera2Source("Virtual1", size=size)) as source:
        frame = read(source, 1)[0]
    assert bgr_of(frame).shape == (360, 640, 3)


def test_a_camera_is_chosen_by_id_or_model_never_by_number(set_encoder: SetEncoder) -> None:
    set_encoder("none")
    for name in ("Virtual0", "virtual_pictures", "Virtual1", "virtual_lines"):
        with closing(Picamera2Source(name)) as chosen:
            has_lines = bgr_of(read(chosen, 1)[0]).std() > 50
        assert has_lines == (name in ("Virtual1", "virtual_lines"))


@pytest.mark.parametrize(
    ("name", "problem"),
    [("imx219", "there is no Pi camera 'imx219'"), ("", "there is more than one; name one")],
)
def test_a_camera_that_is_not_clear_is_told_with_all_that_there_are(
    name: str, problem: str
) -> None:
    with closing(Picamera2Source(name)) as source, pytest.raises(CameraError) as caught:
        source.open()
    assert problem in str(caught.value)
    assert "virtual_pictures (Virtual0), virtual_lines (Virtual1)" in str(caught.value)


def test_two_cameras_run_side_by_side_at_full_rate(set_encoder: SetEncoder) -> None:
    set_encoder("none")
    with ExitStack() as stack:
        both = [
            stack.enter_context(closing(Picamera2Source(name))) for name in ("Virtual0", "Virtual1")
        ]
        for source in both:
            source.open()
            source.read()
        begun = time.monotonic()
        for _ in range(15):
            for source in both:
                source.read()
        assert time.monotonic() - begun < 3 * 15 / FPS


def test_a_silent_sensor_is_told_in_time_and_the_camera_opens_again(
    sensor: Sensor, source: Picamera2Source
) -> None:
    read(source, 2)
    sensor.frozen = True
    begun = time.monotonic()
    assert "check the ribbon cable" in read_until_lost(source)
    assert time.monotonic() - begun < 3
    source.close()
    sensor.frozen = False
    assert read(source, 3)


def open_files() -> list[str]:
    return [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]


def test_a_camera_in_use_is_told_and_asking_again_costs_nothing(source: Picamera2Source) -> None:
    read(source, 1)
    other = Picamera2Source("Virtual1")
    with pytest.raises(CameraError, match="in use by another program"):
        other.open()
    before = len(open_files())
    for _ in range(20):
        with pytest.raises(CameraError):
            other.open()
        other.close()
    assert len(open_files()) <= before


def test_opening_and_closing_leaves_nothing_behind(source: Picamera2Source) -> None:
    read(source, 1)
    source.close()
    before = len(open_files())
    for _ in range(6):
        read(source, 1)
        source.close()
    assert len(open_files()) <= before


def test_its_buffers_fit_a_zero_2_w(source: Picamera2Source) -> None:
    read(source, 2)
    links = [link for link in Path("/proc/self/fd").iterdir() if _is_buffer(link)]
    # libcamera has handles of its own to the same memory.
    buffers = {link.stat().st_ino: link.stat().st_size for link in links}
    sizes = sorted(buffers.values())
    assert sizes == [320 * 180 * 3 // 2] * 4 + [1280 * 720 * 3 // 2] * 4
    assert sum(sizes) < 6 * 2**20


def _is_buffer(link: Path) -> bool:
    try:
        return "memfd:picamera2" in str(link.readlink())
    except OSError:  # the directory's own
        return False


def test_controls_are_offered_as_far_as_the_sensor_has_them(source: Picamera2Source) -> None:
    source.apply_controls(CameraControls(exposure_seconds=0.01, gain=1, focus=0.5, zoom=4))
    read(source, 1)
    offered = source.offered_controls
    assert offered.frame_duration
    assert (offered.gain, offered.focus, offered.most_zoom) == (False, False, 1.0)
    assert offered.exposure_seconds is None
    source.apply_controls(CameraControls(slowest_fps=5, white_balance="daylight"))
    assert source.read()


def test_mirroring_is_the_sensor_s_and_needs_no_other_source(source: Picamera2Source) -> None:
    assert source.take_view(PictureView(rotation=90)) == PictureView(rotation=90)
    first = read(source, 3)[-1]
    rest = source.take_view(PictureView(rotation=180, timestamp_overlay=True))
    assert rest == PictureView(timestamp_overlay=True)
    assert source.read().sequence > first.sequence
    assert source.take_view(PictureView(rotation=180)) == PictureView()
