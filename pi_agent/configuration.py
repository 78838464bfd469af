"""The configuration file, checked as a whole: every mistake is named at once, with its mend."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import voluptuous as vol

from pi_agent import configuration_values as values
from pi_agent.agent_configuration import (
    OBJECTS,
    SERVER,
    STORAGE,
    ObjectsConfiguration,
    ServerConfiguration,
    StorageConfiguration,
    objects_configuration,
)
from pi_agent.camera_configuration import (
    CAMERA,
    CameraConfiguration,
    camera_configuration,
    camera_mistakes,
)
from pi_agent.configuration_mistakes import mistake_of
from pi_agent.connections_configuration import (
    COPY,
    MQTT,
    WEBHOOK,
    CopyConfiguration,
    MqttConfiguration,
    WebhookConfiguration,
    copy_configuration,
    mqtt_configuration,
    mqtt_mistakes,
    webhook_configuration,
)
from pi_agent.errors import ConfigurationError
from pi_agent.gpio_configuration import (
    GPIO,
    GPIO_KEYS,
    GpioConfiguration,
    gpio_configuration,
    gpio_mistakes,
)

__all__ = [
    "DEFAULT_PATH",
    "CameraConfiguration",
    "Configuration",
    "CopyConfiguration",
    "ObjectsConfiguration",
    "ServerConfiguration",
    "StorageConfiguration",
    "check_configuration",
    "default_data_dir",
    "load_configuration",
]
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
class Configuration:
    """Everything that is set before the agent starts."""

    data_dir: Path
    name: str = DEFAULT_NAME
    server: ServerConfiguration = field(default_factory=ServerConfiguration)
    storage: StorageConfiguration = field(default_factory=StorageConfiguration)
    objects: ObjectsConfiguration = field(default_factory=ObjectsConfiguration)
    copy: CopyConfiguration | None = None
    mqtt: MqttConfiguration | None = None
    webhook: WebhookConfiguration | None = None
    gpio: GpioConfiguration | None = None
    cameras: tuple[CameraConfiguration, ...] = ()


_FILE = {
    vol.Optional("name"): values.name,
    vol.Optional("data_dir"): values.text,
    vol.Optional("server"): SERVER,
    vol.Optional("storage"): STORAGE,
    vol.Optional("objects"): OBJECTS,
    vol.Optional("copy"): COPY,
    vol.Optional("mqtt"): MQTT,
    vol.Optional("webhook"): WEBHOOK,
    vol.Optional("gpio"): GPIO,
    vol.Optional("cameras"): values.tables(CAMERA, "[[cameras]]", "camera"),
}
_KEYS: dict[tuple[str, ...], tuple[str, ...]] = {
    (): tuple(map(str, _FILE)),
    ("server",): tuple(map(str, SERVER)),
    ("storage",): tuple(map(str, STORAGE)),
    ("objects",): tuple(map(str, OBJECTS)),
    ("copy",): tuple(map(str, COPY)),
    ("mqtt",): tuple(map(str, MQTT)),
    ("webhook",): tuple(map(str, WEBHOOK)),
    ("cameras",): tuple(map(str, CAMERA)),
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
        mistakes = [mistake_of(error, _KEYS) for error in errors.errors]
    mistakes += camera_mistakes(data.get("cameras"))
    mistakes += mqtt_mistakes(data.get("mqtt"))
    if mistakes:
        raise ConfigurationError("\n".join(f"  {mistake}" for mistake in mistakes))
    return Configuration(
        name=data.get("name", DEFAULT_NAME),
        data_dir=Path(data["data_dir"]) if "data_dir" in data else default_data_dir(),
        server=ServerConfiguration(**data.get("server", {})),
        storage=StorageConfiguration(**data.get("storage", {})),
        objects=objects_configuration(data.get("objects", {})),
        copy=copy_configuration(data["copy"]) if "copy" in data else None,
        mqtt=mqtt_configuration(data["mqtt"]) if "mqtt" in data else None,
        webhook=webhook_configuration(data["webhook"]) if "webhook" in data else None,
        gpio=_gpio(data),
        cameras=tuple(camera_configuration(entry) for entry in data.get("cameras", ())),
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
