"""YuNet: faces, small and quick."""

from pathlib import Path

import cv2
import numpy as np

from pi_agent.protocol import Label

from .letterbox import Letterbox, Picture, Region, whole
from .model_error import ModelError
from .yolo_layout import Floats

FACE = "face"
_OUTPUTS = {"cls_8", "obj_8", "bbox_8", "kps_8"}
_LONGEST_SIDE = 640  # pixels: faces of 12 pixels and more are found there
_OVERLAP = 0.3
_MOST_FACES = 500  # before suppression
# Wheels of cars become faces at 0.7. Measured on security footage.
LEAST_CONFIDENCE = 0.85


def is_yunet(outputs: tuple[str, ...]) -> bool:
    """Whether a model with these outputs is one."""
    return set(outputs) >= _OUTPUTS


class YuNetModel:
    """Finds faces in a part of a picture."""

    labels = (FACE,)
    runtime = f"OpenCV {cv2.__version__}"

    def __init__(self, path: Path) -> None:
        self.path = path
        if not hasattr(cv2, "FaceDetectorYN"):
            raise ModelError(f"{path.name} needs OpenCV 4.8 or newer; this is {cv2.__version__}")
        size = (_LONGEST_SIDE, _LONGEST_SIDE)
        try:
            self._network = cv2.FaceDetectorYN.create(
                str(path), "", size, LEAST_CONFIDENCE, _OVERLAP, _MOST_FACES
            )
            self.fingerprint()
        except cv2.error as error:
            raise ModelError(f"{path.name} cannot be read by OpenCV {cv2.__version__}") from error

    def find(self, picture: Picture, region: Region, *, least: float) -> tuple[Label, ...]:
        """Faces in this part of the picture with at least that confidence, surest first."""
        scale = min(1.0, _LONGEST_SIDE / max(region.width, region.height))
        size = (max(1, round(region.width * scale)), max(1, round(region.height * scale)))
        fit = Letterbox.fit(region, size, picture)
        self._network.setScoreThreshold(max(least, LEAST_CONFIDENCE))
        found = [
            Label(
                name=FACE,
                confidence=round(float(min(1.0, row[14])), 3),
                box=fit.box(row[0], row[1], row[0] + row[2], row[1] + row[3]),
            )
            for row in self._rows(fit.drawn(picture, size))
        ]
        return tuple(sorted(found, key=lambda face: -face.confidence))

    def fingerprint(self) -> Floats:
        """A few numbers of what it computes for a test pattern, alike on every right engine."""
        self._network.setScoreThreshold(0.0)
        side = 96
        y, x = np.mgrid[0:side, 0:side]
        waves = [127 + 127 * np.sin((x * (i + 1) + y * (3 - i)) / 11) for i in range(3)]
        rows = self._rows(np.stack(waves, axis=2).astype(np.uint8))
        scores = rows[:, 14] if len(rows) else np.zeros(1, np.float32)
        return np.asarray((scores.mean(), scores.max(), len(rows) / 100), np.float32)

    def _rows(self, picture: Picture) -> Floats:
        """(faces, 15) as OpenCV has them: left, top, width, height, landmarks, confidence."""
        size = whole(picture)
        self._network.setInputSize((size.width, size.height))
        _, rows = self._network.detect(picture)
        return np.zeros((0, 15), np.float32) if rows is None else np.asarray(rows, np.float32)
