"""What an ONNX file says of itself: the shape it takes, its outputs, its notes.

OpenCV tells none of it, and the onnx package is larger than the agent. A file is a Protocol Buffers
message; the few fields that are needed are read here, the weights are stepped over.
Sources: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto,
https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .model_error import ModelError

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_GRAPH, _NOTES = 7, 14  # of ModelProto
_INITIALIZER, _INPUT, _OUTPUT = 5, 11, 12  # of GraphProto
_LARGEST_VARINT = 10  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxHeader:
    """`input_shape` as the file gives it, 0 where a side is open; `notes` are its metadata."""

    input_shape: tuple[int, ...]
    outputs: tuple[str, ...]
    notes: dict[str, str]


def read_header(path: Path) -> OnnxHeader:
    """Of the ONNX model in this file. Raises ModelError where it is none, and OSError."""
    try:
        return _header(memoryview(path.read_bytes()))
    except (IndexError, UnicodeDecodeError, TypeError) as error:
        raise ModelError(f"{path.name} is not a whole ONNX file") from error


def _header(data: memoryview) -> OnnxHeader:
    model = _Fields.of(data)
    graphs = model.all_bytes(_GRAPH)
    if len(graphs) != 1:
        raise IndexError("an ONNX file has one graph")
    graph = _Fields.of(graphs[0])
    weights = {_text(_Fields.of(entry).all_bytes(8)[0]) for entry in graph.all_bytes(_INITIALIZER)}
    inputs = [_Fields.of(entry) for entry in graph.all_bytes(_INPUT)]
    shape = next(_shape(entry) for entry in inputs if _name(entry) not in weights)
    notes = (_Fields.of(entry) for entry in model.all_bytes(_NOTES))
    return OnnxHeader(
        input_shape=shape,
        outputs=tuple(_name(_Fields.of(entry)) for entry in graph.all_bytes(_OUTPUT)),
        notes={_text(n.all_bytes(1)[0]): _text(n.all_bytes(2)[0]) for n in notes},
    )


def _name(value_info: "_Fields") -> str:
    return _text(value_info.all_bytes(1)[0])


def _shape(value_info: "_Fields") -> tuple[int, ...]:
    """ValueInfoProto.type.tensor_type.shape.dim: dim_value where it is a number."""
    tensor = _Fields.of(_Fields.of(value_info.all_bytes(2)[0]).all_bytes(1)[0])
    sides = _Fields.of(tensor.all_bytes(2)[0]).all_bytes(1)
    return tuple(_Fields.of(side).number(1) for side in sides)


def _text(data: memoryview) -> str:
    return bytes(data).decode()


@dataclass(frozen=True, slots=True)
class _Fields:
    """A Protocol Buffers message: (field number, value) in order."""

    entries: tuple[tuple[int, int | memoryview], ...]

    @classmethod
    def of(cls, data: memoryview) -> "_Fields":
        return cls(tuple(_entries(data)))

    def all_bytes(self, number: int) -> list[memoryview]:
        return [v for n, v in self.entries if n == number and isinstance(v, memoryview)]

    def number(self, number: int) -> int:
        return next((v for n, v in self.entries if n == number and isinstance(v, int)), 0)


def _entries(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == _BYTES:
            size, at = _varint(data, at)
        else:
            size = {_FIXED64: 8, _FIXED32: 4}.get(kind, len(data))
        if at + size > len(data):
            raise IndexError("a field is longer than its message")
        yield number, data[at : at + size]
        at += size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for index in range(_LARGEST_VARINT):
        byte = data[at + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, at + index + 1
    raise IndexError("a number does not end")
