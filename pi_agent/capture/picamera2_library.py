"""Raspberry Pi's own camera library, imported only where a Pi camera is used."""

import logging
import os
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from pi_agent.errors import CameraError

_MISSING = (
    "picamera2 is not installed; run: sudo apt install python3-picamera2, and make the agent's "
    "virtual environment with --system-site-packages"
)
_OWN = "take Raspberry Pi OS's own: sudo apt install --reinstall python3-picamera2"
_WRONG_NUMPY = (
    "picamera2 was built for another numpy than {version}, which is in the agent's virtual "
    "environment; run there: pip install {mend}"
)
_OLDER, _NEWER = "'numpy<2' 'opencv-python-headless<4.12'", "--upgrade 'numpy>=2'"
# What extension modules say on import, those built for numpy 1 and those for numpy 2.
_NUMPY_SIGNS = ("numpy.dtype size changed", "numpy.core.multiarray failed to import", "NumPy")


@dataclass(frozen=True, slots=True, kw_only=True)
class PiCamera:
    """A camera that libcamera knows; `number` is Picamera2's own for it, `id` stays the same."""

    id: str
    model: str
    number: int


def load_picamera2() -> ModuleType:
    """The library; CameraError with the mend where it cannot be imported."""
    # It logs each failure as an error before it raises; what is to be told, we tell.
    logging.getLogger("picamera2").setLevel(logging.CRITICAL)
    os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:WARN")  # else each opening tells a page
    try:
        import picamera2
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "picamera2":
            raise CameraError(_MISSING) from error
        raise CameraError(f"picamera2 cannot be imported: {error}; {_OWN}") from error
    except (ImportError, ValueError) as error:
        if any(sign in str(error) for sign in _NUMPY_SIGNS):
            raise CameraError(_wrong_numpy()) from error
        raise CameraError(f"picamera2 cannot be imported: {error}; {_OWN}") from error
    library: ModuleType = picamera2
    return library


def _wrong_numpy() -> str:
    mend = _OLDER if int(np.__version__.partition(".")[0]) >= 2 else _NEWER
    return _WRONG_NUMPY.format(version=np.__version__, mend=mend)


def list_pi_cameras() -> list[PiCamera]:
    """All cameras at the Pi's own connectors, in a steady order."""
    library = load_picamera2()
    try:
        entries = library.Picamera2.global_camera_info()
    except RuntimeError as error:
        raise CameraError(f"Pi cameras cannot be listed: {library_problem(error)}") from error
    return sorted(
        (
            PiCamera(id=entry["Id"], model=entry.get("Model", "camera"), number=number)
            for number, entry in enumerate(entries)
            if "/usb" not in entry["Id"]  # webcams are ours to read, without a decoder between
        ),
        key=lambda camera: camera.id,
    )


def find_pi_camera(wanted: str) -> PiCamera:
    """The camera with this id or model, the only one where nothing is named; else CameraError."""
    cameras = list_pi_cameras()
    if not cameras:
        raise CameraError("no Pi camera is found; check the ribbon cable at both ends, then reboot")
    exact = [camera for camera in cameras if camera.id == wanted]
    found = exact or [camera for camera in cameras if wanted in (camera.model, "")]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{camera.model} ({camera.id})" for camera in cameras)
    problem = f"there is no Pi camera {wanted!r}" if not found else "there is more than one"
    raise CameraError(f"{problem}; name one by its id: {names}")


def check_free(found: PiCamera) -> None:
    """RuntimeError where somebody else has the camera.

    Picamera2 finds that out too late: each attempt leaves a pipe open, and the attempts of a night
    use up all the files that a process may have.
    """
    from libcamera import CameraManager

    camera = CameraManager.singleton().get(found.id)
    camera.acquire()
    camera.release()


def library_problem(error: Exception) -> str:
    """What the library means, and the mend where there is one."""
    text = f"{error} {error.__cause__ or ''}"
    if "busy" in text.lower():
        return "it is in use by another program; end that first"
    return f"the camera library says: {error or type(error).__name__}"
