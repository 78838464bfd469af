"""How a picture is shown: turned, mirrored, with the time written into it."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

_TURNS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureView:
    """Mirrored first, then turned clockwise by `rotation` degrees (0, 90, 180, 270)."""

    rotation: int = 0
    flip_horizontal: bool = False
    flip_vertical: bool = False
    timestamp_overlay: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the source's own picture is shown as it is."""
        return self is PLAIN_VIEW or self == PLAIN_VIEW  # the first costs nothing for each frame

    @property
    def swaps_sides(self) -> bool:
        """Whether width and height change places."""
        return self.rotation in (90, 270)

    def turned(self, plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """BGR or grey pixels as they are to be seen, without the time; may be the same array."""
        if self.flip_horizontal or self.flip_vertical:
            code = {(True, False): 1, (False, True): 0, (True, True): -1}
            plane = cast(
                "NDArray[np.uint8]",
                cv2.flip(plane, code[self.flip_horizontal, self.flip_vertical]),
            )
        if self.rotation:
            plane = cast("NDArray[np.uint8]", cv2.rotate(plane, _TURNS[self.rotation]))
        return plane

    def drawn(self, picture: NDArray[np.uint8], captured_at: float) -> NDArray[np.uint8]:
        """The BGR picture as it is to be seen; with the local time of capture, where asked for."""
        picture = self.turned(picture)
        if not self.timestamp_overlay:
            return picture
        picture = picture.copy()
        _write_time(picture, captured_at)
        return picture


PLAIN_VIEW = PictureView()


def _write_time(picture: NDArray[np.uint8], captured_at: float) -> None:
    text = datetime.fromtimestamp(captured_at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    scale = max(0.4, picture.shape[1] / 1600)
    origin = (round(12 * scale), picture.shape[0] - round(16 * scale))
    for colour, thickness in (((0, 0, 0), 4), ((255, 255, 255), 1)):
        cv2.putText(
            picture,
            text,
            origin,
            cv2.FONT_HERSHEY_SIMPLEX,
            scale,
            colour,
            max(1, round(thickness * scale)),
            cv2.LINE_AA,
        )
