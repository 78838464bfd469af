"""A frame as the pixels or the JPEG that somebody needs, made only where the source has none."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from .frame import Frame, PixelFormat


def bgr_of(frame: Frame) -> NDArray[np.uint8]:
    """The picture as it is shown, (height, width, 3) uint8 in OpenCV's BGR order.

    May share the frame's memory. Raises ValueError where the frame's JPEG cannot be decoded.
    """
    return frame.view.drawn(_source_bgr(frame), frame.captured_at)


def _source_bgr(frame: Frame) -> NDArray[np.uint8]:
    if frame.pixels is not None:
        if frame.pixel_format is PixelFormat.BGR:
            return frame.pixels
        return cast("NDArray[np.uint8]", cv2.cvtColor(frame.pixels, cv2.COLOR_YUV2BGR_I420))
    picture = cv2.imdecode(np.frombuffer(frame.jpeg or b"", np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("the frame's JPEG cannot be decoded")
    return cast("NDArray[np.uint8]", picture)


def ready_jpeg(frame: Frame, *, width: int | None = None) -> bytes | None:
    """The source's own JPEG where it is what is to be shown, None where an encode is needed."""
    scaled = width is not None and width < frame.shown_size[0]
    return frame.jpeg if frame.view.is_plain and not scaled else None


def jpeg_of(frame: Frame, *, quality: int = 80, width: int | None = None) -> bytes:
    """The picture as JPEG: the source's own bytes where they fit, else encoded once for all.

    `width` in pixels scales down, keeping the aspect; a width at or above the frame's changes
    nothing. `quality` (1 to 100) counts only where an encode is needed.
    """
    ready = ready_jpeg(frame, width=width)
    if ready is not None:
        return ready
    if width is not None and width >= frame.shown_size[0]:
        width = None
    return frame.encoded.get(quality, width, lambda: _encoded(frame, quality, width))


def _encoded(frame: Frame, quality: int, width: int | None) -> bytes:
    picture = bgr_of(frame)
    shown_width, shown_height = frame.shown_size
    if width is not None:
        size = (width, max(1, round(shown_height * width / shown_width)))
        resized = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        picture = cast("NDArray[np.uint8]", resized)
    return encode_jpeg(picture, quality=quality)


def encode_jpeg(picture: NDArray[np.uint8], *, quality: int) -> bytes:
    """A JPEG (quality 1 to 100) of BGR or grey pixels."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"OpenCV cannot encode a picture of shape {picture.shape}")
    return data.tobytes()
