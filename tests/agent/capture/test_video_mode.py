"""Of a webcam's modes the one is taken that a user would take."""

import pytest

from pi_agent.capture.video_mode import CaptureSize, VideoMode, choose_mode


def mode(text: str) -> VideoMode:
    """From "MJPG 1280x720 30"."""
    pixel_format, size, fps = text.split()
    width, height = map(int, size.split("x"))
    return VideoMode(pixel_format=pixel_format, width=width, height=height, fps=float(fps))


C920 = [
    *("YUYV 640x480 30", "YUYV 1280x720 10", "YUYV 1920x1080 5"),
    *("MJPG 640x480 30", "MJPG 1280x720 30", "MJPG 1920x1080 30"),
]


@pytest.mark.parametrize(
    ("modes", "wanted", "chosen"),
    [
        (C920, CaptureSize(), "MJPG 1280x720 30"),
        (C920, CaptureSize(width=1920, height=1080), "MJPG 1920x1080 30"),
        (C920, CaptureSize(width=320, height=240), "MJPG 640x480 30"),
        (C920, CaptureSize(width=4000, height=3000), "MJPG 1920x1080 30"),
        # Nothing but raw pictures: a size that keeps moving before a larger slide show.
        (C920[:3], CaptureSize(), "YUYV 1280x720 10"),
        (C920[:3], CaptureSize(width=1920, height=1080), "YUYV 1280x720 10"),
        (["MJPG 1280x720 5", "MJPG 1280x960 30"], CaptureSize(), "MJPG 1280x960 30"),
        (["JPEG 640x480 15", "YUYV 1280x720 30"], CaptureSize(), "JPEG 640x480 15"),
        (["H264 1280x720 30", "YUYV 640x480 30"], CaptureSize(), "YUYV 640x480 30"),
    ],
)
def test_the_nearest_mode_is_chosen(modes: list[str], wanted: CaptureSize, chosen: str) -> None:
    assert choose_mode([mode(text) for text in modes], wanted) == mode(chosen)


def test_a_device_without_a_format_that_we_read_has_no_mode() -> None:
    assert choose_mode([mode("H264 1280x720 30"), mode("GREY 640x480 30")], CaptureSize()) is None


def test_a_mode_is_told_in_words() -> None:
    assert str(mode("MJPG 1280x720 30")) == "1280x720 at 30 a second (MJPG)"
