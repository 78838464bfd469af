"""The sections of the configuration about the agent itself: address, storage, objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import voluptuous as vol

from pi_agent import configuration_values as values
from pi_agent.objects.network import RUNTIMES
from pi_agent.protocol import DEFAULT_PORT
from pi_agent.storage import RetentionLimits


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


def _port(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 65535:
        raise vol.Invalid("must be a whole number from 0 to 65535")
    return value


def _amount(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e6:
        raise vol.Invalid("must be a number of 0 or more, up to 1000000")
    return float(value)


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


SERVER = {
    vol.Optional("host"): values.text,
    vol.Optional("port"): _port,
    vol.Optional("tls"): values.switch,
}
STORAGE = {
    vol.Optional("max_age_days"): _amount,
    vol.Optional("max_gigabytes"): _amount,
    vol.Optional("min_free_gigabytes"): _amount,
}
OBJECTS = {
    vol.Optional("models"): vol.All(_models, [values.text]),
    vol.Optional("looks_per_second"): _looks,
    vol.Optional("threads"): _threads,
    vol.Optional("runtime"): _runtime,
}


def objects_configuration(entry: Mapping[str, Any]) -> ObjectsConfiguration:
    """The section after its check."""
    models = tuple(entry["models"]) if "models" in entry else None
    return ObjectsConfiguration(**{**entry, "models": models})
