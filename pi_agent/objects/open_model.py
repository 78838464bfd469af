"""Opening a model file: what kind it is, and whether this machine computes it rightly."""

import hashlib
from pathlib import Path
from typing import Protocol

import numpy as np

from pi_agent.protocol import Label

from .catalogue import CATALOGUE
from .letterbox import Picture, Region
from .model_error import ModelError
from .network import RUNTIMES
from .onnx_header import read_header
from .yolo_layout import Floats
from .yolo_model import YoloModel, expected_labels as yolo_labels
from .yunet_model import YuNetModel, is_yunet

_TOLERANCE = 0.02  # of each number: engines round differently
# What right engines compute for the test pattern; OpenCV 4.11 and 4.14 and ONNX Runtime agree.
FINGERPRINTS: dict[str, tuple[float, ...]] = {
    CATALOGUE["yolox-nano"].sha256: (0.07281, 0.37692, 3.23507),
    CATALOGUE["yunet"].sha256: (0.005238, 0.021027, 0.51),
}


class Model(Protocol):
    """Finds things in a part of a picture."""

    path: Path

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of all that it knows."""
        ...

    @property
    def runtime(self) -> str:
        """What computes it."""
        ...

    def find(self, picture: Picture, region: Region, *, least: float) -> tuple[Label, ...]:
        """What is there with at least that confidence, surest first."""
        ...

    def fingerprint(self) -> Floats:
        """A few numbers of what it computes for a test pattern."""
        ...


def open_model(path: Path, *, threads: int = 1, runtime: str | None = None) -> Model:
    """The model in this file, tested, on the runtime that is named. Raises ModelError.

    Where none is named, one that is broken or computes a model of the catalogue wrongly (there was
    one that did so for valid files, silently) gives way to the next. Faces are found by OpenCV.
    """
    known = FINGERPRINTS.get(sha256_of(path))
    if is_yunet(read_header(path).outputs):
        return _tested(YuNetModel(path), known)
    try:
        return _tested(YoloModel(path, threads=threads, runtime=runtime), known)
    except ModelError:
        if runtime is not None:
            raise
        return _tested(YoloModel(path, threads=threads, runtime=RUNTIMES[-1]), known)


def expected_labels(path: Path) -> tuple[str, ...]:
    """What the model will very likely tell apart, in a moment and without loading it.

    Raises ModelError, and OSError.
    """
    header = read_header(path)
    return YuNetModel.labels if is_yunet(header.outputs) else yolo_labels(path, header)


def sha256_of(path: Path) -> str:
    """Of the file's bytes, in hexadecimal. Raises ModelError where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error


def _tested(model: Model, known: tuple[float, ...] | None) -> Model:
    if known is not None:
        computed = model.fingerprint()
        if not np.allclose(computed, known, rtol=_TOLERANCE, atol=0):
            raise ModelError(
                f"{model.runtime} computes {model.path.name} wrongly; install another version"
            )
    return model
