"""A video file as a camera: paced, looped, and told apart where it cannot be played."""

import io
import threading
import time
import wave
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.video.stream import VideoStream

from pi_agent.capture import FileSource
from pi_agent.errors import CameraError
from pi_agent.frames import bgr_of

from .frame_source_suite import read_until_lost
from .test_frame_sources import write_video


def test_frames_are_paced_by_their_own_times(tmp_path: Path) -> None:
    with closing(FileSource(write_video(tmp_path / "clip.avi"))) as source:
        source.open()
        times = [source.read().monotonic_at for _ in range(5)]
    assert times[-1] - times[0] >= 3 / 30


def test_an_interrupt_ends_a_wait_and_the_next_opening_forgets_it(tmp_path: Path) -> None:
    slow = write_video(tmp_path / "slow.avi", frames=3, fps=0.02)  # one frame in 50 s
    with closing(FileSource(slow)) as source:
        source.open()
        source.read()
        timer = threading.Timer(0.05, source.interrupt)
        timer.start()
        begun = time.monotonic()
        source.read()
        timer.join()
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
        (b"", "the file is empty"),
        (b"this is no video" * 100, "FFmpeg cannot read it: Invalid data found when"),
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
    assert str(caught.value).count(str(path)) == 1
    assert "Errno" not in str(caught.value)


def test_a_folder_is_no_video(tmp_path: Path) -> None:
    with closing(FileSource(tmp_path)) as source, pytest.raises(CameraError, match="no such file"):
        source.open()


def test_a_file_with_sound_only_says_so(tmp_path: Path) -> None:
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


def test_what_is_left_of_a_file_that_breaks_off_is_played(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "clip.avi", frames=30, fps=200).read_bytes()
    (tmp_path / "half.avi").write_bytes(whole[: len(whole) // 2])
    with closing(FileSource(tmp_path / "half.avi")) as source:
        source.open()
        levels = {int(bgr_of(source.read()).mean()) for _ in range(30)}
    assert 5 < len(levels) < 20


@pytest.mark.parametrize("codec", ["mjpeg", "libx264"])
def test_broken_frames_are_skipped_and_counted(tmp_path: Path, codec: str) -> None:
    path = write_video(tmp_path / "clip.mkv", frames=20, fps=200, codec=codec, noise=30)
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    broken, data = packets[10], bytearray(path.read_bytes())
    assert broken.pos is not None
    # The second half, with the end of a JPEG in it.
    data[broken.pos + broken.size // 2 : broken.pos + broken.size + 16] = b"\x00" * (
        broken.size - broken.size // 2 + 16
    )
    path.write_bytes(data)
    with closing(FileSource(path)) as source:
        source.open()
        frames = [source.read() for _ in range(25)]
        assert source.skipped_frames >= 1
    assert all(bgr_of(frame).shape == (48, 64, 3) for frame in frames)


def h264(*, width: int = 64, height: int = 48, frames: int = 2) -> bytes:
    """A bare H.264 stream of black pictures, which others can be put behind."""
    video = io.BytesIO()
    with av.open(video, "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=Fraction(200))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "ultrafast", "tune": "zerolatency"}
        for _ in range(frames):
            container.mux(stream.encode(av.VideoFrame(width, height, "yuv420p")))
        container.mux(stream.encode())
    return video.getvalue()


BOMB = {"width": 4112, "height": 4096}  # just beyond the bound


def test_a_file_whose_pictures_are_as_large_as_a_house_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clip.h264"
    path.write_bytes(h264(**BOMB))
    with closing(FileSource(path)) as source, pytest.raises(CameraError) as caught:
        source.open()
    assert "4112x4096 are no camera's; the most is 16 megapixels" in str(caught.value)


def test_pictures_that_grow_as_large_as_a_house_are_skipped_before_they_are_decoded(
    tmp_path: Path,
) -> None:
    path = tmp_path / "clip.h264"
    path.write_bytes(h264(frames=40) + h264(**BOMB) + h264())
    with closing(FileSource(path)) as source:
        source.open()
        frames = [source.read() for _ in range(44)]
        assert source.skipped_frames >= 2
    assert {(frame.width, frame.height) for frame in frames} == {(64, 48)}


def test_bare_h264_as_rpicam_vid_writes_it_is_played_over_and_over(tmp_path: Path) -> None:
    path = tmp_path / "clip.h264"
    path.write_bytes(h264(frames=4))
    with closing(FileSource(path)) as source:
        source.open()
        times = [source.read().monotonic_at for _ in range(10)]
        assert source.skipped_frames == 0
    assert times == sorted(times)


def test_a_codec_that_nobody_knows_is_told(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mkv")
    path.write_bytes(path.read_bytes().replace(b"V_MJPEG", b"V_XXPEG"))
    with closing(FileSource(path)) as source, pytest.raises(CameraError) as caught:
        source.open()
    assert "its video codec is not supported; choose H.264" in str(caught.value)


def test_a_file_without_one_whole_frame_says_so(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.avi", frames=2)
    data = path.read_bytes().replace(b"\xff\xd8", b"\x00\x00")
    path.write_bytes(data)
    with closing(FileSource(path)) as source:
        source.open()
        with pytest.raises(CameraError, match="no frame that can be decoded"):
            source.read()
        assert source.skipped_frames == 2


def test_a_file_that_vanishes_while_it_is_played_is_lost(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.avi")
    with closing(FileSource(path)) as source:
        source.open()
        source.read()
        path.unlink()
        assert "has vanished" in read_until_lost(source)
