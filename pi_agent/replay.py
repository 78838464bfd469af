"""`pi-agent replay`: what the motion detector finds in a recording, as fast as it goes."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
from numpy.typing import NDArray

from pi_agent.errors import ConfigurationError
from pi_agent.frames.luma import shrunk
from pi_agent.motion import MotionDetector, MotionObservation, MotionSettings
from pi_agent.protocol import Box, CameraSettings, ProtocolError, SettingsPatch
from pi_agent.protocol.codec import from_json

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame

_PAUSE_SECONDS = 1.0  # without motion for so long, a stretch is over
_DEFAULT_STEP = 1 / 15  # seconds, for a file that does not say its frame times
_PLANAR_LUMA = frozenset(
    ("gray", "yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21")
)


@dataclass(slots=True, kw_only=True)
class Stretch:
    """Motion without a longer pause: seconds of media time, highest score with its box, zones."""

    start: float
    end: float
    score: float
    box: Box | None
    zones: tuple[str, ...]

    def add(self, observation: MotionObservation) -> None:
        """Go on with a frame in which something moves."""
        self.end = observation.at
        self.zones = tuple(dict.fromkeys((*self.zones, *observation.zones)))
        if observation.score > self.score:
            self.score, self.box = observation.score, observation.box


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `pi-agent replay`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a recording")
    parser.add_argument(
        "--settings",
        metavar="JSON",
        default="{}",
        help="settings that differ from the defaults, as the API takes them",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(options: argparse.Namespace) -> int:
    """Replay as the command line says."""
    try:
        settings = SettingsPatch(from_json(options.settings)).apply(CameraSettings())
    except ProtocolError as error:
        raise ConfigurationError(f"--settings: {error}") from error
    return replay(options.file, settings, json_lines=options.json, out=sys.stdout)


def replay(path: Path, settings: CameraSettings, json_lines: bool, out: TextIO) -> int:
    """Print each stretch of motion of the recording, then what it cost; returns the exit status.

    Raises ConfigurationError where the file is missing or cannot be read.
    """
    began, detect_cpu, frames = time.process_time(), 0.0, 0
    detector = MotionDetector(MotionSettings.of(settings))
    stretch: Stretch | None = None
    for at, luma in _lumas(path):
        frames += 1
        detect_began = time.thread_time()
        observation = detector.observe(luma, at)
        detect_cpu += time.thread_time() - detect_began
        if stretch is not None and at - stretch.end > _PAUSE_SECONDS:
            _print_stretch(stretch, json_lines, out)
            stretch = None
        if not observation.active:
            continue
        if stretch is None:
            stretch = Stretch(
                start=at,
                end=at,
                score=observation.score,
                box=observation.box,
                zones=observation.zones,
            )
        stretch.add(observation)
    if stretch is not None:
        _print_stretch(stretch, json_lines, out)
    cost = {
        "frames": frames,
        "cpu_seconds_decode": round(time.process_time() - began - detect_cpu, 3),
        "cpu_seconds_detect": round(detect_cpu, 3),
    }
    print(json.dumps(cost) if json_lines else cost, file=out)
    return 0


def _print_stretch(stretch: Stretch, json_lines: bool, out: TextIO) -> None:
    if json_lines:
        body: dict[str, Any] = asdict(stretch)
        body["start"], body["end"] = round(stretch.start, 3), round(stretch.end, 3)
        print(json.dumps(body), file=out)
    else:
        print(f"{stretch.start:8.2f} - {stretch.end:8.2f}  score {stretch.score:5.1f}", file=out)


def _lumas(path: Path) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    import av

    if not path.is_file():
        raise ConfigurationError(f"{path}: there is no such file")
    try:
        with av.open(str(path)) as container:
            yield from _decoded(container, path)
    except (OSError, av.FFmpegError) as error:
        raise ConfigurationError(f"{path}: FFmpeg cannot read it: {error}") from error


def _decoded(container: "InputContainer", path: Path) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    if not container.streams.video:
        raise ConfigurationError(f"{path}: the file has no video stream")
    container.streams.video[0].thread_type = "AUTO"
    first: float | None = None
    position = -_DEFAULT_STEP
    for frame in container.decode(video=0):
        seconds: float | None = frame.time  # its stub promises more than FFmpeg does
        if seconds is None:
            position += _DEFAULT_STEP
        else:
            first = seconds if first is None else first
            position = max(position, seconds - first)
        yield position, shrunk(_luma(frame))


def _luma(frame: "VideoFrame") -> NDArray[np.uint8]:
    if frame.format.name not in _PLANAR_LUMA:
        return np.asarray(frame.to_ndarray(format="gray"), np.uint8)
    plane = frame.planes[0]
    data: Any = plane  # it is a buffer, which its stub does not say
    rows: NDArray[np.uint8] = np.frombuffer(data, np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]
