"""The cameras of the configuration: what names each, and where its pictures come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import voluptuous as vol

from pi_agent import configuration_values as values
from pi_agent.capture import CaptureSize
from pi_agent.errors import ConfigurationError
from pi_agent.sources import create_source


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraConfiguration:
    """One camera: `source` as `create_source` takes it; it may hold a password."""

    id: str
    name: str
    source: str = field(repr=False)
    size: CaptureSize = field(default_factory=CaptureSize)
    verify_tls: bool = True


def _source(value: Any) -> str:
    text = values.text(value)
    try:
        create_source(text)
    except ConfigurationError as error:
        raise vol.Invalid(str(error).removeprefix("source: ")) from None
    return text


def _side(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 16 <= value <= 8192:
        raise vol.Invalid("must be a whole number of pixels from 16 to 8192, such as 1280")
    return value


def _fps(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value <= 120:
        raise vol.Invalid("must be a number of frames a second from 0.5 to 120")
    return float(value)


CAMERA = {
    vol.Required("id"): values.camera_id,
    vol.Required("source"): _source,
    vol.Optional("name"): values.name,
    vol.Optional("width"): _side,
    vol.Optional("height"): _side,
    vol.Optional("fps"): _fps,
    vol.Optional("verify_tls"): values.switch,
}


def camera_configuration(entry: Mapping[str, Any]) -> CameraConfiguration:
    """An entry after its check."""
    size = {key: entry[key] for key in ("width", "height", "fps") if key in entry}
    return CameraConfiguration(
        id=entry["id"],
        source=entry["source"],
        name=entry.get("name") or _title(entry["id"]),
        size=CaptureSize(**size),
        verify_tls=entry.get("verify_tls", True),
    )


def _title(camera: str) -> str:
    return camera.replace("_", " ").capitalize()


def camera_mistakes(cameras: Any) -> list[str]:
    """Ids and names, given or made of the id, that more than one camera has."""
    if not isinstance(cameras, list):
        return []
    entries = [entry for entry in cameras if isinstance(entry, Mapping) and "id" in entry]
    ids = [str(entry["id"]) for entry in entries]
    given = [str(entry.get("name") or "") for entry in entries]
    names = {id_: name or _title(id_) for id_, name in zip(ids, given, strict=True)}
    return [
        f"cameras: two have the {key} {value!r}; {key}s must differ"
        for key, values in (("id", ids), ("name", list(names.values())))
        for value in _repeated(values)
    ]


def _repeated(values: Sequence[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})
