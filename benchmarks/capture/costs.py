"""CPU time of a frame, passed on or decoded, of the same pictures by turns."""

import statistics
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import cv2
import numpy as np

from pi_agent.capture import CameraAddress, HttpMjpegSource
from pi_agent.frames import Frame, bgr_of, encode_jpeg
from pi_agent.frames.luma import luma_of

_QUALITY = 80
_ROUNDS = 15
_FRAMES = 40  # of a round


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Milliseconds of CPU a frame, and how much of what it is compared with."""

    milliseconds: float
    share: float


def measured(url: str) -> dict[str, Cost]:
    """The costs by their names; each share is the median of those of all rounds."""
    cv2.setNumThreads(1)
    with closing(HttpMjpegSource(CameraAddress.parse(url))) as source:
        source.open()
        works: dict[str, Callable[[Frame], object]] = {
            "decode": bgr_of,
            "decode and encode": lambda frame: encode_jpeg(bgr_of(frame), quality=_QUALITY),
            "luma, 160 wide": luma_of,
            "luma, 320 wide": lambda frame: luma_of(frame, 320),
        }
        rounds = [_round(source, works) for _ in range(_ROUNDS)]
    compared = {
        "pass on": "decode and encode",
        "luma, 160 wide": "decode",
        "luma, 320 wide": "decode",
    }
    return {
        name: Cost(
            milliseconds=statistics.median(costs[name] for costs in rounds),
            share=statistics.median(
                costs[name] / costs[compared.get(name, name)] for costs in rounds
            ),
        )
        for name in rounds[0]
    }


def _round(
    source: HttpMjpegSource, works: dict[str, Callable[[Frame], object]]
) -> dict[str, float]:
    """Milliseconds a frame of each work, all on the same frames."""
    frames: list[Frame] = []
    costs = {"pass on": _cost(lambda _: frames.append(source.read()), range(_FRAMES))}
    return costs | {name: _cost(work, frames) for name, work in works.items()}


def _cost(work: Callable[..., object], items: object) -> float:
    assert isinstance(items, list | range)  # noqa: S101
    begun = time.process_time()
    for item in items:
        work(item)
    return (time.process_time() - begun) / len(items) * 1e3


def picture_kilobytes(url: str) -> float:
    """How large the camera's pictures are."""
    with closing(HttpMjpegSource(CameraAddress.parse(url))) as source:
        source.open()
        return float(np.mean([len(source.read().jpeg or b"") for _ in range(8)])) / 1000
