"""The outputs of the YOLO family, each read into corners, classes and confidences.

| layout | shape of the output | boxes |
| --- | --- | --- |
| grid | (1, cells, 5 + classes), one row a cell of the strides 8, 16, 32 | raw, of YOLOX |
| rows | (1, candidates, 5 + classes) | centre and size in pixels; YOLOv5, YOLOX decoded |
| columns | (1, 4 + classes, candidates) | centre and size in pixels; YOLOv8 and later |
| final | (1, at most 1000, 6) | corners, confidence, class; made with its own suppression |

Sources: https://github.com/Megvii-BaseDetection/YOLOX/blob/main/demo/ONNXRuntime,
https://docs.ultralytics.com/modes/export/
"""

from dataclasses import dataclass
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from .model_error import ModelError

Floats = NDArray[np.float32]
_STRIDES = (8, 16, 32)
_MOST_FINAL = 1000  # boxes that a model with suppression of its own gives


class Layout(Enum):
    """How an output is to be read."""

    GRID = "grid"
    ROWS = "rows"
    COLUMNS = "columns"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Candidates:
    """`corners` (n, 4) are left, top, right, bottom in pixels of the input; the others (n)."""

    corners: Floats
    classes: NDArray[np.intp]
    scores: Floats


def cells_of(size: tuple[int, int]) -> int:
    """Cells of all strides for an input (width, height)."""
    return sum((size[0] // stride) * (size[1] // stride) for stride in _STRIDES)


def layout_of(output: Floats, size: tuple[int, int]) -> Layout:
    """Recognised by its shape; ModelError where it is none of these."""
    if output.ndim != 3 or output.shape[0] != 1 or min(output.shape[1:]) < 5:
        raise ModelError(
            f"its output has the shape {output.shape}; known are YOLOX, YOLOv5, YOLOv8 and later, "
            "for detection, one picture at a time"
        )
    _, rows, columns = output.shape
    of_grid = rows == cells_of(size)
    if columns == 6 and rows <= _MOST_FINAL and not of_grid:
        return Layout.FINAL
    if rows < columns:
        return Layout.COLUMNS
    # Decoded boxes have sizes in pixels, raw ones logarithms of strides.
    raw = of_grid and float(np.median(np.abs(output[0, :, 2:4]))) < _STRIDES[0]
    return Layout.GRID if raw else Layout.ROWS


def classes_in(output: Floats, layout: Layout) -> int | None:
    """How many classes it tells apart; None where the output does not say."""
    if layout is Layout.FINAL:
        return None
    return int(output.shape[1] - 4 if layout is Layout.COLUMNS else output.shape[2] - 5)


def read(output: Floats, layout: Layout, size: tuple[int, int], least: float) -> Candidates:
    """What is seen with a confidence of at least `least`, overlapping boxes and all."""
    if layout is Layout.FINAL:
        rows = output[0][output[0, :, 4] >= least]
        return Candidates(rows[:, :4], rows[:, 5].astype(np.intp), rows[:, 4])
    if layout is Layout.COLUMNS:
        table = np.ascontiguousarray(output[0].T)
        return _best(table[:, :4], table[:, 4:], least)
    table = output[0]
    likely = table[:, 4] >= least  # spares the product for nearly all
    if layout is Layout.GRID:
        boxes = _decoded(table[likely, :4], size, likely)
    else:
        boxes = table[likely, :4]
    return _best(boxes, table[likely, 5:] * table[likely, 4:5], least)


def _best(boxes: Floats, scores: Floats, least: float) -> Candidates:
    classes = scores.argmax(axis=1)
    best = scores[np.arange(len(scores)), classes]
    kept = best >= least
    centre, half = boxes[kept, :2], boxes[kept, 2:] / 2
    return Candidates(np.hstack((centre - half, centre + half)), classes[kept], best[kept])


def _decoded(raw: Floats, size: tuple[int, int], rows: NDArray[np.bool_]) -> Floats:
    origin, stride = _grid(size)
    centre = (raw[:, :2] + origin[rows]) * stride[rows]
    with np.errstate(over="ignore"):  # a box of any size is cut to the picture
        extent = np.exp(raw[:, 2:]) * stride[rows]
    return np.hstack((centre, extent)).astype(np.float32)


@cache
def _grid(size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Left top cell coordinates (cells, 2) and stride (cells, 1), stride by stride, row by row."""
    origins, strides = [], []
    for stride in _STRIDES:
        columns, rows = size[0] // stride, size[1] // stride
        x, y = np.meshgrid(np.arange(columns), np.arange(rows))
        origins.append(np.stack((x.ravel(), y.ravel()), axis=1))
        strides.append(np.full((columns * rows, 1), stride))
    return (
        np.concatenate(origins).astype(np.float32),
        np.concatenate(strides).astype(np.float32),
    )
