"""The frames of marked clips, as the JPEGs that every detector gets."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from pi_agent.frames import Frame

from .ground_truth import Clip, GroundTruthError
from .render import Sprite, render
from .scenes import WALKER, background, walker

Picture = NDArray[np.uint8]
_QUALITY = 85  # of JPEGs, where a recipe says nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One frame as a camera delivers it, and its second from the first one."""

    at: float
    jpeg: bytes

    def frame(self, size: tuple[int, int]) -> Frame:
        """As the agent's capture hands it on; `size` is width and height in pixels."""
        width, height = size
        return Frame(
            sequence=0,
            captured_at=self.at,
            monotonic_at=self.at,
            width=width,
            height=height,
            jpeg=self.jpeg,
        )


class Footage:
    """The clips' JPEGs, made once and kept in a folder as Motion JPEG in a simple box."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def shots(self, clip: Clip) -> list[Shot]:
        """All frames of a clip; GroundTruthError where it cannot be read."""
        path = self._folder / f"{clip.name}.shots"
        if not path.exists():
            part = path.with_suffix(f".{os.getpid()}")
            with part.open("wb") as file:
                for at, picture in pictures(clip):
                    jpeg = encoded(picture, _quality(clip))
                    file.write(np.float64(at).tobytes() + len(jpeg).to_bytes(8, "little") + jpeg)
            part.replace(path)
        return list(_shots(path.read_bytes()))


def _shots(data: bytes) -> Iterator[Shot]:
    place = 0
    while place < len(data):
        at = float(np.frombuffer(data, np.float64, 1, place)[0])
        begin = place + 16
        place = begin + int.from_bytes(data[place + 8 : begin], "little")
        yield Shot(at=at, jpeg=data[begin:place])


def encoded(picture: NDArray[np.uint8], quality: int = _QUALITY) -> bytes:
    """The JPEG of a BGR picture."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def size_of(shot: Shot) -> tuple[int, int]:
    """Width and height in pixels."""
    height, width = decoded(shot).shape[:2]
    return width, height


def decoded(shot: Shot) -> NDArray[np.uint8]:
    """The BGR pixels."""
    picture = cv2.imdecode(np.frombuffer(shot.jpeg, np.uint8), cv2.IMREAD_COLOR)
    return cast("NDArray[np.uint8]", picture)


def pictures(clip: Clip) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Seconds from the first frame, and BGR pixels."""
    frames = _rendered(clip.recipe) if clip.recipe is not None else _played(clip)
    if clip.live is None:
        yield from frames
        return
    x, y, w, h = clip.live
    still: NDArray[np.uint8] | None = None
    for at, picture in frames:
        still = picture.copy() if still is None else still
        alive = still.copy()
        alive[y : y + h, x : x + w] = picture[y : y + h, x : x + w]
        yield at, alive


def resampled(shots: list[Shot], fps: float) -> list[Shot]:
    """The shots nearest to so many moments a second."""
    ends = [(one.at + two.at) / 2 for one, two in pairwise(shots)]
    count = int(shots[-1].at * fps) + 1
    numbers = np.searchsorted(ends, np.arange(count) / fps)
    return [Shot(at=i / fps, jpeg=shots[number].jpeg) for i, number in enumerate(numbers)]


def _quality(clip: Clip) -> int:
    return int((clip.recipe or {}).get("jpeg_q", _QUALITY))


def _played(clip: Clip) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    first: float | None = None
    try:
        with av.open(str(clip.file)) as container:
            for frame in container.decode(video=0):
                at = float(frame.time or 0.0)
                first = at if first is None else first
                yield at - first, np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
    except (OSError, av.FFmpegError) as error:
        raise GroundTruthError(f"{clip.file}: FFmpeg cannot read it: {error}") from error


def _rendered(recipe: Any) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    names = {subject["sprite"] for subject in recipe.get("subjects", ())}
    if "bg" not in recipe:
        return render(recipe, background(), {WALKER: walker()})
    folder = Path(recipe["folder"])
    still = cv2.imread(str(folder / recipe["bg"]), cv2.IMREAD_COLOR)
    if still is None:
        raise GroundTruthError(f"{folder / recipe['bg']}: is no picture")
    return render(recipe, np.asarray(still, np.uint8), {n: _sprite(folder / n) for n in names})


def _sprite(path: Path) -> list[Sprite]:
    with np.load(path) as steps:
        return [steps[name] for name in sorted(steps.files)]
