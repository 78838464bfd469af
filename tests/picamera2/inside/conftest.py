"""What all tests of the real picamera2 share; elsewhere than in its root, none is collected."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from pi_agent.frames import encode_jpeg

from .virtual_camera import Sensor, install

IS_ROOT = importlib.util.find_spec("libcamera") is not None
collect_ignore_glob = [] if IS_ROOT else ["test_*.py"]

SetEncoder = Callable[[str], None]


_PICTURES = Path("/tmp/pictures")  # as in virtual.yaml; each run has a /tmp of its own


@pytest.fixture(scope="session")
def _sensor() -> Sensor:
    _PICTURES.mkdir()
    for number in range(5):
        grey = np.full((720, 1280, 3), 40 + 40 * number, np.uint8)
        (_PICTURES / f"{number}.jpg").write_bytes(encode_jpeg(grey, quality=90))
    return install()


@pytest.fixture
def sensor(_sensor: Sensor) -> Iterator[Sensor]:
    """The sensor of the virtual cameras, in good health before and after."""
    yield _sensor
    _sensor.frozen = _sensor.stop_hangs = False


@pytest.fixture
def set_encoder(_sensor: Sensor, monkeypatch: pytest.MonkeyPatch) -> SetEncoder:
    """Let picamera2 believe to run on a Pi whose JPEG encoder is like that.

    "none": a Pi 5. "broken": an older Pi, whose encoder's device is not there. "hardware": an
    older Pi; its encoder is picamera2's own software one here, which has the same interface.
    """
    from picamera2 import encoders, platform
    from picamera2.encoders.libav_mjpeg_encoder import LibavMjpegEncoder

    def set_encoder(kind: str) -> None:
        is_pi_5 = kind == "none"
        monkeypatch.setattr(
            platform, "_platform", platform.Platform.PISP if is_pi_5 else platform.Platform.VC4
        )
        if kind == "hardware":
            monkeypatch.setattr(encoders, "MJPEGEncoder", LibavMjpegEncoder)

    return set_encoder
