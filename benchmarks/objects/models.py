"""The models of the catalogue, found in a folder by their bytes, whatever their names are."""

import hashlib
import importlib.util
from pathlib import Path

import cv2

from pi_agent.configuration import default_data_dir
from pi_agent.objects import CATALOGUE, ModelFolder

OPENCV, ONNX = "opencv", "onnxruntime"


class NoModelError(Exception):
    """A model of the catalogue is not there; says where to put it."""


def default_folder() -> Path:
    """Where the agent of this machine has its models."""
    return default_data_dir() / "models"


def take_models(origin: Path, folder: Path) -> ModelFolder:
    """All models of the catalogue by their names in `folder`. Raises NoModelError."""
    there = {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in origin.glob("*.onnx")}
    folder.mkdir(parents=True, exist_ok=True)
    for model in CATALOGUE.values():
        if model.sha256 not in there:
            raise NoModelError(
                f"{origin} does not have {model.name}: get it by `pi-agent models install "
                f"{model.name}`, or name another folder with --models"
            )
        (folder / f"{model.name}.onnx").symlink_to(there[model.sha256].resolve())
    return ModelFolder(folder)


def runtimes() -> dict[str, str]:
    """What can compute them here, and what people call it; OpenCV first."""
    found = {OPENCV: f"OpenCV {cv2.__version__}"}
    if importlib.util.find_spec(ONNX):
        import onnxruntime

        found[ONNX] = f"ONNX Runtime {onnxruntime.__version__}"
    return found
