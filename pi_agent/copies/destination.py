"""Where copies go, and what is asked of that place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol

from pi_agent.errors import ConfigurationError, UnavailableError

_NO_LIBRARY = (
    "copy: the SSH library is not installed; install it with the agent: "
    "pip install 'pi-agent[copy]'"
)


class CopyError(UnavailableError):
    """The other machine takes no copy at the moment; the message names the mend where it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A directory of another machine's user, reached by SSH.

    `directory` is relative to where that user's SFTP session begins, or absolute. `known_hosts`
    holds the machine's host key as OpenSSH writes it; nothing is sent to a machine with another.
    """

    host: str
    port: int
    user: str
    directory: str
    key: Path
    known_hosts: Path

    @property
    def machine(self) -> str:
        """Host and, where it is not SSH's own, port, for messages."""
        return self.host if self.port == 22 else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """What names this place for good: another one gets its own copies."""
        return f"sftp://{self.user}@{self.host}:{self.port}/{self.directory}"


class Source(Protocol):
    """Bytes to be copied, in this process's memory or on its disk. Reading raises OSError."""

    @property
    def size(self) -> int:
        """How many bytes there are."""
        ...

    async def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, at most `length`."""
        ...


class Target(Protocol):
    """What the copier needs of the other machine; names are relative to its directory.

    Methods raise CopyError.
    """

    async def prepare(self) -> None:
        """Have the directory there."""
        ...

    async def size_of(self, name: str) -> int | None:
        """The bytes of a file that has its name; None where there is none."""
        ...

    async def put(self, name: str, source: Source) -> bool:
        """Copy a file: under its name only once whole and checked.

        False where the other machine keeps an older one of that name.
        """
        ...


@asynccontextmanager
async def open_target(destination: Destination) -> AsyncIterator[Target]:
    """A connection to the other machine. Raises CopyError, and ConfigurationError for the key."""
    module = await asyncio.to_thread(_sftp_target)  # importing takes a second on a Pi
    async with module.connected(destination) as target:
        yield target


def require_library() -> None:
    """Import the SSH library; ConfigurationError says how to install it."""
    try:
        import asyncssh  # noqa: F401
    except ImportError as error:
        raise ConfigurationError(_NO_LIBRARY) from error


def _sftp_target() -> ModuleType:
    require_library()
    from . import sftp_target

    return sftp_target
