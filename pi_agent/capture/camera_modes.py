"""What a camera of this machine can deliver, in words, for `pi-agent check`."""

from contextlib import closing

from pi_agent.errors import CameraError

from .device_problems import device_problem
from .picamera2_library import check_free, find_pi_camera, library_problem, load_picamera2
from .sensor_modes import sensor_modes
from .v4l2_device import V4l2Device


def is_local(source: str) -> bool:
    """Whether this is a camera of this machine, which can be asked for its modes."""
    return source.startswith("/dev/") or source.partition(":")[0] == "picamera2"


def camera_modes(source: str) -> list[str]:
    """The modes of the camera that a configuration calls so; CameraError where it is in use."""
    if source.startswith("/dev/"):
        return webcam_modes(source)
    return pi_camera_modes(source.partition(":")[2])


def webcam_modes(path: str) -> list[str]:
    """The modes of a webcam that we can read; it may be in use. CameraError where it is gone."""
    try:
        with closing(V4l2Device(path)) as device:
            return [str(mode) for mode in device.modes() if mode.is_readable]
    except OSError as error:
        raise CameraError(f"{path}: {device_problem(error, path)}") from error


def pi_camera_modes(camera: str) -> list[str]:
    """The modes of a Pi camera's sensor; CameraError where it is in use or cannot be asked."""
    found = find_pi_camera(camera)
    try:
        check_free(found)
        with closing(load_picamera2().Picamera2(found.number)) as opened:
            modes = [mode for mode in sensor_modes(opened) if "size" in mode]
    except RuntimeError as error:
        raise CameraError(f"Pi camera {camera}: {library_problem(error)}") from error
    return [
        f"{mode['size'][0]}x{mode['size'][1]} at up to {mode['fps']:g} a second" for mode in modes
    ]
