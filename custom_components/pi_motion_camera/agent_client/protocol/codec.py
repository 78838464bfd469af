"""Dataclasses to and from JSON, every field checked by its annotation.

`decode(Cls, data)` reads plain JSON values into a dataclass: a wrong value names its field, an
unknown field is skipped, so that either side may be newer. `encode` is the way back.
"""

import dataclasses
import json
import math
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


class ProtocolError(ValueError):
    """A value that does not fit the contract; `field` is its dotted path, "" for the whole."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field = field
        self.problem = problem


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """Bounds of a number, both ends allowed."""

    low: float
    high: float

    def check(self, value: Any, field: str) -> None:
        """Raise ProtocolError when `value` is outside."""
        if not self.low <= value <= self.high:
            raise ProtocolError(field, f"must be from {self.low:g} to {self.high:g}, not {value}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """Bounds of the length of a text or list, both ends allowed."""

    low: int
    high: int

    def check(self, value: Any, field: str) -> None:
        """Raise ProtocolError when `value` is shorter or longer."""
        if not self.low <= len(value) <= self.high:
            noun = "characters" if isinstance(value, str) else "entries"
            raise ProtocolError(
                field, f"must have {self.low} to {self.high} {noun}, not {len(value)}"
            )


def from_json(text: str | bytes) -> dict[str, Any]:
    """The JSON object in `text`; ProtocolError for anything else."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("", f"not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise ProtocolError("", f"must be a JSON object, not {_kind(value)}")
    return value


def to_json(value: Any) -> str:
    """Compact JSON of a dataclass or of plain JSON values."""
    return json.dumps(encode(value), ensure_ascii=False, separators=(",", ":"))


def encode(value: Any) -> Any:
    """Plain JSON values of a dataclass; times become RFC 3339 UTC with milliseconds."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [encode(entry) for entry in value]
    if isinstance(value, Mapping):
        return {key: encode(entry) for key, entry in value.items()}
    return value


def decode(cls: type[T], data: Any, field: str = "") -> T:
    """Read plain JSON values into the dataclass `cls`; ProtocolError names the first bad field."""
    if not isinstance(data, Mapping):
        raise ProtocolError(field, f"must be an object, not {_kind(data)}")
    values: dict[str, Any] = {}
    for name, (annotation, required) in _fields_of(typing.cast(Any, cls)).items():
        path = f"{field}.{name}" if field else name
        if name in data:
            values[name] = _read(annotation, data[name], path)
        elif required:
            raise ProtocolError(path, "is missing")
    try:
        return cls(**values)
    except ProtocolError as error:  # raised by a dataclass that checks itself as a whole
        path = ".".join(part for part in (field, error.field) if part)
        raise ProtocolError(path, error.problem) from error


@cache
def _fields_of(cls: Any) -> dict[str, tuple[Any, bool]]:
    hints = typing.get_type_hints(cls, include_extras=True)
    return {
        f.name: (
            hints[f.name],
            f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING,
        )
        for f in dataclasses.fields(cls)
        if f.init
    }


def _read(annotation: Any, value: Any, field: str) -> Any:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        inner, *checks = typing.get_args(annotation)
        result = _read(inner, value, field)
        for check in checks:
            check.check(result, field)
        return result
    if origin in (typing.Union, types.UnionType):
        return _read_optional(annotation, value, field)
    if origin is tuple:
        return _read_tuple(typing.get_args(annotation), value, field)
    if origin is dict:
        return _read_dict(typing.get_args(annotation)[1], value, field)
    if dataclasses.is_dataclass(annotation):
        return decode(typing.cast("type[Any]", annotation), value, field)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _read_enum(annotation, value, field)
    return _SCALARS[annotation](value, field)


def _read_optional(annotation: Any, value: Any, field: str) -> Any:
    if value is None:
        return None
    inner = next(arg for arg in typing.get_args(annotation) if arg is not type(None))
    return _read(inner, value, field)


def _read_tuple(args: tuple[Any, ...], value: Any, field: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ProtocolError(field, f"must be a list, not {_kind(value)}")
    if args[-1] is Ellipsis:
        return tuple(_read(args[0], entry, f"{field}[{i}]") for i, entry in enumerate(value))
    if len(value) != len(args):
        raise ProtocolError(field, f"must have {len(args)} entries, not {len(value)}")
    return tuple(
        _read(arg, entry, f"{field}[{i}]")
        for i, (arg, entry) in enumerate(zip(args, value, strict=True))
    )


def _read_dict(annotation: Any, value: Any, field: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ProtocolError(field, f"must be an object, not {_kind(value)}")
    return {key: _read(annotation, entry, f"{field}.{key}") for key, entry in value.items()}


def _read_enum(annotation: type[Enum], value: Any, field: str) -> Enum:
    try:
        return annotation(value)
    except ValueError:
        allowed = ", ".join(str(member.value) for member in annotation)
        raise ProtocolError(field, f"must be one of {allowed}, not {value!r}") from None


def _read_bool(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise ProtocolError(field, f"must be true or false, not {_kind(value)}")
    return value


def _read_int(value: Any, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ProtocolError(field, f"must be a whole number, not {_kind(value)}")
    return value


def _read_float(value: Any, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProtocolError(field, f"must be a number, not {_kind(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ProtocolError(field, "must be a finite number")
    return number


def _read_str(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise ProtocolError(field, f"must be a text, not {_kind(value)}")
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: JSON can say it, UTF-8 cannot
        raise ProtocolError(field, "must be valid Unicode") from None
    return value


def _read_datetime(value: Any, field: str) -> datetime:
    try:
        time = datetime.fromisoformat(_read_str(value, field))
    except ValueError:
        raise ProtocolError(field, f"must be an RFC 3339 time, not {value!r}") from None
    if time.tzinfo is None:
        raise ProtocolError(field, f"must name its UTC offset, as in {value}Z")
    return time.astimezone(UTC)


_SCALARS: dict[Any, Callable[[Any, str], Any]] = {
    bool: _read_bool,
    int: _read_int,
    float: _read_float,
    str: _read_str,
    datetime: _read_datetime,
}


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return names.get(type(value), "a number")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
