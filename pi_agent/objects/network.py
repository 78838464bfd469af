"""A network as one call, on whichever runtime is there."""

import importlib.util
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from .model_error import ModelError

Tensor = NDArray[np.float32]
RUNTIMES = ("onnxruntime", "opencv")  # the fastest first
ANY = "any"  # the fastest that works, on the command line of the process that looks


class Network(Protocol):
    """`runtime` names what computes it."""

    runtime: str

    def run(self, blob: Tensor) -> Tensor:
        """The first output for a batch of one, (1, channels, height, width)."""
        ...


class OpenCvNetwork:
    """OpenCV's own engine: always there.

    OpenCV 5 computes some valid files wrongly unless it is told to use its classic engine, and it
    listens to that only where it reads the file itself.
    """

    runtime = f"OpenCV {cv2.__version__}"

    def __init__(self, path: Path) -> None:
        classic = getattr(cv2.dnn, "ENGINE_CLASSIC", None)
        engine: Any = () if classic is None else (classic,)
        try:
            self._net = cv2.dnn.readNetFromONNX(str(path), *engine)
        except cv2.error as error:
            raise ModelError(f"{path.name} cannot be read by OpenCV: {_short(error)}") from error

    def run(self, blob: Tensor) -> Tensor:
        """The first output. Raises ModelError where the network does not take such input."""
        try:
            self._net.setInput(blob)
            return np.asarray(self._net.forward(), np.float32)
        except cv2.error as error:
            raise ModelError(f"OpenCV cannot compute the model: {_short(error)}") from error


class OnnxRuntimeNetwork:
    """Three to five times faster, where it is installed."""

    def __init__(self, path: Path, *, threads: int) -> None:
        onnxruntime = _onnxruntime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its errors have no common class
            raise ModelError(f"{path.name} cannot be read: {_short(error)}") from error
        self._input = self._session.get_inputs()[0].name
        self.runtime = f"ONNX Runtime {onnxruntime.__version__}"

    def run(self, blob: Tensor) -> Tensor:
        """The first output. Raises ModelError where the network does not take such input."""
        try:
            return np.asarray(self._session.run(None, {self._input: blob})[0], np.float32)
        except Exception as error:
            raise ModelError(f"the model cannot be computed: {_short(error)}") from error


def open_network(path: Path, *, threads: int, runtime: str | None = None) -> Network:
    """The model on the fastest runtime that is there, or on the one that is named.

    Raises ModelError.
    """
    if runtime is None:
        runtime = "onnxruntime" if importlib.util.find_spec("onnxruntime") else "opencv"
    if runtime == "onnxruntime":
        return OnnxRuntimeNetwork(path, threads=threads)
    return OpenCvNetwork(path)


def _onnxruntime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:  # not there, or made for another numpy
        raise ModelError(
            f"ONNX Runtime cannot be used ({_short(error)}): pip install 'pi-agent[objects]', "
            'or leave it to OpenCV with [objects] runtime = "opencv"'
        ) from error
    return onnxruntime


def _short(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
