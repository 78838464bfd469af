"""The configuration file, checked as a whole: every mistake is named at once, with its mend."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import voluptuous as vol

from pi_agent import configuration_values as values
from pi_agent.capture import CaptureSize
from pi_agent.connections_configuration import (
    MQTT,
    WEBHOOK,
    MqttConfiguration,
    WebhookConfiguration,
    mqtt_configuration,
    mqtt_mistakes,
    webhook_configuration,
)
from pi_agent.copies import Destination
from pi_agent.errors import ConfigurationError
from pi_agent.gpio_configuration import (
    GPIO,
    GPIO_KEYS,
    GpioConfiguration,
    gpio_configuration,
    gpio_mistakes,
)
from pi_agent.objects.network import RUNTIMES
from pi_agent.protocol import DEFAULT_PORT
from pi_agent.sources import create_source
from pi_agent.storage import RetentionLimits

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
    """One camera: `source` as `create_source` takes it; it may hold a password."""

    id: str
    name: str
    source: str = field(repr=False)
    size: CaptureSize = field(default_factory=CaptureSize)
    verify_tls: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfiguration:
    """Where the API listens."""

    host: str = "0.0.0.0"  # noqa: S104  (Home Assistant is another machine)
    port: int = DEFAULT_PORT
    tls: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageConfiguration:
    """How long events are kept, whichever is reached first; 0 means no such limit."""

    max_age_days: float = 30.0
    max_gigabytes: float = 20.0
    min_free_gigabytes: float = 1.0

    @property
    def limits(self) -> RetentionLimits:
        """The same in the units of retention."""
        return RetentionLimits(
            max_age_days=self.max_age_days,
            max_bytes=round(self.max_gigabytes * 1e9),
            min_free_bytes=round(self.min_free_gigabytes * 1e9),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectsConfiguration:
    """Which models look at events; `models` None leaves it to `pi-agent models use`."""

    models: tuple[str, ...] | None = None
    looks_per_second: float = 2.0
    threads: int = 1
    runtime: str | None = None  # what computes them; None means the fastest that is there


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyConfiguration:
    """The second machine that gets a copy of every event; key and known hosts may be elsewhere."""

    host: str
    user: str
    port: int = 22
    directory: str = "pi-motion-camera"
    key: Path | None = None
    known_hosts: Path | None = None

    def destination(self, data_dir: Path) -> Destination:
        """The same with both files, which else are in the data directory."""
        return Destination(
            host=self.host,
            port=self.port,
            user=self.user,
            directory=self.directory,
            key=self.key or data_dir / "copy_key",
            known_hosts=self.known_hosts or data_dir / "copy_known_hosts",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything that is set before the agent starts."""

    data_dir: Path
    name: str = DEFAULT_NAME
    server: ServerConfiguration = ServerConfiguration()
    storage: StorageConfiguration = StorageConfiguration()
    objects: ObjectsConfiguration = ObjectsConfiguration()
    copy: CopyConfiguration | None = None
    mqtt: MqttConfiguration | None = None
    webhook: WebhookConfiguration | None = None
    gpio: GpioConfiguration | None = None
    cameras: tuple[CameraConfiguration, ...] = ()


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


