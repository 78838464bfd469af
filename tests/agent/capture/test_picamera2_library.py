"""Why the Pi's camera library cannot be used is said with the mend.

The library itself is not here; tests/picamera2 runs it.
"""

import builtins
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pi_agent.capture import Picamera2Source, picamera2_library
from pi_agent.capture.picamera2_library import find_pi_camera, load_picamera2
from pi_agent.errors import CameraError


@pytest.fixture(autouse=True)
def _not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "picamera2", raising=False)


def failing(error: Exception) -> Any:
    """An import statement that raises this for picamera2."""
    imported = builtins.__import__

    def import_module(name: str, *arguments: Any) -> Any:
        if name == "picamera2":
            raise error
        return imported(name, *arguments)

    return import_module


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        (ModuleNotFoundError("No module", name="picamera2"), "apt install python3-picamera2"),
        (ModuleNotFoundError("No module", name="libcamera"), "cannot be imported: No module"),
        (ImportError("libcamera.so.0.5: cannot open", name="libcamera"), "cannot be imported: lib"),
        (ValueError("something else"), "cannot be imported: something else"),
    ],
)
def test_a_library_that_cannot_be_imported_says_why(
    monkeypatch: pytest.MonkeyPatch, error: Exception, mend: str
) -> None:
    monkeypatch.setattr(builtins, "__import__", failing(error))
    with pytest.raises(CameraError, match=mend.replace("(", r"\(")):
        load_picamera2()


@pytest.mark.parametrize(
    ("version", "mend"),
    [
        ("2.2.4", "than 2.2.4, .*: pip install 'numpy<2' 'opencv-python-headless<4.12'"),
        ("1.26.4", "than 1.26.4, .*: pip install --upgrade 'numpy>=2'"),
    ],
)
@pytest.mark.parametrize(
    "error",
    [
        ValueError("numpy.dtype size changed, may indicate binary incompatibility. Expected 96"),
        ImportError("numpy.core.multiarray failed to import"),
        ImportError("A module that was compiled using NumPy 1.x cannot be run in NumPy 2.2.4"),
    ],
)
def test_another_numpy_than_the_library_s_is_told_with_the_one_to_take(
    monkeypatch: pytest.MonkeyPatch, error: Exception, version: str, mend: str
) -> None:
    monkeypatch.setattr(np, "__version__", version)
    monkeypatch.setattr(builtins, "__import__", failing(error))
    with pytest.raises(CameraError, match=mend):
        load_picamera2()


def test_a_source_without_the_library_says_so_when_it_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        builtins, "__import__", failing(ModuleNotFoundError("No module", name="picamera2"))
    )
    source = Picamera2Source()
    with pytest.raises(CameraError, match="picamera2 is not installed"):
        source.open()
    source.close()
    assert source.encoder == "unknown"


def test_cameras_that_cannot_be_listed_are_no_reason_to_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise RuntimeError("Failed to start camera manager")

    library = SimpleNamespace(Picamera2=SimpleNamespace(global_camera_info=fail))
    monkeypatch.setattr(picamera2_library, "load_picamera2", lambda: library)
    with pytest.raises(CameraError, match="cannot be listed: the camera library says: Failed"):
        find_pi_camera("")
