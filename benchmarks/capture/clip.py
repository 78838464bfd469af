"""The camera's pictures as an H.264 file, as a network camera would send them."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from benchmarks.stream.pictures import HEIGHT, WIDTH, write_pictures

_SECONDS = 10


def write_clip(folder: Path, *, fps: float, kilobytes: float) -> Path:
    """A clip of 1280x720 from pictures of that many kilobytes as JPEGs, a key frame a second."""
    path = folder / "clip.mp4"
    pictures = [
        av.VideoFrame.from_ndarray(_pixels(picture), format="rgb24")
        for picture in write_pictures(folder, kilobytes=kilobytes)
    ]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(fps))
        assert isinstance(stream, VideoStream)  # noqa: S101
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "28", "g": str(round(fps))}
        for number in range(round(_SECONDS * fps)):
            picture = pictures[number % len(pictures)]
            picture.pts = None
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def _pixels(path: Path) -> NDArray[np.uint8]:
    with av.open(str(path)) as container:
        picture = next(container.decode(video=0))
        return np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)
