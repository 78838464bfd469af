"""What viewers see while the camera gives no picture."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pi_agent.frames import encode_jpeg
from pi_agent.protocol import CameraState, CameraStatus

_HEADINGS = {
    CameraState.ONLINE: "Waiting for the camera",
    CameraState.OFFLINE: "Camera offline",
    CameraState.PRIVACY: "Privacy mode",
}
_BACKGROUND, _FOREGROUND, _FAINT = (34, 30, 28), (232, 230, 228), (150, 146, 142)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


@lru_cache(maxsize=8)
def draw_offline_picture(status: CameraStatus, *, width: int) -> bytes:
    """A JPEG `width` pixels wide, shaped like the camera's pictures, saying why there is none."""
    size = status.size
    height = round(width * size.height / size.width) if size else width * 9 // 16
    picture = np.full((max(90, height), width, 3), _BACKGROUND, np.uint8)
    middle = picture.shape[0] // 2
    _centre(picture, _HEADINGS[status.state], middle, 1 / 12, _FOREGROUND)
    if status.state is CameraState.OFFLINE and status.reason:
        _centre(picture, _ascii(status.reason), middle + width // 14, 1 / 28, _FAINT)
    return encode_jpeg(picture, quality=75)


def _ascii(text: str) -> str:
    # OpenCV's built-in font has no other letters.
    return text.encode("ascii", "replace").decode()


def _centre(
    picture: NDArray[np.uint8], text: str, y: int, share: float, colour: tuple[int, int, int]
) -> None:
    """Write `text` centred at height `y`, capitals about `share` of the width tall, or smaller."""
    width = picture.shape[1]
    scale = width * share / 30
    (length, _), _ = cv2.getTextSize(text, _FONT, scale, 1)
    scale *= min(1.0, 0.92 * width / length)
    thickness = max(1, round(scale * 1.4))
    (length, _), _ = cv2.getTextSize(text, _FONT, scale, thickness)
    cv2.putText(
        picture, text, ((width - length) // 2, y), _FONT, scale, colour, thickness, cv2.LINE_AA
    )
