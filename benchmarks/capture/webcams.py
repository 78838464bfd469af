"""Our webcam reader beside OpenCV's, on the kernel's test webcams.

scripts/webcam-kernel run .venv-agent/bin/python -m benchmarks.capture.webcams
"""

import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any, Protocol

import cv2

from benchmarks.stream.table import table
from pi_agent.capture import CaptureSize, V4l2Source
from pi_agent.errors import CameraError
from tests.agent.capture.mjpeg_server import jpeg
from tests.agent.capture.webcams import LoopbackRig, VividRig, device_of

_FRAMES = 60
_ROUNDS = 5
_TIMEOUT = 2.0  # seconds, of both
_SIZE = CaptureSize(width=640, height=360, fps=15)


class Reader(Protocol):
    """One of the two, open."""

    def read(self) -> None:
        """Take one frame; CameraError when none comes."""
        ...

    def interrupt(self) -> None:
        """End a wait in `read`, if it can."""
        ...

    def close(self) -> None:
        """Let go of the webcam."""
        ...


class OurReader:
    """`V4l2Source`."""

    def __init__(self, path: str) -> None:
        self._source = V4l2Source(path, size=_SIZE, timeout=_TIMEOUT)
        self._source.open()
        self.read = self._source.read
        self.interrupt, self.close = self._source.interrupt, self._source.close


class OpenCvReader:
    """`VideoCapture`, told to pass JPEGs on."""

    def __init__(self, path: str) -> None:
        self._capture = cv2.VideoCapture(path, cv2.CAP_V4L2)
        if not self._capture.isOpened():
            raise CameraError("(no reason)")
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)

    def read(self) -> None:
        """One frame as it comes from the driver."""
        if not self._capture.read()[0]:
            raise CameraError("(no reason)")

    def interrupt(self) -> None:
        """It cannot be woken."""

    def close(self) -> None:
        """Release the device."""
        self._capture.release()


_READERS: dict[str, Callable[[str], Any]] = {"ours": OurReader, "OpenCV": OpenCvReader}


def main() -> None:
    """Measure both by turns, print the table."""
    os.environ["OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"] = f"{_TIMEOUT:g}"
    rows = {
        "CPU ms for a JPEG of 75 kB passed on": _cost,
        "seconds until a wait for a frame is ended by us": _let_go,
        f"seconds until a frozen webcam is noticed (time-out {_TIMEOUT:g})": _freeze,
        "seconds until it is noticed that it was unplugged": _unplug,
        "what is said of a webcam in use": _in_use,
        "what is said of a webcam that is not there": lambda make: _refusal(make, "/dev/video99"),
    }
    figures = []
    for name, measure in rows.items():
        figures.append((name, *map(measure, _READERS.values())))
    sys.stdout.write(table(("", *_READERS), figures) + "\n")


def _cost(make: Callable[[str], Reader]) -> str:
    path = device_of("v4l2 loopback")
    assert path is not None  # noqa: S101
    rig = LoopbackRig(path)
    rig.size = (1280, 720)
    rig.pictures = [(jpeg(80)[:-2] + bytes(75_000))[:74_998] + b"\xff\xd9"]
    rounds = []
    with rig.writing():
        for _ in range(_ROUNDS):
            with closing(make(path)) as reader:
                reader.read()
                begun = time.thread_time()
                for _ in range(_FRAMES):
                    reader.read()
                rounds.append((time.thread_time() - begun) / _FRAMES * 1e3)
    return f"{statistics.median(rounds):.2f}"


def _let_go(make: Callable[[str], Reader]) -> str:
    return _seconds_to_lose(make, lambda rig, reader: (rig.freeze(), reader.interrupt()))


def _freeze(make: Callable[[str], Reader]) -> str:
    return _seconds_to_lose(make, lambda rig, reader: rig.freeze())


def _unplug(make: Callable[[str], Reader]) -> str:
    return _seconds_to_lose(make, lambda rig, reader: rig.break_off())


def _seconds_to_lose(
    make: Callable[[str], Reader], mishap: Callable[[VividRig, Reader], object]
) -> str:
    """From the mishap, in the middle of a wait, until `read` says that there is no frame."""
    rig = VividRig()
    with closing(make(rig.path)) as reader:
        reader.read()
        begun = [0.0]

        def happen() -> None:
            begun[0] = time.monotonic()
            mishap(rig, reader)

        timer = threading.Timer(0.3, happen)
        timer.start()
        with suppress(CameraError):
            while True:
                reader.read()
        seconds = time.monotonic() - begun[0]
        timer.join()
    rig.mend()
    rig.thaw()
    return f"{seconds:.2f}"


def _in_use(make: Callable[[str], Reader]) -> str:
    rig = VividRig()
    with closing(rig.create()) as holder:
        holder.open()
        return _refusal(make, rig.path)


def _refusal(make: Callable[[str], Reader], path: str) -> str:
    try:
        with closing(make(path)) as reader:
            reader.read()
    except CameraError as error:
        return str(error).partition(": ")[2] or str(error)
    return "nothing"


if __name__ == "__main__":
    main()
