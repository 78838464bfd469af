"""A user's wishes in libcamera's terms, for the sensor of a Camera Module 3 and for others."""

from typing import Any

import pytest

from pi_agent.capture import CameraControls
from pi_agent.capture.picamera2_controls import libcamera_controls, offered_controls

# What Picamera2 gives as `camera_controls` for an IMX708, as far as we use it.
IMX708: dict[str, tuple[Any, Any, Any]] = {
    "AeEnable": (False, True, True),
    "AfMode": (0, 2, 0),
    "AfTrigger": (0, 1, 0),
    "AnalogueGain": (1.0, 16.0, 1.0),
    "AwbEnable": (False, True, True),
    "AwbMode": (0, 7, 0),
    "ExposureTime": (26, 220417486, 20000),
    "FrameDurationLimits": (17849, 220535845, 33333),
    "LensPosition": (0.0, 15.0, 1.0),
    "ScalerCrop": ((0, 0, 64, 64), (0, 0, 4608, 2592), (0, 0, 4608, 2592)),
}


def asked(
    controls: CameraControls,
    ranges: dict[str, tuple[Any, Any, Any]] = IMX708,
    size: tuple[int, int] = (1280, 720),
) -> dict[str, Any]:
    return libcamera_controls(controls, ranges, fps=15, size=size)


def test_everything_that_the_sensor_has_is_offered() -> None:
    offered = offered_controls(IMX708)
    assert offered.exposure_seconds is not None
    assert offered.exposure_seconds[0] == pytest.approx(26e-6)
    assert offered.gain
    assert offered.focus
    assert offered.frame_duration
    assert offered.most_zoom > 1
    assert offered.white_balance[0] == "auto"


def test_what_it_has_not_is_neither_offered_nor_asked() -> None:
    fixed_focus = {"FrameDurationLimits": (33333, 66666, None)}
    offered = offered_controls(fixed_focus)
    assert (offered.gain, offered.focus, offered.white_balance) == (False, False, ())
    assert offered.most_zoom == 1
    everything = CameraControls(exposure_seconds=0.01, gain=1, focus=0.5, zoom=4)
    assert asked(everything, fixed_focus) == {"FrameDurationLimits": (66666, 66666)}


def test_without_wishes_all_is_automatic_at_the_rate_that_is_wanted() -> None:
    controls = asked(CameraControls())
    assert controls["FrameDurationLimits"] == (66667, 66667)
    assert (controls["ExposureTime"], controls["AnalogueGain"]) == (0, 0.0)
    assert (controls["AwbEnable"], controls["AwbMode"]) == (True, 0)
    # One search for the focus, which then stays.
    assert (controls["AfMode"], controls["AfTrigger"]) == (1, 0)
    assert "LensPosition" not in controls


def test_wishes_become_the_sensor_s_units() -> None:
    controls = asked(
        CameraControls(exposure_seconds=0.02, gain=1, white_balance="daylight", focus=0.2)
    )
    assert controls["ExposureTime"] == 20_000
    assert controls["AnalogueGain"] == 16.0
    assert controls["AwbMode"] == 5
    assert (controls["AfMode"], controls["LensPosition"]) == (0, 3.0)


def test_in_the_dark_it_may_go_as_slow_as_it_is_allowed() -> None:
    assert asked(CameraControls(slowest_fps=5))["FrameDurationLimits"] == (66667, 200_000)
    assert asked(CameraControls(slowest_fps=60))["FrameDurationLimits"] == (66667, 66667)


def test_a_rate_that_the_sensor_cannot_is_brought_within_its_range() -> None:
    fast = libcamera_controls(CameraControls(), IMX708, fps=500, size=(1280, 720))
    assert fast["FrameDurationLimits"] == (17849, 17849)


@pytest.mark.parametrize(
    ("size", "zoom", "crop"),
    [
        ((1280, 720), 1.0, (0, 0, 4608, 2592)),
        ((1280, 720), 2.0, (1152, 648, 2304, 1296)),
        ((640, 480), 1.0, (576, 0, 3456, 2592)),
        ((1280, 720), 0.1, (0, 0, 4608, 2592)),
        ((1280, 720), 99.0, (2016, 1134, 576, 324)),
    ],
)
def test_zoom_is_the_middle_in_the_shape_of_the_picture(
    size: tuple[int, int], zoom: float, crop: tuple[int, ...]
) -> None:
    assert asked(CameraControls(zoom=zoom), size=size)["ScalerCrop"] == crop


def test_on_a_pi_5_both_streams_are_cropped_alike() -> None:
    pisp = IMX708 | {"ScalerCrops": (None, None, None)}
    controls = asked(CameraControls(zoom=2), pisp)
    assert controls["ScalerCrops"] == [(1152, 648, 2304, 1296)] * 2
    assert "ScalerCrop" not in controls
