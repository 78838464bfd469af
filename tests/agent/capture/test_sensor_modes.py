"""The sensor's mode shows all that the lens sees, fast and large enough."""

from typing import Any

from pi_agent.capture.sensor_modes import choose_sensor_mode
from pi_agent.capture.video_mode import CaptureSize


def mode(
    width: int, height: int, fps: float, field: tuple[int, int], depth: int = 10
) -> dict[str, Any]:
    crop = (0, 0, *field)
    return {"size": (width, height), "fps": fps, "crop_limits": crop, "bit_depth": depth}


IMX708 = [
    mode(1536, 864, 120, (3072, 1728)),  # the middle two thirds
    mode(2304, 1296, 56, (4608, 2592)),
    mode(4608, 2592, 14, (4608, 2592)),
]
OV5647 = [
    mode(640, 480, 58, (2560, 1920)),
    mode(1296, 972, 46, (2592, 1944)),
    mode(1920, 1080, 32, (1928, 1080)),
    mode(2592, 1944, 15.6, (2592, 1944)),
]


def chosen(modes: list[dict[str, Any]], **wanted: float) -> tuple[int, int]:
    best = choose_sensor_mode(modes, CaptureSize(**wanted))  # type: ignore[arg-type]
    assert best is not None
    assert best["bit_depth"] == 10
    size: tuple[int, int] = best["output_size"]
    return size


def test_the_whole_field_of_view_comes_first() -> None:
    assert chosen(IMX708) == (2304, 1296)
    assert chosen(OV5647) == (1296, 972)
    assert chosen(OV5647, width=640, height=480) == (640, 480)


def test_then_the_rate_and_then_the_size() -> None:
    assert chosen(IMX708, width=4608, height=2592, fps=15) == (2304, 1296)
    assert chosen(IMX708, width=4608, height=2592, fps=10) == (4608, 2592)
    assert chosen(OV5647, width=1920, height=1080) == (2592, 1944)
    assert chosen(OV5647, width=1920, height=1080, fps=30) == (1296, 972)


def test_a_camera_that_lists_no_modes_is_left_to_the_library() -> None:
    assert choose_sensor_mode([], CaptureSize()) is None
    assert choose_sensor_mode([{"format": "MJPEG"}], CaptureSize()) is None
