"""Three streams of 1280x720 JPEGs whose cost is measured: at rest, in wind, full of cars."""

from collections.abc import Sequence

import cv2
import numpy as np

from .costs import FPS
from .footage import Footage, Picture, Shot, decoded, resampled
from .ground_truth import Clip
from .scenes import cost_clips

_SIZE = (1280, 720)
_FRAMES = 230
STILL, WIND, ROAD = "still room", "windy trees", "motorway"
# Clips of the marked footage and seconds of them in which there is just that.
_PARTS = {
    STILL: ("office", 2.0, 23.0),
    WIND: ("nest_atv", 0.0, 10.0),
    ROAD: ("cars_topdown", 0.0, 30.0),
}


def cost_scenes(clips: Sequence[Clip], footage: Footage) -> tuple[str, dict[str, list[Shot]]]:
    """What the scenes are of, and their shots; rendered ones where the clips are not there."""
    known = {clip.name: clip for clip in clips}
    if all(name in known for name, _, _ in _PARTS.values()):
        parts = {
            scene: _part(footage.shots(known[name]), begin, end)
            for scene, (name, begin, end) in _PARTS.items()
        }
        names = ", ".join(f"{scene}: {name}" for scene, (name, _, _) in _PARTS.items())
        return names, {scene: _stream(shots) for scene, shots in parts.items()}
    rendered = zip((STILL, WIND, ROAD), cost_clips(), strict=True)
    return "rendered scenes", {scene: _stream(footage.shots(clip)) for scene, clip in rendered}


def _part(shots: Sequence[Shot], begin: float, end: float) -> list[Shot]:
    return [Shot(at=s.at - begin, jpeg=s.jpeg) for s in shots if begin <= s.at < end]


def _stream(shots: list[Shot]) -> list[Shot]:
    """To and fro, so that nothing jumps where a round ends and the next begins."""
    there = [_camera_jpeg(decoded(shot)) for shot in resampled(shots, FPS)]
    both = there + there[-2:0:-1]
    rounds = max(1, _FRAMES // len(both))
    return [Shot(at=i / FPS, jpeg=jpeg) for i, jpeg in enumerate(both * rounds)]


def _camera_jpeg(picture: Picture) -> bytes:
    """As USB cameras make them: 4:2:2."""
    sized = cv2.resize(picture, _SIZE, interpolation=cv2.INTER_AREA)
    halved = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422
    options = [cv2.IMWRITE_JPEG_QUALITY, 85, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, halved]
    return cv2.imencode(".jpg", np.ascontiguousarray(sized), options)[1].tobytes()
