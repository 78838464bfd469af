"""Which cameras are connected to this machine."""

import errno
import os
import re
from dataclasses import dataclass
from pathlib import Path

from pi_agent.errors import CameraError

from .device_problems import device_problem, permission_problem
from .picamera2_library import list_pi_cameras
from .v4l2_device import V4l2Device

_DEV = Path("/dev")
_MODEL = Path("/proc/device-tree/model")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCamera:
    """A camera that can be captured; `source` is what the configuration calls it."""

    source: str
    name: str

    @property
    def id(self) -> str:
        """The name as a camera id, the same after every start."""
        return re.sub(r"[^a-z0-9]+", "_", self.name.lower()).strip("_")[:60] or "camera"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What was found; `problems` are what kept us from looking, each with its mend."""

    cameras: tuple[FoundCamera, ...] = ()
    problems: tuple[str, ...] = ()

    def __add__(self, other: "Discovery") -> "Discovery":
        return Discovery(
            cameras=self.cameras + other.cameras, problems=self.problems + other.problems
        )


def find_cameras() -> Discovery:
    """The cameras at the Pi's own connectors and the webcams; nothing is started."""
    return find_pi_cameras() + find_webcams()


def find_pi_cameras() -> Discovery:
    """Those that libcamera knows. That there is no picamera2 matters on a Raspberry Pi alone."""
    try:
        cameras = list_pi_cameras()
    except CameraError as error:
        return Discovery(problems=(str(error),) if is_raspberry_pi() else ())
    return Discovery(
        cameras=tuple(
            FoundCamera(source=f"picamera2:{camera.id}", name=camera.model) for camera in cameras
        )
    )


def find_webcams(dev: Path = _DEV) -> Discovery:
    """The USB cameras, by the names that stay the same when they are plugged in elsewhere."""
    names = {os.path.realpath(link): str(link) for link in sorted(dev.glob("v4l/by-id/*"))}
    found = Discovery()
    for path in sorted(dev.glob("video*"), key=_number):
        try:
            name = _webcam_name(str(path))
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM):
                problem = f"{path}: {permission_problem()}"
            else:
                problem = f"{path}: {device_problem(error, str(path))}"
            found += Discovery(problems=(problem,))
            continue
        if name is not None:
            source = names.get(os.path.realpath(path), str(path))
            found += Discovery(cameras=(FoundCamera(source=source, name=name),))
    return found


def is_raspberry_pi() -> bool:
    """Whether this machine is one."""
    try:
        return _MODEL.read_bytes().startswith(b"Raspberry Pi")
    except OSError:
        return False


def _number(path: Path) -> int:
    digits = path.name.removeprefix("video")
    return int(digits) if digits.isdigit() else -1


def _webcam_name(path: str) -> str | None:
    """What the webcam calls itself; None where this is another kind of device."""
    device = V4l2Device(path)
    try:
        info = device.info()
        return info.name if info.is_usb and device.modes() else None
    finally:
        device.close()
