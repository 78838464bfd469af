"""A model of the YOLO family: persons, vehicles, animals, or whatever the user's own finds."""

import ast
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pi_agent.protocol import Label

from .catalogue import COCO_LABELS
from .letterbox import Letterbox, Picture, Region
from .model_error import ModelError
from .network import Network, open_network
from .onnx_header import OnnxHeader, read_header
from .yolo_layout import Candidates, Floats, Layout, classes_in, layout_of, read

_USUAL_SIDE = 640  # where the file leaves it open
_OVERLAP = 0.45  # of two boxes of one class that are the same thing
_MOST_LABELS = 32


class YoloModel:
    """Finds things in a part of a picture. `labels` are the names of all that it knows."""

    def __init__(self, path: Path, *, threads: int = 1, runtime: str | None = None) -> None:
        self.path = path
        header = read_header(path)
        self.input_size = _input_size(path, header)
        self._network: Network = open_network(path, threads=threads, runtime=runtime)
        output = self._network.run(self.test_pattern())
        if not np.isfinite(output).all():
            raise ModelError(f"{path.name} computes numbers that are none; the file is damaged")
        self._layout = layout_of(output, self.input_size)
        self.labels = _labels(path, header, classes_in(output, self._layout))

    @property
    def runtime(self) -> str:
        """What computes it."""
        return self._network.runtime

    def find(self, picture: Picture, region: Region, *, least: float) -> tuple[Label, ...]:
        """What is in this part of the picture with at least that confidence, surest first."""
        fit = Letterbox.fit(region, self.input_size, picture)
        output = self._network.run(self._blob(fit.drawn(picture, self.input_size)))
        seen = read(output, self._layout, self.input_size, least)
        return tuple(
            Label(
                name=self.labels[int(seen.classes[i])],
                confidence=round(float(min(1.0, seen.scores[i])), 3),
                box=fit.box(*map(float, seen.corners[i])),
            )
            for i in _without_overlaps(seen)
            if int(seen.classes[i]) < len(self.labels)
        )

    def fingerprint(self) -> Floats:
        """A few numbers of what it computes for the test pattern, alike on every right engine."""
        output: Any = self._network.run(self.test_pattern())[0]
        return np.asarray((output.mean(), output.std(), np.abs(output).max()), np.float32)

    def test_pattern(self) -> Floats:
        """A picture of waves that needs no file."""
        width, height = self.input_size
        y, x = np.mgrid[0:height, 0:width]
        waves = [127 + 127 * np.sin((x * (i + 1) + y * (3 - i)) / 37) for i in range(3)]
        return np.asarray(np.stack(waves)[None], np.float32)

    def _blob(self, picture: Picture) -> Floats:
        """YOLOX takes BGR from 0 to 255, the others RGB from 0 to 1."""
        if self._layout is Layout.GRID:
            blob = cv2.dnn.blobFromImage(picture)
        else:
            blob = cv2.dnn.blobFromImage(picture, scalefactor=1 / 255, swapRB=True)
        return np.asarray(blob, np.float32)


def _without_overlaps(seen: Candidates) -> list[int]:
    if not len(seen.scores):
        return []
    boxes = seen.corners.copy()
    boxes[:, 2:] -= boxes[:, :2]
    kept = cv2.dnn.NMSBoxesBatched(
        boxes.tolist(), seen.scores.tolist(), seen.classes.tolist(), 0.0, _OVERLAP
    )
    return sorted(map(int, kept), key=lambda i: -float(seen.scores[i]))[:_MOST_LABELS]


def _input_size(path: Path, header: OnnxHeader) -> tuple[int, int]:
    shape = header.input_shape
    if len(shape) != 4 or shape[1] not in (0, 3) or shape[0] > 1:
        raise ModelError(
            f"{path.name} takes {shape}; it must take one colour picture: 1 x 3 x height x width"
        )
    width, height = shape[3] or _USUAL_SIDE, shape[2] or _USUAL_SIDE
    if not (32 <= width <= 2048 and 32 <= height <= 2048):
        raise ModelError(
            f"{path.name} takes {width}x{height}; 32 to 2048 pixels a side are allowed"
        )
    return width, height


def _labels(path: Path, header: OnnxHeader, classes: int | None) -> tuple[str, ...]:
    """Of a text file beside the model, of its own notes, or COCO's where there are 80."""
    beside = path.with_suffix(".txt")
    if beside.exists():
        names = tuple(line.strip() for line in beside.read_text("utf-8").splitlines())
        names = tuple(name for name in names if name)
    else:
        names = _noted(header.notes.get("names", "")) or (
            COCO_LABELS if classes in (None, len(COCO_LABELS)) else ()
        )
    if classes is not None and len(names) != classes:
        raise ModelError(
            f"{path.name} tells {classes} classes apart and {len(names)} names are known: write "
            f"them, one a line, into {beside.name} beside it"
        )
    too_long = next((name for name in names if len(name) > 64), None)
    if too_long is not None:
        raise ModelError(f"{beside.name}: {too_long[:20]!r}... has more than 64 characters")
    return names


def expected_labels(path: Path, header: OnnxHeader) -> tuple[str, ...]:
    """What the model will very likely tell apart, known without loading it. Raises ModelError."""
    return _labels(path, header, None)


def _noted(text: str) -> tuple[str, ...]:
    """Names as Ultralytics' exports note them: {0: 'person', 1: 'bicycle'}."""
    try:
        names = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ()
    if not isinstance(names, dict) or not all(isinstance(number, int) for number in names):
        return ()
    return tuple(str(names[number]) for number in sorted(names))
