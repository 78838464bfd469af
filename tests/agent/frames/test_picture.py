"""JPEGs and pixels of frames in every form that a source delivers."""

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pi_agent.frames import Frame, PictureView, PixelFormat, bgr_of, encode_jpeg, jpeg_of
from tests.pictures import decoded

RED, GREEN = (0, 0, 255), (0, 255, 0)


def red_left_green_right(width: int = 64, height: int = 32) -> NDArray[np.uint8]:
    picture = np.empty((height, width, 3), np.uint8)
    picture[:, : width // 2] = RED
    picture[:, width // 2 :] = GREEN
    return picture


def make_frame(form: str, view: PictureView | None = None) -> Frame:
    picture = red_left_green_right()
    i420 = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
    forms: dict[str, dict[str, Any]] = {
        "bgr": {"pixels": picture},
        "i420": {"pixels": i420, "pixel_format": PixelFormat.I420},
        "jpeg": {"jpeg": encode_jpeg(picture, quality=95)},
    }
    return Frame(
        sequence=1,
        captured_at=1_700_000_000.0,
        monotonic_at=0.0,
        width=64,
        height=32,
        view=view or PictureView(),
        **forms[form],
    )


def assert_colour(pixel: NDArray[np.uint8], colour: tuple[int, int, int]) -> None:
    assert np.abs(pixel.astype(int) - colour).max() < 40


@pytest.mark.parametrize("form", ["bgr", "i420", "jpeg"])
def test_every_form_gives_the_same_picture(form: str) -> None:
    picture = bgr_of(make_frame(form))
    assert picture.shape == (32, 64, 3)
    assert_colour(picture[16, 8], RED)
    assert_colour(picture[16, 56], GREEN)


def test_a_jpeg_of_the_source_is_passed_on_as_it_is() -> None:
    frame = make_frame("jpeg")
    assert jpeg_of(frame, quality=10) is frame.jpeg
    assert jpeg_of(frame, width=64) is frame.jpeg


@pytest.mark.parametrize("form", ["bgr", "i420", "jpeg"])
def test_a_smaller_picture_keeps_its_shape(form: str) -> None:
    assert decoded(jpeg_of(make_frame(form), width=16)).shape == (8, 16, 3)


def test_a_wider_picture_than_there_is_stays_as_it_is() -> None:
    assert decoded(jpeg_of(make_frame("bgr"), width=1000)).shape == (32, 64, 3)


@pytest.mark.parametrize("form", ["bgr", "i420", "jpeg"])
@pytest.mark.parametrize(
    ("view", "shape", "red_at"),
    [
        (PictureView(rotation=90), (64, 32), (8, 16)),
        (PictureView(rotation=180), (32, 64), (16, 56)),
        (PictureView(rotation=270), (64, 32), (56, 16)),
        (PictureView(flip_horizontal=True), (32, 64), (16, 56)),
        (PictureView(flip_vertical=True), (32, 64), (16, 8)),
        (PictureView(flip_horizontal=True, rotation=90), (64, 32), (56, 16)),
    ],
)
def test_a_view_turns_and_mirrors(
    form: str, view: PictureView, shape: tuple[int, int], red_at: tuple[int, int]
) -> None:
    frame = make_frame(form, view)
    picture = decoded(jpeg_of(frame, quality=95))
    assert picture.shape[:2] == shape
    assert frame.shown_size == (shape[1], shape[0])
    assert_colour(picture[red_at], RED)


def test_the_time_is_written_into_the_picture_but_not_into_the_source() -> None:
    plain, stamped = make_frame("bgr"), make_frame("bgr", PictureView(timestamp_overlay=True))
    assert (bgr_of(stamped) != bgr_of(plain)).any()
    assert stamped.pixels is not None
    assert (stamped.pixels == red_left_green_right()).all()


def test_a_damaged_jpeg_is_told() -> None:
    frame = Frame(
        sequence=1, captured_at=0, monotonic_at=0, width=64, height=32, jpeg=b"\xff\xd8 no picture"
    )
    with pytest.raises(ValueError, match="cannot be decoded"):
        bgr_of(frame)
