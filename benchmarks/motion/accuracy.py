"""What each detector reports on each clip, and what that is worth."""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from pi_agent.frames import Frame, PixelFormat

from .agent_path import AgentPath, Cost
from .footage import Footage, Picture, Shot, decoded, size_of
from .ground_truth import Clip
from .peers import PEERS, Peer
from .scoring import Score, score

AGENT_JPEG, AGENT_LUMA = "pi-agent, JPEG camera", "pi-agent, Pi camera"
_LUMA_SIZE = (320, 240)  # what a Pi camera gives beside the picture


@dataclass(slots=True, kw_only=True)
class Report:
    """One detector's reports on one clip: the seconds with motion, and what finding them cost."""

    motion: list[float] = field(default_factory=list)
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One detector on one clip."""

    clip: str
    detector: str
    is_real: bool
    score: Score
    cost: Cost


def judge_all(
    clips: list[Clip], folder: Path, jobs: int, tell: Callable[[str], None]
) -> list[Judgement]:
    """Every detector on every clip; so many clips at a time, each on a core."""
    with ProcessPoolExecutor(jobs) as pool:
        found: list[Judgement] = []
        for clip, judgements in zip(clips, pool.map(partial(judge, folder), clips), strict=True):
            tell(f"{clip.name}: done")
            found += judgements
        return found


def judge(folder: Path, clip: Clip) -> list[Judgement]:
    """All detectors of this process on one clip whose JPEGs are kept in `folder`."""
    cv2.setNumThreads(1)
    shots = Footage(folder).shots(clip)
    frames = [shot.at for shot in shots]
    return [
        Judgement(
            clip=clip.name,
            detector=name,
            is_real=clip.is_real,
            score=score(clip, frames, report.motion),
            cost=report.cost,
        )
        for name, report in _reports(shots).items()
    ]


def _reports(shots: list[Shot]) -> dict[str, Report]:
    size = size_of(shots[0])
    paths = {AGENT_JPEG: AgentPath(), AGENT_LUMA: AgentPath()}
    peers = {name: make() for name, make in PEERS.items()}
    reports = {name: Report() for name in (*paths, *peers)}
    for shot in shots:
        begun = time.thread_time()
        picture = decoded(shot)
        decode = time.thread_time() - begun
        frames = {AGENT_JPEG: shot.frame(size), AGENT_LUMA: luma_frame(shot.at, picture)}
        for name, frame in frames.items():
            if paths[name].sees_motion(frame):
                reports[name].motion.append(shot.at)
        for name, peer in peers.items():
            _ask(peer, picture, shot.at, decode, reports[name])
    for name, path in paths.items():
        reports[name].cost = path.cost
    return reports


def _ask(peer: Peer, picture: Picture, at: float, decode: float, report: Report) -> None:
    begun = time.thread_time()
    if peer.sees_motion(picture):
        report.motion.append(at)
    report.cost.add(Cost(frames=1, decode=decode, detect=time.thread_time() - begun))


def luma_frame(at: float, picture: Picture) -> Frame:
    """As a Pi camera delivers it, with the small grey plane beside the pixels."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    plane = cv2.resize(grey, _LUMA_SIZE, interpolation=cv2.INTER_AREA)
    return Frame(
        sequence=0,
        captured_at=at,
        monotonic_at=at,
        width=picture.shape[1],
        height=picture.shape[0],
        pixels=picture,
        pixel_format=PixelFormat.BGR,
        luma=np.asarray(plane, np.uint8),
    )