def _port(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 65535:
        raise vol.Invalid("must be a whole number from 0 to 65535")
    return value


def _amount(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e6:
        raise vol.Invalid("must be a number of 0 or more, up to 1000000")
    return float(value)


def _user(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Za-z_][0-9A-Za-z_.-]{0,63}", value):
        raise vol.Invalid("must be a user's name on that machine, such as pi-copies")
    return value


def _directory(value: Any) -> str:
    text = values.text(value)
    if ".." in text.split("/") or not text.isprintable():
        raise vol.Invalid("must be a directory on that machine, without .., such as front-garden")
    return text.rstrip("/") or "/"


def _models(value: Any) -> Any:
    if not isinstance(value, list):
        raise vol.Invalid('must be a list of names or files, such as ["yolox-nano"]; [] for none')
    return value


def _looks(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.1 <= value <= 10:
        raise vol.Invalid("must be a number of looks a second from 0.1 to 10")
    return float(value)


def _threads(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 8:
        raise vol.Invalid("must be a whole number from 1 to 8")
    return value


def _runtime(value: Any) -> str:
    if value not in RUNTIMES:
        raise vol.Invalid(f"must be one of {', '.join(RUNTIMES)}")
    return str(value)


def _objects(data: Mapping[str, Any]) -> ObjectsConfiguration:
    models = tuple(data["models"]) if "models" in data else None
    return ObjectsConfiguration(**{**data, "models": models})


_CAMERA = {
    vol.Required("id"): values.camera_id,
    vol.Required("source"): _source,
    vol.Optional("name"): values.text,
    vol.Optional("width"): _side,
    vol.Optional("height"): _side,
    vol.Optional("fps"): _fps,
    vol.Optional("verify_tls"): values.switch,
}


_SERVER = {
    vol.Optional("host"): values.text,
    vol.Optional("port"): _port,
    vol.Optional("tls"): values.switch,
}
_STORAGE = {
    vol.Optional("max_age_days"): _amount,
    vol.Optional("max_gigabytes"): _amount,
    vol.Optional("min_free_gigabytes"): _amount,
}
_OBJECTS = {
    vol.Optional("models"): vol.All(_models, [values.text]),
    vol.Optional("looks_per_second"): _looks,
    vol.Optional("threads"): _threads,
    vol.Optional("runtime"): _runtime,
}
_COPY = {
    vol.Required("host"): values.host,
    vol.Required("user"): _user,
    vol.Optional("port"): values.remote_port,
    vol.Optional("directory"): _directory,
    vol.Optional("key"): values.text,
    vol.Optional("known_hosts"): values.text,
}
_FILE = {
    vol.Optional("name"): values.text,
    vol.Optional("data_dir"): values.text,
    vol.Optional("server"): _SERVER,
    vol.Optional("storage"): _STORAGE,
    vol.Optional("objects"): _OBJECTS,
    vol.Optional("copy"): _COPY,
    vol.Optional("mqtt"): MQTT,
    vol.Optional("webhook"): WEBHOOK,
    vol.Optional("gpio"): GPIO,
    vol.Optional("cameras"): values.tables(_CAMERA, "[[cameras]]", "camera"),
}
_KEYS: dict[tuple[str, ...], tuple[str, ...]] = {
    (): tuple(map(str, _FILE)),
    ("server",): tuple(map(str, _SERVER)),
    ("storage",): tuple(map(str, _STORAGE)),
    ("objects",): tuple(map(str, _OBJECTS)),
    ("copy",): tuple(map(str, _COPY)),
    ("mqtt",): tuple(map(str, MQTT)),
    ("webhook",): tuple(map(str, WEBHOOK)),
    ("cameras",): tuple(map(str, _CAMERA)),
    **GPIO_KEYS,
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
    cameras = data.get("cameras")
    mistakes += _twice(cameras if isinstance(cameras, list) else [])
    mistakes += mqtt_mistakes(data.get("mqtt"))
    if mistakes:
        raise ConfigurationError("\n".join(f"  {mistake}" for mistake in mistakes))
    return Configuration(
        name=data.get("name", DEFAULT_NAME),
        data_dir=Path(data["data_dir"]) if "data_dir" in data else default_data_dir(),
        server=ServerConfiguration(**data.get("server", {})),
        storage=StorageConfiguration(**data.get("storage", {})),
        objects=_objects(data.get("objects", {})),
        copy=_copy(data["copy"]) if "copy" in data else None,
        mqtt=mqtt_configuration(data["mqtt"]) if "mqtt" in data else None,
        webhook=webhook_configuration(data["webhook"]) if "webhook" in data else None,
        gpio=_gpio(data),
        cameras=tuple(_camera(entry) for entry in data.get("cameras", ())),
    )


def _gpio(data: Mapping[str, Any]) -> GpioConfiguration | None:
    """The section on its own, and beside the cameras that it names."""
    if "gpio" not in data:
        return None
    gpio = gpio_configuration(data["gpio"])
    mistakes = gpio_mistakes(gpio, [entry["id"] for entry in data.get("cameras", ())])
    if mistakes:
        raise ConfigurationError("\n".join(f"  {mistake}" for mistake in mistakes))
    return gpio


def _camera(entry: Mapping[str, Any]) -> CameraConfiguration:
    size = {key: entry[key] for key in ("width", "height", "fps") if key in entry}
    return CameraConfiguration(
        id=entry["id"],
        source=entry["source"],
        name=entry.get("name") or _title(entry["id"]),
        size=CaptureSize(**size),
        verify_tls=entry.get("verify_tls", True),
    )


def _copy(entry: Mapping[str, Any]) -> CopyConfiguration:
    files = {name: Path(entry[name]) for name in ("key", "known_hosts") if name in entry}
    return CopyConfiguration(**{**entry, **files})


def _title(camera: str) -> str:
    return camera.replace("_", " ").capitalize()


def _twice(cameras: list[Any]) -> list[str]:
    """Ids and names, given or made of the id, that more than one camera has."""
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


def _mistake(error: vol.Invalid) -> str:
    parts = [str(part) for part in error.path if not isinstance(part, vol.Marker | int)]
    field = _dotted(error.path)
    if error.error_message == "extra keys not allowed":
        return f"{field}: is not known{_nearest(parts)}"
    if error.error_message == "required key not provided":
        return f"{field}: is missing"
    if error.error_message == "expected a dictionary":
        table = ".".join(parts)
        return f"{field}: must be a table of its own: [{table}]"
    return f"{field}: {error.error_message}"


def _dotted(path: list[Any]) -> str:
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _nearest(parts: list[str]) -> str:
    *table, key = parts
    near = difflib.get_close_matches(key, _KEYS.get(tuple(table), ()), n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(_KEYS[tuple(table)])}"
