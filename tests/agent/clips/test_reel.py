"""Reels: what was written comes back, up to where the disk stopped."""

import random
from pathlib import Path

import pytest

from pi_agent.clips.reel import MAGIC, ReelPicture, packed, packed_end, read_reel
from pi_agent.clips.views import view_code, view_of
from pi_agent.frames import PictureView

NOISE = random.Random(1)
PICTURES = [
    ReelPicture(
        monotonic_at=100 + number / 15,
        captured_at=1.7e9 + number / 15,
        jpeg=NOISE.randbytes(50 + number),
        view=number % 32,
    )
    for number in range(20)
]


def write(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "a.reel"
    path.write_bytes(data)
    return path


def test_pictures_come_back_as_they_were(tmp_path: Path) -> None:
    path = write(tmp_path, MAGIC + packed(PICTURES[:7]) + packed(PICTURES[7:]) + packed_end(999))
    assert list(read_reel(path)) == PICTURES


def test_pictures_after_the_end_of_the_clip_are_left_out(tmp_path: Path) -> None:
    end = PICTURES[12].monotonic_at
    path = write(tmp_path, MAGIC + packed(PICTURES) + packed_end(end))
    assert list(read_reel(path)) == PICTURES[:13]


def test_wherever_it_is_cut_all_before_that_is_there(tmp_path: Path) -> None:
    pictures = PICTURES[:4]
    data = MAGIC + packed(pictures)
    ends = [len(MAGIC + packed(pictures[:count])) for count in range(1, 5)]
    for length in range(len(data) + 1):
        whole = sum(end <= length for end in ends)
        assert list(read_reel(write(tmp_path, data[:length]))) == pictures[:whole]


def test_a_tail_of_zeros_as_some_file_systems_leave_it_is_cut(tmp_path: Path) -> None:
    data = MAGIC + packed(PICTURES)
    place = len(MAGIC + packed(PICTURES[:9])) + 5
    path = write(tmp_path, data[:place] + bytes(len(data) - place))
    assert list(read_reel(path)) == PICTURES[:9]


def test_a_picture_that_changed_on_the_disk_ends_it(tmp_path: Path) -> None:
    data = bytearray(MAGIC + packed(PICTURES))
    data[len(MAGIC + packed(PICTURES[:4])) + 40] ^= 1
    assert list(read_reel(write(tmp_path, bytes(data)))) == PICTURES[:4]


@pytest.mark.parametrize("data", [b"", b"PMC", b"something else entirely" * 9])
def test_what_is_no_reel_has_no_pictures(tmp_path: Path, data: bytes) -> None:
    assert list(read_reel(write(tmp_path, data))) == []


def test_every_view_survives() -> None:
    for rotation in (0, 90, 180, 270):
        for flags in range(8):
            view = PictureView(
                rotation=rotation,
                flip_horizontal=bool(flags & 1),
                flip_vertical=bool(flags & 2),
                timestamp_overlay=bool(flags & 4),
            )
            assert view_of(view_code(view)) == view
            assert (view_code(view) == 0) == view.is_plain
