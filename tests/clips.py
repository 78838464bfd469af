"""Clips that tests look at: decoded again, as a player would."""

import io
from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedClip:
    """`times` in seconds from the first picture; `seconds` is the length that players show."""

    width: int
    height: int
    pixel_format: str
    codec: str
    seconds: float
    times: tuple[float, ...]
    pictures: tuple[NDArray[np.uint8], ...]  # BGR
    began_at: str  # RFC 3339, from the file's own data


def decoded_clip(data: bytes) -> DecodedClip:
    """All pictures of an MP4, which must be one."""
    with av.open(io.BytesIO(data), "r") as container:
        (stream,) = container.streams
        assert stream.type == "video"
        frames = list(container.decode(video=0))
        assert stream.duration is not None
        assert stream.time_base is not None
        return DecodedClip(
            width=frames[0].width,
            height=frames[0].height,
            pixel_format=frames[0].format.name,
            codec=stream.codec_context.name,
            seconds=float(stream.duration * stream.time_base),
            times=tuple(float(frame.time or 0) for frame in frames),
            pictures=tuple(np.asarray(f.to_ndarray(format="bgr24"), np.uint8) for f in frames),
            began_at=container.metadata.get("creation_time", ""),
        )


def top_level_atoms(data: bytes) -> list[str]:
    """The names of an MP4's outermost boxes, in order."""
    names, place = [], 0
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        names.append(data[place + 4 : place + 8].decode())
        place += size or len(data)
    return names
