"""The configuration file, checked as a whole: every mistake is named at once, with its mend."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import voluptuous as vol

from pi_agent.errors import ConfigurationError
from pi_agent.protocol import DEFAULT_PORT

DEFAULT_NAME = "Pi Motion Camera"
DEFAULT_PATH = Path("/etc/pi-agent/config.toml")
DEFAULT_DATA_DIR = Path("/var/lib/pi-agent")


def default_data_dir() -> Path:
    """The service's data directory; for a user who may not write there, one of their own."""
    if os.access(DEFAULT_DATA_DIR, os.W_OK):
        return DEFAULT_DATA_DIR
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "pi-agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraConfiguration:
    """One camera: `source` is "demo" or the path of a video file."""

    id: str
    name: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfiguration:
    """Where the API listens."""

    host: str = "0.0.0.0"  # noqa: S104  (Home Assistant is another machine)
    port: int = DEFAULT_PORT
    tls: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything that is set before the agent starts."""

    name: str = DEFAULT_NAME
    data_dir: Path = DEFAULT_DATA_DIR
    server: ServerConfiguration = ServerConfiguration()
    cameras: tuple[CameraConfiguration, ...] = ()


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise vol.Invalid("must be a text that is not empty")
    return value.strip()


def _camera_id(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9_]{1,64}", value):
        raise vol.Invalid("must be made of small letters, digits and _, such as front_door")
    return value


def _port(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 65535:
        raise vol.Invalid("must be a whole number from 0 to 65535")
    return value


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise vol.Invalid("must be true or false")
    return value


def _cameras(value: Any) -> Any:
    if not isinstance(value, list):
        raise vol.Invalid("must be a list: begin each camera with a line [[cameras]]")
    return value


_CAMERA = {
    vol.Required("id"): _camera_id,
    vol.Required("source"): _text,
    vol.Optional("name"): _text,
}
_SERVER = {vol.Optional("host"): _text, vol.Optional("port"): _port, vol.Optional("tls"): _switch}
_FILE = {
    vol.Optional("name"): _text,
    vol.Optional("data_dir"): _text,
    vol.Optional("server"): _SERVER,
    vol.Optional("cameras"): vol.All(_cameras, [_CAMERA]),
}
_KEYS: dict[tuple[str, ...], tuple[str, ...]] = {
    (): tuple(map(str, _FILE)),
    ("server",): tuple(map(str, _SERVER)),
    ("cameras",): tuple(map(str, _CAMERA)),
}


def load_configuration(path: Path) -> Configuration:
    """Read and check the file; ConfigurationError names every mistake in it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: is not valid TOML: {error}") from error
    try:
        return check_configuration(data)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}:\n{error}") from None


def check_configuration(data: Mapping[str, Any]) -> Configuration:
    """The configuration in `data` as read from TOML; ConfigurationError names every mistake."""
    mistakes: list[str] = []
    try:
        data = vol.Schema(_FILE)(dict(data))
    except vol.MultipleInvalid as errors:
        mistakes = [_mistake(error) for error in errors.errors]
    mistakes += _twice(data.get("cameras"))
    if mistakes:
        raise ConfigurationError("\n".join(f"  {mistake}" for mistake in mistakes))
    cameras = tuple(
        CameraConfiguration(id=c["id"], source=c["source"], name=c.get("name") or _title(c["id"]))
        for c in data.get("cameras", ())
    )
    return Configuration(
        name=data.get("name", DEFAULT_NAME),
        data_dir=Path(data["data_dir"]) if "data_dir" in data else default_data_dir(),
        server=ServerConfiguration(**data.get("server", {})),
        cameras=cameras,
    )


def _title(camera: str) -> str:
    return camera.replace("_", " ").capitalize()


def _twice(cameras: Any) -> list[str]:
    entries = cameras if isinstance(cameras, list) else []
    ids = [entry.get("id") for entry in entries if isinstance(entry, Mapping)]
    repeated = sorted({str(name) for name in ids if name is not None and ids.count(name) > 1})
    return [f"cameras: two have the id {name!r}; ids must differ" for name in repeated]


def _mistake(error: vol.Invalid) -> str:
    parts = [str(part) for part in error.path if not isinstance(part, vol.Marker)]
    field = _dotted(error.path)
    if error.error_message == "extra keys not allowed":
        return f"{field}: is not known{_nearest(parts)}"
    if error.error_message == "required key not provided":
        return f"{field}: is missing"
    if error.error_message == "expected a dictionary":
        return f"{field}: must be a table of its own: [{parts[0]}]"
    return f"{field}: {error.error_message}"


def _dotted(path: list[Any]) -> str:
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _nearest(parts: list[str]) -> str:
    *table, key = [part for part in parts if not part.isdigit()]
    near = difflib.get_close_matches(key, _KEYS.get(tuple(table), ()), n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(_KEYS[tuple(table)])}"
