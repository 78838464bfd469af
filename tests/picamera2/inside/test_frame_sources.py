"""The Pi camera's source goes through the suite that all sources go through."""

import pytest

from pi_agent.capture import FrameSource, Picamera2Source
from tests.agent.capture.frame_source_suite import FreezingSourceSuite, SourceRig

from .conftest import SetEncoder
from .virtual_camera import Sensor


class PiCameraRig(SourceRig):
    """A Pi camera whose sensor can fall silent."""

    def __init__(self, sensor: Sensor) -> None:
        self._sensor = sensor

    def create(self) -> FrameSource:
        return Picamera2Source("Virtual1", timeout=1.0)

    def freeze(self) -> None:
        self._sensor.frozen = True

    def thaw(self) -> None:
        self._sensor.frozen = False


@pytest.mark.parametrize("rig", ["none", "hardware"], indirect=True)
class TestPiCamera(FreezingSourceSuite):
    @pytest.fixture
    def rig(
        self, request: pytest.FixtureRequest, sensor: Sensor, set_encoder: SetEncoder
    ) -> SourceRig:
        set_encoder(request.param)
        return PiCameraRig(sensor)
