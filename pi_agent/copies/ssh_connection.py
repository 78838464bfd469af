"""The connection to the other machine: its host key is checked, ours is shown, nothing is asked.

Imports the SSH library: import this only where it is needed.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncssh

from pi_agent.errors import ConfigurationError

from .destination import CopyError, Destination

_CONNECT_SECONDS = 20.0
_ALIVE_SECONDS = 10.0  # asked that often whether it is still there, given up after three

asyncssh.set_log_level(logging.WARNING)


class _HostKeyWitness(asyncssh.SSHClient):
    """Remembers the key of a machine that is not the one that is trusted."""

    def __init__(self) -> None:
        self.offered: asyncssh.SSHKey | None = None

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        """Asked for a key that is not in the file of known hosts."""
        self.offered = key
        return False


@asynccontextmanager
async def connect(destination: Destination) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """A connection as the configured user. Raises CopyError, and ConfigurationError for the key."""
    _require_known(destination)
    witness = _HostKeyWitness()
    try:
        connection = await asyncssh.connect(
            destination.host,
            destination.port,
            username=destination.user,
            client_keys=[_our_key(destination)],
            known_hosts=str(destination.known_hosts),
            client_factory=lambda: witness,
            config=None,  # nobody's ~/.ssh/config
            agent_path=None,
            preferred_auth="publickey",
            connect_timeout=_CONNECT_SECONDS,
            login_timeout=_CONNECT_SECONDS,
            keepalive_interval=_ALIVE_SECONDS,
        )
    except (asyncssh.Error, OSError) as error:
        raise CopyError(_refusal(destination, witness, error)) from error
    try:
        yield connection
    finally:
        await _close(connection)


async def host_key(destination: Destination) -> asyncssh.SSHKey:
    """The key that whoever answers there shows; trusted by nobody yet. Raises CopyError."""
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            key = await asyncssh.get_server_host_key(
                destination.host, destination.port, config=None
            )
    except (asyncssh.Error, OSError) as error:
        raise CopyError(_refusal(destination, _HostKeyWitness(), error)) from error
    if key is None:
        raise CopyError(f"{destination.machine} shows no host key")
    return key


async def _close(connection: asyncssh.SSHClientConnection) -> None:
    connection.close()
    try:
        async with asyncio.timeout(1.0):
            await connection.wait_closed()
    except (asyncssh.Error, OSError):  # it was lost already, or hangs
        connection.abort()


def _our_key(destination: Destination) -> asyncssh.SSHKey:
    try:
        return asyncssh.read_private_key(destination.key)
    except FileNotFoundError:
        raise ConfigurationError(
            f"copy.key: there is no {destination.key}; make it: pi-agent copy key"
        ) from None
    except OSError as error:
        raise ConfigurationError(f"copy.key: {destination.key}: {error.strerror}") from error
    except asyncssh.KeyImportError as error:
        raise ConfigurationError(
            f"copy.key: {destination.key} is no private key without a passphrase: {error}"
        ) from error


def _require_known(destination: Destination) -> None:
    """Refuse a machine of which no host key is known, before anything is sent."""
    file = destination.known_hosts
    try:
        known = file.exists() and any(
            asyncssh.match_known_hosts(str(file), destination.host, "", destination.port)[:2]
        )
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"copy.known_hosts: {file}: {error}") from error
    if not known:
        raise CopyError(
            f"the host key of {destination.machine} is not trusted yet: pi-agent copy trust"
        )


def _refusal(destination: Destination, witness: _HostKeyWitness, error: Exception) -> str:
    machine = destination.machine
    if isinstance(error, asyncssh.HostKeyNotVerifiable) and witness.offered is not None:
        return (
            f"{machine} shows another host key than the one that is trusted: "
            f"{witness.offered.get_fingerprint()}. Somebody may be in between, or it was set up "
            "anew. If you know why: pi-agent copy trust"
        )
    if isinstance(error, asyncssh.HostKeyNotVerifiable | asyncssh.KeyExchangeFailed):
        return f"{machine} does not prove who it is: {error}. If you know why: pi-agent copy trust"
    if isinstance(error, asyncssh.PermissionDenied):
        return (
            f"{machine} refuses our key for {destination.user}; put the line that `pi-agent copy "
            "key` prints into that user's authorized_keys"
        )
    if isinstance(error, TimeoutError):
        return f"{machine} did not answer in time"
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return f"{machine} cannot be reached: {os.strerror(error.errno)}"
    return f"{machine} cannot be reached: {error}"
