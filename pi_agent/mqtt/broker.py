"""Which broker, and what is asked of a connection to it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Protocol

from pi_agent.errors import ConfigurationError, UnavailableError

_NO_LIBRARY = (
    "mqtt: the MQTT library is not installed; install it with the agent: "
    "pip install 'pi-agent[mqtt]'"
)


class BrokerError(UnavailableError):
    """The broker takes nothing at the moment; the message names the mend where it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker, and who we are there.

    `ca_file` holds the authority that its certificate is checked by, in place of those that the
    system knows.
    """

    host: str
    port: int
    prefix: str
    client_id: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    password_file: Path | None = None
    tls: bool = False
    ca_file: Path | None = None

    @property
    def machine(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """What names this place for good: another one begins anew."""
        return f"mqtt://{self.host}:{self.port}/{self.prefix}"

    def topic(self, *levels: str) -> str:
        """A topic of ours."""
        return "/".join((self.prefix, *levels))

    def read_password(self) -> str | None:
        """The password, from its file where it has one. Raises BrokerError; reads the disk."""
        if self.password_file is None:
            return self.password
        try:
            return self.password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise BrokerError(
                f"mqtt.password_file: {self.password_file} cannot be read: {reason}"
            ) from error


class Session(Protocol):
    """An open connection. Raises BrokerError."""

    async def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Return once the broker has it; `topic` is a whole one."""
        ...


class States(Protocol):
    """What a session keeps the broker up to date with, as long as it is open."""

    async def publish_to(self, session: Session, on_all_told: Callable[[], None]) -> None:
        """Publish every state, then each that changes, until cancelled. Raises BrokerError."""
        ...


def open_session(broker: Broker, states: States) -> AbstractAsyncContextManager[Session]:
    """A connection that says that we are there, and has the broker say so when we are gone.

    Raises BrokerError, also in the block where the connection is lost meanwhile.
    """
    manager: AbstractAsyncContextManager[Session] = _session_module().opened(broker, states)
    return manager


async def try_broker(broker: Broker) -> None:
    """Connect and leave, telling nobody. Raises BrokerError and ConfigurationError."""
    module = await asyncio.to_thread(_session_module)
    await module.try_to_connect(broker)


def require_library() -> None:
    """Import the MQTT library; ConfigurationError says how to install it."""
    try:
        import aiomqtt  # noqa: F401
    except ImportError as error:
        raise ConfigurationError(_NO_LIBRARY) from error


def _session_module() -> ModuleType:
    require_library()
    from . import session

    return session
