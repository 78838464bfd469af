"""Small ONNX models, written byte by byte: real networks that real engines compute.

Each is one convolution over the whole input and a reshape, so that an output is any linear function
of the pixels. Sources: the ones of pi_agent/objects/onnx_header.py.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FLOAT, INT64 = 1, 7
SIDE = 64  # pixels of the input of `quadrant_model`
HALF = SIDE // 2
QUADRANTS = ((0, 0), (HALF, 0), (0, HALF), (HALF, HALF))  # left top corners

CANDIDATES = 16  # that the model gives; those beyond the quadrants are nothing


def linear_model(
    path: Path,
    weights: NDArray[np.float32],
    bias: NDArray[np.float32],
    output_shape: tuple[int, ...],
    *,
    notes: Mapping[str, str] | None = None,
    input_shape: tuple[int, ...] | None = None,
) -> Path:
    """The model `reshape(weights * picture + bias)`; `weights` (outputs, 3, height, width)."""
    shape = input_shape or (1, *weights.shape[1:])
    target = np.asarray(output_shape, np.int64)
    graph = b"".join(
        (
            _node(
                "Conv",
                ("images", "weights", "bias"),
                "found",
                _integers("kernel_shape", weights.shape[2:]),
            ),
            _node("Reshape", ("found", "shape"), "output0"),
            _text(2, "graph"),
            _tensor("weights", weights, FLOAT),
            _tensor("bias", bias, FLOAT),
            _tensor("shape", target, INT64),
            _value(11, "images", shape),
            _value(12, "output0", output_shape),
        )
    )
    model = _number(1, 8) + _bytes(7, graph) + _bytes(8, _text(1, "") + _number(2, 12))
    for key, value in (notes or {}).items():
        model += _bytes(14, _text(1, key) + _text(2, value))
    path.write_bytes(model)
    return path


def quadrant_model(path: Path, names: tuple[str, ...] = ("lamp", "lantern")) -> Path:
    """Laid out as YOLOv8's: each bright quadrant of the picture is a thing of the first class.

    A quadrant that is red alone is one of the second; the confidence is its brightness.
    """
    classes = len(names)
    weights = np.zeros((4 + classes, CANDIDATES, 3, SIDE, SIDE), np.float32)
    bias = np.zeros((4 + classes, CANDIDATES), np.float32)
    for number, (left, top) in enumerate(QUADRANTS):
        bias[:4, number] = (left + HALF / 2, top + HALF / 2, HALF, HALF)
        where = (slice(top, top + HALF), slice(left, left + HALF))
        weights[4, number, 1][where] = 1 / HALF**2  # green
        if classes > 1:
            weights[5, number, 0][where] = 0.9 / HALF**2  # red
            weights[5, number, 1][where] = -0.9 / HALF**2
    return linear_model(
        path,
        weights.reshape(-1, 3, SIDE, SIDE),
        bias.reshape(-1),
        (1, 4 + classes, CANDIDATES),
        notes={"names": str(dict(enumerate(names)))},
    )


def walker_model(path: Path, names: tuple[str, ...] = ("walker", "runner")) -> Path:
    """Finds whoever walks through the pictures of `ScriptedSource`: something dark and upright.

    Laid out as YOLOv8's; one candidate for each strip of five pixels. Nobody ever runs.
    """
    strips, width, rows = SIDE // 5, 5, slice(14, 30)  # where 320x180 lies in the square input
    weights = np.zeros((4 + len(names), strips, 3, SIDE, SIDE), np.float32)
    bias = np.zeros((4 + len(names), strips), np.float32)
    for strip in range(strips):
        bias[:4, strip] = (strip * width + width / 2, 22, width, 16)
        bias[4, strip] = 1.3
        weights[4, strip, :, rows, strip * width : (strip + 1) * width] = -2.4 / (3 * 16 * width)
    return linear_model(
        path,
        weights.reshape(-1, 3, SIDE, SIDE),
        bias.reshape(-1),
        (1, 4 + len(names), strips),
        notes={"names": str(dict(enumerate(names)))},
    )


def _node(kind: str, inputs: tuple[str, ...], output: str, attribute: bytes = b"") -> bytes:
    names = b"".join(_text(1, name) for name in inputs) + _text(2, output)
    return _bytes(1, names + _text(4, kind) + attribute)


def _integers(name: str, values: tuple[int, ...]) -> bytes:
    """An attribute of a node."""
    return _bytes(5, _text(1, name) + b"".join(_number(8, v) for v in values) + _number(20, 7))


def _tensor(name: str, values: NDArray[np.generic], kind: int) -> bytes:
    sides = b"".join(_number(1, side) for side in values.shape)
    return _bytes(5, sides + _number(2, kind) + _text(8, name) + _bytes(9, values.tobytes()))


def _value(field: int, name: str, shape: tuple[int, ...]) -> bytes:
    sides = b"".join(_bytes(1, _number(1, side) if side else _text(2, "n")) for side in shape)
    return _bytes(
        field, _text(1, name) + _bytes(2, _bytes(1, _number(1, FLOAT) + _bytes(2, sides)))
    )


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _varint(value: int) -> bytes:
    data = bytearray()
    while value >= 0x80:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*data, value))
