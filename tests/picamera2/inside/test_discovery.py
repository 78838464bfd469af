"""Without a configuration the agent finds the Pi's cameras, and `check` tells about them."""

from contextlib import closing
from pathlib import Path

import pytest

from pi_agent.capture import Picamera2Source
from pi_agent.capture.camera_modes import camera_modes
from pi_agent.capture.discovery import find_pi_cameras
from pi_agent.check import findings
from pi_agent.configuration import CameraConfiguration, Configuration
from pi_agent.errors import CameraError
from pi_agent.found_cameras import as_configured
from pi_agent.sources import camera_source

from .conftest import SetEncoder

pytestmark = pytest.mark.usefixtures("sensor")


def test_both_cameras_are_found_and_can_be_captured(set_encoder: SetEncoder) -> None:
    set_encoder("none")
    found = find_pi_cameras()
    assert [camera.source for camera in found.cameras] == [
        "picamera2:Virtual0",
        "picamera2:Virtual1",
    ]
    cameras = as_configured(found)
    assert [camera.id for camera in cameras] == ["virtual_pictures", "virtual_lines"]
    for camera in cameras:
        with closing(camera_source(camera)) as source:
            source.open()
            assert source.read().width == 1280


def test_two_of_one_model_get_ids_of_their_own() -> None:
    found = find_pi_cameras()
    twins = as_configured(found + found)
    ids = [camera.id for camera in twins]
    assert ids == ["virtual_pictures", "virtual_lines", "virtual_pictures_2", "virtual_lines_2"]


def test_check_lists_what_was_found(tmp_path: Path) -> None:
    looked_at = findings(Configuration(data_dir=tmp_path))
    told = [finding for finding in looked_at if "found" in finding.subject]
    assert [finding.subject for finding in told] == [
        "found virtual_pictures",
        "found virtual_lines",
    ]
    assert all(finding.problem is None for finding in told)
    assert 'source = "picamera2:Virtual1"' in told[1].detail


def test_check_looks_at_a_configured_camera(set_encoder: SetEncoder, tmp_path: Path) -> None:
    set_encoder("none")
    porch = CameraConfiguration(id="porch", name="Porch", source="picamera2:Virtual1")
    configuration = Configuration(data_dir=tmp_path, cameras=(porch,))
    told = {finding.subject: finding for finding in findings(configuration)}
    assert told["camera porch"].problem is None
    assert told["camera porch"].detail.startswith("1280x720, first picture after")
    assert "JPEGs by opencv; modes: " in told["camera porch"].detail


def test_check_says_that_a_camera_is_in_use(set_encoder: SetEncoder) -> None:
    set_encoder("none")
    with closing(Picamera2Source("Virtual1")) as source:
        source.open()
        with pytest.raises(CameraError, match="in use by another program"):
            camera_modes("picamera2:Virtual1")
