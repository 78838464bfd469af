"""Clips as players see them: right pictures at the right times, whatever the reel went through."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pi_agent.clips import encode
from pi_agent.clips.encode import ReelError, make_clip
from pi_agent.clips.reel import MAGIC, ReelPicture, packed, packed_end
from pi_agent.clips.views import view_code
from pi_agent.frames import PictureView, encode_jpeg
from tests.clips import decoded_clip, top_level_atoms
from tests.small_disk import small_disk

JITTERED = [0.0, 0.066, 0.134, 0.2, 0.21, 0.4, 0.467, 2.9, 2.967, 3.033, 3.1]  # with a gap
CAPTURED_AT = 1_800_000_000.0


def scene(number: int, width: int = 320, height: int = 180) -> NDArray[np.uint8]:
    """A grey picture with a white bar whose place tells the number."""
    picture = np.full((height, width, 3), 90, np.uint8)
    picture[:, number * 20 : number * 20 + 16] = 235
    return picture


def number_in(picture: NDArray[np.uint8]) -> int:
    return int(picture[picture.shape[0] // 2, :, 1].argmax()) // 20


def reel_of(
    folder: Path,
    times: Sequence[float] = JITTERED,
    *,
    view: PictureView | None = None,
    jpegs: Sequence[bytes] | None = None,
    end: bytes = b"",
) -> Path:
    jpegs = jpegs or [encode_jpeg(scene(number), quality=90) for number in range(len(times))]
    pictures = [
        ReelPicture(
            monotonic_at=5000 + at,
            captured_at=CAPTURED_AT + at,
            jpeg=jpeg,
            view=view_code(view or PictureView()),
        )
        for at, jpeg in zip(times, jpegs, strict=True)
    ]
    path = folder / "event.reel"
    path.write_bytes(MAGIC + packed(pictures) + end)
    return path


def test_every_picture_is_there_at_its_time(tmp_path: Path) -> None:
    made = make_clip(reel_of(tmp_path, end=packed_end(9999)), tmp_path / "clip.mp4")
    clip = decoded_clip((tmp_path / "clip.mp4").read_bytes())
    assert (clip.codec, clip.pixel_format) == ("h264", "yuv420p")
    assert (clip.width, clip.height) == (320, 180)
    assert clip.times == pytest.approx(JITTERED, abs=2e-5)
    assert [number_in(picture) for picture in clip.pictures] == list(range(len(JITTERED)))
    assert clip.seconds == pytest.approx(3.1, abs=0.1)
    assert clip.began_at == "2027-01-15T08:00:00.000000Z"
    assert (made.pictures, made.skipped, made.seconds) == (11, 0, 3.1)


def test_it_plays_before_it_is_loaded_as_a_whole(tmp_path: Path) -> None:
    make_clip(reel_of(tmp_path), tmp_path / "clip.mp4")
    atoms = top_level_atoms((tmp_path / "clip.mp4").read_bytes())
    assert atoms[0] == "ftyp"
    assert atoms.index("moov") < atoms.index("mdat")


def test_colours_and_brightness_stay(tmp_path: Path) -> None:
    picture = np.zeros((64, 128, 3), np.uint8)
    picture[:, :32], picture[:, 32:64], picture[:, 64:96] = (
        (255, 255, 255),
        (0, 0, 230),
        (200, 60, 20),
    )
    jpeg = encode_jpeg(picture, quality=95)
    make_clip(reel_of(tmp_path, [0, 0.1], jpegs=[jpeg, jpeg]), tmp_path / "clip.mp4")
    shown = decoded_clip((tmp_path / "clip.mp4").read_bytes()).pictures[0]
    for x in (16, 48, 80, 112):
        assert np.abs(shown[32, x].astype(int) - picture[32, x]).max() < 16, x


@pytest.mark.parametrize(
    ("view", "size", "corner"),
    [
        (PictureView(rotation=90), (64, 128), (0, 63)),
        (PictureView(rotation=180), (128, 64), (63, 127)),
        (PictureView(flip_horizontal=True), (128, 64), (0, 127)),
    ],
)
def test_pictures_are_turned_as_they_were_to_be_shown(
    tmp_path: Path, view: PictureView, size: tuple[int, int], corner: tuple[int, int]
) -> None:
    picture = np.full((64, 128, 3), 60, np.uint8)
    picture[:20, :20] = 250  # the upper left corner, before it is turned
    jpeg = encode_jpeg(picture, quality=95)
    make_clip(reel_of(tmp_path, [0, 0.1], view=view, jpegs=[jpeg, jpeg]), tmp_path / "clip.mp4")
    clip = decoded_clip((tmp_path / "clip.mp4").read_bytes())
    assert (clip.width, clip.height) == size
    rows, columns = np.nonzero(clip.pictures[0][:, :, 1] > 200)
    assert rows.min() <= corner[0] <= rows.max()
    assert columns.min() <= corner[1] <= columns.max()
    assert len(rows) < 600


def test_the_time_is_written_into_the_picture_where_asked_for(tmp_path: Path) -> None:
    jpeg = encode_jpeg(np.full((180, 320, 3), 128, np.uint8), quality=95)
    view = PictureView(timestamp_overlay=True)
    make_clip(reel_of(tmp_path, [0, 1], view=view, jpegs=[jpeg, jpeg]), tmp_path / "clip.mp4")
    first, second = decoded_clip((tmp_path / "clip.mp4").read_bytes()).pictures
    assert (first[-24:, :170].astype(int) - 128).max() > 80
    assert np.abs(first[:100].astype(int) - 128).max() < 12
    assert np.abs(first.astype(int) - second).max() > 80  # one second later


def test_a_camera_that_changes_its_size_keeps_playing_in_the_first(tmp_path: Path) -> None:
    jpegs = [encode_jpeg(scene(n), quality=90) for n in range(2)]
    jpegs += [
        encode_jpeg(scene(2, 640, 360), quality=90),
        encode_jpeg(scene(3, 101, 77), quality=90),
    ]
    made = make_clip(reel_of(tmp_path, [0, 0.1, 0.2, 0.3], jpegs=jpegs), tmp_path / "clip.mp4")
    clip = decoded_clip((tmp_path / "clip.mp4").read_bytes())
    assert made.pictures == len(clip.pictures) == 4
    assert (clip.width, clip.height) == (320, 180)


@pytest.mark.parametrize("size", [(101, 77), (16, 16), (33, 480)])
def test_odd_sizes_play(tmp_path: Path, size: tuple[int, int]) -> None:
    jpegs = [encode_jpeg(np.full((size[1], size[0], 3), 90, np.uint8), quality=90)] * 3
    make_clip(reel_of(tmp_path, [0, 0.1, 0.2], jpegs=jpegs), tmp_path / "clip.mp4")
    clip = decoded_clip((tmp_path / "clip.mp4").read_bytes())
    assert (clip.width, clip.height) == (size[0] & ~1, size[1] & ~1)


def test_grey_cameras_and_other_subsamplings_play(tmp_path: Path) -> None:
    grey = encode_jpeg(np.full((64, 96), 200, np.uint8), quality=90)
    flags = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422]
    _, other = cv2.imencode(".jpg", np.full((64, 96, 3), 200, np.uint8), flags)
    jpegs = [grey, other.tobytes(), grey]
    make_clip(reel_of(tmp_path, [0, 0.1, 0.2], jpegs=jpegs), tmp_path / "clip.mp4")
    for picture in decoded_clip((tmp_path / "clip.mp4").read_bytes()).pictures:
        assert np.abs(picture.astype(int) - 200).max() < 8


def test_pictures_that_cannot_be_decoded_are_left_out(tmp_path: Path) -> None:
    jpegs = [encode_jpeg(scene(n), quality=90) for n in range(4)]
    jpegs[0], jpegs[2] = b"\xff\xd8 broken", b""
    jpegs[2] = b"nothing at all"
    made = make_clip(reel_of(tmp_path, [0, 0.1, 0.2, 0.3], jpegs=jpegs), tmp_path / "clip.mp4")
    clip = decoded_clip((tmp_path / "clip.mp4").read_bytes())
    assert [number_in(picture) for picture in clip.pictures] == [1, 3]
    assert clip.times == pytest.approx([0, 0.2], abs=2e-5)
    assert made.skipped == 2


def test_two_pictures_of_one_moment_both_play(tmp_path: Path) -> None:
    make_clip(reel_of(tmp_path, [0, 0.1, 0.1, 0.1, 0.2]), tmp_path / "clip.mp4")
    clip = decoded_clip((tmp_path / "clip.mp4").read_bytes())
    assert len(clip.pictures) == 5
    assert sorted(set(clip.times)) == list(clip.times)


@pytest.mark.parametrize("jpegs", [[], [b"no picture"]])
def test_a_reel_without_pictures_is_told(tmp_path: Path, jpegs: list[bytes]) -> None:
    path = tmp_path / "event.reel"
    path.write_bytes(
        MAGIC + packed(ReelPicture(monotonic_at=1, captured_at=1, jpeg=jpeg) for jpeg in jpegs)
    )
    with pytest.raises(ReelError, match="no picture"):
        make_clip(path, tmp_path / "clip.mp4")


def test_hardware_that_fails_is_made_up_for_in_software(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encode, "_HARDWARE_DEVICE", tmp_path)  # there, but no encoder
    made = make_clip(reel_of(tmp_path), tmp_path / "clip.mp4")
    assert made.encoder == "libx264"
    assert len(decoded_clip((tmp_path / "clip.mp4").read_bytes()).pictures) == made.pictures


# --- as the agent runs it: a process of its own -----------------------------------------------


def start(reel: Path, clip: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pi_agent.clips.encode", reel, clip],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        said = process.stdout.read(), process.stderr.read()
    return process.returncode, *said


def test_the_process_tells_what_it_made(tmp_path: Path) -> None:
    status, said, complaint = outcome(start(reel_of(tmp_path), tmp_path / "clip.part"))
    assert (status, complaint) == (0, "")
    assert json.loads(said)["pictures"] == 11
    assert decoded_clip((tmp_path / "clip.part").read_bytes()).times[-1] == pytest.approx(3.1)


def test_the_process_says_in_its_last_line_why_there_is_no_clip(tmp_path: Path) -> None:
    (tmp_path / "event.reel").write_bytes(b"")
    status, _, complaint = outcome(start(tmp_path / "event.reel", tmp_path / "clip.part"))
    assert status == 1
    assert complaint.splitlines()[-1].startswith("no picture of it reached the disk")


def test_a_full_disk_is_no_verdict_on_the_clip(tmp_path: Path) -> None:
    reel = long_reel(tmp_path)
    with small_disk(tmp_path / "disk", megabytes=1) as disk:  # full in the middle of the clip
        status, _, complaint = outcome(start(reel, disk / "clip.part"))
    assert (status, complaint.splitlines()[-1]) == (75, "28")


def long_reel(tmp_path: Path, count: int = 200) -> Path:
    """Pictures that are hard to encode: some take a second."""
    noise = np.random.default_rng(1).integers(0, 255, (720, 1280, 3), np.uint8)
    jpeg = encode_jpeg(noise, quality=80)
    return reel_of(tmp_path, [n / 15 for n in range(count)], jpegs=[jpeg] * count)


def test_the_process_is_nice_and_ends_with_whoever_started_it(tmp_path: Path) -> None:
    process = start(long_reel(tmp_path), tmp_path / "clip.part")
    assert process.stdin is not None
    clip = tmp_path / "clip.part"
    while not clip.exists() and process.poll() is None:
        time.sleep(0.02)
    niceness = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[16]
    assert int(niceness) >= 15
    assert Path(f"/proc/{process.pid}/oom_score_adj").read_text().strip() == "800"
    process.stdin.close()
    assert process.wait(timeout=10) == 75
    outcome(process)


def test_an_encoder_that_hangs_is_ended_by_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarms: list[int] = []
    monkeypatch.setattr(signal, "alarm", alarms.append)
    monkeypatch.setattr("select.select", lambda *_: ([], [], []))
    make_clip(reel_of(tmp_path), tmp_path / "clip.mp4", on_picture=encode._still_wanted)
    assert alarms == [120] * 11
