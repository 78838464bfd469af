"""A user's wishes in the numbers of a webcam."""

from typing import cast

import pytest

from pi_agent.capture import CameraControls
from pi_agent.capture.v4l2_controls import Ranges, apply_controls, offered_controls
from pi_agent.capture.v4l2_device import ControlRange, V4l2Device

AUTO_EXPOSURE, EXPOSURE, GAIN = 0x9A0901, 0x9A0902, 0x980913
AUTO_WHITE, WHITE, AUTO_FOCUS, FOCUS, ZOOM = 0x98090C, 0x98091A, 0x9A090C, 0x9A090A, 0x9A090D


def numbers(minimum: int, maximum: int, step: int = 1, default: int = 0) -> ControlRange:
    return ControlRange(minimum=minimum, maximum=maximum, step=step, default=default)


# What a Logitech C920 says of itself.
C920: Ranges = {
    AUTO_EXPOSURE: numbers(0, 3, default=3),
    EXPOSURE: numbers(3, 2047, default=250),
    GAIN: numbers(0, 255),
    AUTO_WHITE: numbers(0, 1, default=1),
    WHITE: numbers(2000, 6500, default=4000),
    AUTO_FOCUS: numbers(0, 1, default=1),
    FOCUS: numbers(0, 250, step=5),
    ZOOM: numbers(100, 500, default=100),
}


class Device:
    """Notes what is set, and refuses what it is told to refuse."""

    def __init__(self, refuses: int | None = None) -> None:
        self.values: dict[int, int] = {}
        self.refuses = refuses

    def set_control(self, number: int, value: int) -> None:
        if number == self.refuses:
            raise OSError(22, "Invalid argument")
        self.values[number] = value


def applied(controls: CameraControls, ranges: Ranges = C920, **options: int) -> dict[int, int]:
    device = Device(**options)
    apply_controls(cast("V4l2Device", device), ranges, controls)
    return device.values


def test_everything_that_the_webcam_has_is_offered() -> None:
    offered = offered_controls(C920)
    assert offered.exposure_seconds == pytest.approx((0.0003, 0.2047))
    assert offered.gain
    assert offered.focus
    assert offered.most_zoom == 5
    assert "daylight" in offered.white_balance


def test_what_it_has_not_is_not_offered_and_not_set() -> None:
    offered = offered_controls({GAIN: C920[GAIN]})
    assert (offered.focus, offered.most_zoom, offered.exposure_seconds) == (False, 1.0, None)
    everything = CameraControls(focus=1, zoom=3, exposure_seconds=0.01, gain=1, white_balance="sun")
    assert applied(everything, {GAIN: C920[GAIN]}) == {GAIN: 255}


def test_wishes_become_numbers_within_the_range_and_its_steps() -> None:
    values = applied(
        CameraControls(
            exposure_seconds=0.01, gain=0.5, white_balance="daylight", focus=0.13, zoom=2
        )
    )
    assert values == {
        AUTO_EXPOSURE: 1,
        EXPOSURE: 100,
        GAIN: 128,
        AUTO_WHITE: 0,
        WHITE: 5500,
        AUTO_FOCUS: 0,
        FOCUS: 30,
        ZOOM: 200,
    }
    assert applied(CameraControls(exposure_seconds=60, zoom=99))[EXPOSURE] == 2047
    assert applied(CameraControls(exposure_seconds=60, zoom=99))[ZOOM] == 500


def test_a_switch_is_set_before_what_it_makes_settable() -> None:
    order = list(applied(CameraControls(exposure_seconds=0.01, focus=0.5, white_balance="cloudy")))
    assert order.index(AUTO_EXPOSURE) < order.index(EXPOSURE)
    assert order.index(AUTO_WHITE) < order.index(WHITE)
    assert order.index(AUTO_FOCUS) < order.index(FOCUS)


def test_no_wish_is_left_to_the_webcam() -> None:
    values = applied(CameraControls())
    assert (values[AUTO_EXPOSURE], values[AUTO_WHITE], values[AUTO_FOCUS]) == (3, 1, 1)
    assert EXPOSURE not in values


def test_a_control_that_is_refused_keeps_no_other_from_being_set() -> None:
    values = applied(CameraControls(gain=1, zoom=2), refuses=GAIN)
    assert GAIN not in values
    assert values[ZOOM] == 200
