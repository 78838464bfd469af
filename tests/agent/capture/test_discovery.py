"""What is connected is found, under names that stay the same; what cannot be looked at is told."""

import errno
from pathlib import Path
from typing import Any

import pytest

from pi_agent.capture import discovery
from pi_agent.capture.discovery import FoundCamera, find_pi_cameras, find_webcams
from pi_agent.capture.v4l2_device import DeviceInfo
from pi_agent.capture.video_mode import VideoMode

MODE = VideoMode(pixel_format="MJPG", width=640, height=480, fps=30)
DEVICES: dict[str, Any] = {
    "video0": DeviceInfo(
        name="HD Pro Webcam C920", driver="uvcvideo", bus="usb-0000:01:00.0-1.2", captures=True
    ),
    # The same webcam's second node, for what belongs to the pictures.
    "video1": DeviceInfo(
        name="HD Pro Webcam C920", driver="uvcvideo", bus="usb-0000:01:00.0-1.2", captures=False
    ),
    "video10": DeviceInfo(
        name="bcm2835-codec", driver="bcm2835-codec", bus="platform:bcm2835-codec", captures=True
    ),
    "video2": OSError(errno.EACCES, "Permission denied"),
    "video3": OSError(errno.EBUSY, "Device or resource busy"),
}


class Device:
    """Stands for the kernel, which has no such devices here."""

    def __init__(self, path: str) -> None:
        self.entry = DEVICES[Path(path).name]
        if isinstance(self.entry, OSError):
            raise self.entry

    def info(self) -> DeviceInfo:
        assert isinstance(self.entry, DeviceInfo)
        return self.entry

    def modes(self) -> list[VideoMode]:
        return [MODE]

    def close(self) -> None:
        pass


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(discovery, "V4l2Device", Device)
    by_id = tmp_path / "v4l" / "by-id"
    by_id.mkdir(parents=True)
    for name in DEVICES:
        (tmp_path / name).touch()
    for index, target in enumerate(("video0", "video1")):
        (by_id / f"usb-046d_C920-video-index{index}").symlink_to(f"../../{target}")
    return tmp_path


def test_webcams_alone_are_found_by_the_name_that_stays(dev: Path) -> None:
    found = find_webcams(dev)
    assert found.cameras == (
        FoundCamera(
            source=str(dev / "v4l/by-id/usb-046d_C920-video-index0"), name="HD Pro Webcam C920"
        ),
    )
    assert found.cameras[0].id == "hd_pro_webcam_c920"


def test_what_cannot_be_looked_at_is_told_with_the_mend(dev: Path) -> None:
    problems = find_webcams(dev).problems
    assert len(problems) == 2
    assert problems[0].startswith(f"{dev / 'video2'}: no permission")
    assert "in use by" in problems[1]


def test_without_udev_s_names_the_device_itself_is_the_source(dev: Path) -> None:
    for link in (dev / "v4l/by-id").iterdir():
        link.unlink()
    assert find_webcams(dev).cameras[0].source == str(dev / "video0")


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    assert find_webcams(tmp_path) == discovery.Discovery()


@pytest.mark.parametrize(("is_pi", "told"), [(True, True), (False, False)])
def test_a_missing_picamera2_matters_on_a_raspberry_pi_alone(
    monkeypatch: pytest.MonkeyPatch, is_pi: bool, told: bool
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "picamera2", None)
    monkeypatch.setattr(discovery, "is_raspberry_pi", lambda: is_pi)
    problems = find_pi_cameras().problems
    assert bool(problems) == told
    assert not told or "sudo apt install python3-picamera2" in problems[0]


@pytest.mark.parametrize("name", ["", "---", "Ünïcödé"])
def test_every_name_makes_an_id(name: str) -> None:
    camera_id = FoundCamera(source="x", name=name).id
    assert camera_id
    assert set(camera_id) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
