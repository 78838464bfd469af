"""What the contract's dataclasses look like as JSON Schema (2020-12)."""

import dataclasses
import types
import typing
from datetime import datetime
from enum import Enum
from typing import Any

from pi_agent.protocol import encode
from pi_agent.protocol.codec import Between, Length

Schema = dict[str, Any]
_SCALARS: dict[Any, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
    Any: {},
}


def schema_of(annotation: Any, components: dict[str, Schema]) -> Schema:
    """The schema of a type; dataclasses become references to `components`, which grows by them."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return schema_of(args[0], components) | _bounds(args[0], args[1:])
    if origin in (typing.Union, types.UnionType):
        inner = next(arg for arg in args if arg is not type(None))
        return {"anyOf": [schema_of(inner, components), {"type": "null"}]}
    if origin is tuple:
        return _list(args, components)
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(args[1], components)}
    if dataclasses.is_dataclass(annotation):
        return _reference(annotation, components)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {"enum": [member.value for member in annotation]}
    return dict(_SCALARS[annotation])


def optional_fields(cls: type) -> Schema:
    """A schema of which every field may be left out, as in a partial change."""
    components: dict[str, Schema] = {}
    reference = schema_of(cls, components)
    name = reference["$ref"].rpartition("/")[2]
    return {key: value for key, value in components[name].items() if key != "required"}


def _reference(cls: Any, components: dict[str, Schema]) -> Schema:
    name = cls.__name__
    if name not in components:
        components[name] = {}  # known from here on: a class may hold itself
        components[name] = _object(cls, components)
    return {"$ref": f"#/components/schemas/{name}"}


def _object(cls: Any, components: dict[str, Schema]) -> Schema:
    hints = typing.get_type_hints(cls, include_extras=True)
    properties, required = {}, []
    for field in dataclasses.fields(cls):
        properties[field.name] = schema_of(hints[field.name], components)
        if field.default is not dataclasses.MISSING:
            properties[field.name] |= {"default": encode(field.default)}
        elif field.default_factory is dataclasses.MISSING:
            required.append(field.name)
    schema: Schema = {"type": "object", "description": _first_line(cls), "properties": properties}
    return schema | ({"required": required} if required else {})


def _list(args: tuple[Any, ...], components: dict[str, Schema]) -> Schema:
    if args[-1] is Ellipsis:
        return {"type": "array", "items": schema_of(args[0], components)}
    entries = [schema_of(arg, components) for arg in args]
    return {
        "type": "array",
        "prefixItems": entries,
        "items": False,
        "minItems": len(entries),
    }


def _bounds(inner: Any, checks: tuple[Any, ...]) -> Schema:
    bounds: Schema = {}
    for check in checks:
        if isinstance(check, Between):
            bounds |= {"minimum": check.low, "maximum": check.high}
        elif isinstance(check, Length):
            least, most = ("minLength", "maxLength") if inner is str else ("minItems", "maxItems")
            bounds |= {least: check.low, most: check.high}
    return bounds


def _first_line(cls: Any) -> str:
    return (cls.__doc__ or "").strip().partition("\n")[0]
