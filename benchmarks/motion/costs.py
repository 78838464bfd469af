"""What looking for motion costs: CPU time, on the same frames by turns."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np

from benchmarks.capture import memory

from . import daemon
from .accuracy import luma_frame
from .agent_path import AgentPath
from .camera import running_camera
from .footage import Shot, decoded, size_of
from .peers import PEERS

AGENT = "pi-agent"
REFERENCE = "MOG2 + contours"
_IN_COLOUR = f"{REFERENCE}, of the colour picture"
AGENT_PROCESS = "pi-agent, the whole agent, recording on"
MOTION_PATH = "pi-agent, its motion path"
FPS = 10.0
_SETTLING = 30  # frames that are not counted: models are young
T = TypeVar("T")
Scenes = Mapping[str, Sequence[Shot]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookCost:
    """CPU microseconds of one look at a 320x240 luma plane."""

    scene: str
    detector: str
    microseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegCost:
    """CPU microseconds a 1280x720 JPEG: of its 1/8 grey decode alone, and of the motion path.

    `look` is for a frame that is looked at, `frame` the mean over all frames of the stream.
    """

    scene: str
    decode: float
    look: float
    frame: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondCost:
    """CPU milliseconds for each second of a 1280x720 stream of ten JPEGs a second."""

    scene: str
    program: str
    milliseconds: float


def looks(scenes: Scenes, rounds: int) -> list[LookCost]:
    """Every detector on luma planes; the median of all rounds."""
    cv2.setNumThreads(1)
    found = []
    for scene, shots in scenes.items():
        pictures = [decoded(shot) for shot in shots]
        frames = [luma_frame(shot.at, of) for shot, of in zip(shots, pictures, strict=True)]
        planes = [frame.luma for frame in frames if frame.luma is not None]
        costs: dict[str, list[float]] = {}
        for _ in range(rounds):
            path = AgentPath(every_frame=True)
            costs.setdefault(AGENT, []).append(_each(path.sees_motion, frames))
            for name, make in PEERS.items():
                costs.setdefault(name, []).append(_each(make().sees_motion, planes))
            whole = _each(PEERS[REFERENCE]().sees_motion, pictures)
            costs.setdefault(_IN_COLOUR, []).append(whole)
        found += [
            LookCost(scene=scene, detector=name, microseconds=statistics.median(of))
            for name, of in costs.items()
        ]
    return found


def jpegs(scenes: Scenes, rounds: int) -> list[JpegCost]:
    """The motion path on JPEGs; the median of all rounds."""
    cv2.setNumThreads(1)
    found = []
    for scene, shots in scenes.items():
        size = size_of(shots[0])
        frames = [shot.frame(size) for shot in shots]
        costs = [
            (
                _each(_decode_small, shots),
                _each(AgentPath(every_frame=True).sees_motion, frames),
                _each(AgentPath().sees_motion, frames),
            )
            for _ in range(rounds)
        ]
        decode, look, frame = (statistics.median(of) for of in zip(*costs, strict=True))
        found.append(JpegCost(scene=scene, decode=decode, look=look, frame=frame))
    return found


def seconds(
    scenes: Scenes,
    scheduled: Sequence[JpegCost],
    length: float,
    tell: Callable[[str], None],
    *,
    with_daemon: bool,
) -> list[SecondCost]:
    """Whole programs on a live stream, for so many seconds each."""
    own = {cost.scene: cost.frame * FPS / 1e3 for cost in scheduled}
    found = []
    for scene, shots in scenes.items():
        costs = {MOTION_PATH: own[scene]}
        tell(f"{scene}: the whole agent on a live stream")
        with running_camera(shots, again_after=len(shots) / FPS) as camera:
            url = f"http://127.0.0.1:{camera.port}/"
            costs[AGENT_PROCESS] = memory.measured(url, seconds=2 * length)[1] * 1e3
        if with_daemon:
            tell(f"{scene}: the motion daemon on a live stream")
            costs[daemon.NAME] = daemon.cpu_of_a_second(list(shots), seconds=length) * 1e3
        found += [
            SecondCost(scene=scene, program=name, milliseconds=of) for name, of in costs.items()
        ]
    return found


def _decode_small(shot: Shot) -> object:
    return cv2.imdecode(np.frombuffer(shot.jpeg, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)


def _each(work: Callable[[T], object], items: Sequence[T]) -> float:
    """Microseconds of CPU an item, when the first ones are over."""
    for item in items[:_SETTLING]:
        work(item)
    begun = time.process_time()
    for item in items[_SETTLING:]:
        work(item)
    return (time.process_time() - begun) / (len(items) - _SETTLING) * 1e6
