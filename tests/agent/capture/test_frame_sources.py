"""One suite over all sources of frames."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from pi_agent.capture import DemoSource, FileSource, FrameSource
from pi_agent.errors import CameraError
from pi_agent.frames import bgr_of

CreateSource = Callable[[], FrameSource]


def write_video(path: Path, *, frames: int = 6, fps: float = 30.0) -> Path:
    """A clip of 64x48 whose frames grow brighter."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), fps, (64, 48))
    for number in range(frames):
        writer.write(np.full((48, 64, 3), 20 + 30 * number, np.uint8))
    writer.release()
    return path


@pytest.fixture(params=["demo", "file"])
def create(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CreateSource]:
    if request.param == "demo":
        yield lambda: DemoSource(width=320, height=180)
    else:
        clip = write_video(tmp_path / "clip.avi")
        yield lambda: FileSource(clip)


def test_frames_come_in_order_with_times_that_grow(create: CreateSource) -> None:
    with closing(create()) as source:
        source.open()
        frames = [source.read() for _ in range(8)]
    assert all(a.sequence < b.sequence for a, b in zip(frames, frames[1:], strict=False))
    assert all(a.monotonic_at <= b.monotonic_at for a, b in zip(frames, frames[1:], strict=False))
    assert all(abs(frame.captured_at - time.time()) < 60 for frame in frames)


def test_a_frame_has_the_size_that_it_says(create: CreateSource) -> None:
    with closing(create()) as source:
        source.open()
        frame = source.read()
    assert bgr_of(frame).shape == (frame.height, frame.width, 3)


def test_closing_is_harmless_before_and_after(create: CreateSource) -> None:
    source = create()
    source.close()
    source.open()
    source.read()
    source.close()
    source.close()


def test_a_source_can_be_opened_again(create: CreateSource) -> None:
    source = create()
    for _ in range(2):
        source.open()
        source.read()
        source.close()


def test_frames_are_paced_like_a_camera_s(create: CreateSource) -> None:
    with closing(create()) as source:
        source.open()
        first = source.read().monotonic_at
        last = [source.read() for _ in range(4)][-1].monotonic_at
    assert last - first >= 3 / 30


def test_an_interrupt_ends_a_wait_and_the_next_opening_forgets_it(tmp_path: Path) -> None:
    slow = write_video(tmp_path / "slow.avi", frames=3, fps=0.02)  # one frame in 50 s
    with closing(FileSource(slow)) as source:
        source.open()
        source.read()
        threading.Timer(0.05, source.interrupt).start()
        begun = time.monotonic()
        source.read()
        assert time.monotonic() - begun < 20
        source.close()
        source.open()
        assert source.read().sequence == 3


def test_a_file_is_played_over_and_over(tmp_path: Path) -> None:
    with closing(FileSource(write_video(tmp_path / "clip.avi", frames=3))) as source:
        source.open()
        levels = [int(bgr_of(source.read()).mean()) for _ in range(7)]
    assert levels[0] == levels[3] == levels[6]
    assert levels[0] < levels[1] < levels[2]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "there is no such file"),
        (b"", "FFmpeg cannot read it"),
        (b"this is no video" * 100, "FFmpeg cannot read it"),
    ],
)
def test_a_file_that_cannot_be_played_says_why(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    with closing(FileSource(path)) as source, pytest.raises(CameraError, match=problem) as caught:
        source.open()
    assert str(path) in str(caught.value)


def test_a_folder_is_no_video(tmp_path: Path) -> None:
    with closing(FileSource(tmp_path)) as source, pytest.raises(CameraError, match="no such file"):
        source.open()


def test_a_file_with_sound_only_says_so(tmp_path: Path) -> None:
    import wave

    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    with (
        closing(FileSource(tmp_path / "sound.wav")) as source,
        pytest.raises(CameraError, match="no video stream"),
    ):
        source.open()


def test_a_file_that_breaks_off_is_told(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "clip.avi", frames=30).read_bytes()
    (tmp_path / "half.avi").write_bytes(whole[: len(whole) // 8])
    with closing(FileSource(tmp_path / "half.avi")) as source, pytest.raises(CameraError):
        source.open()
        for _ in range(40):
            source.read()
