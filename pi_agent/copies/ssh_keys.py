"""Our key and the other machine's. Imports the SSH library: import this only where it is needed."""

import os
from pathlib import Path

import asyncssh

from pi_agent.errors import ConfigurationError

from .destination import Destination

# All that copying needs, and nothing that reads, lists, replaces or deletes: with the Pi goes its
# key. See sftp-server(8), -p.
_REQUESTS = "open,close,write,fstat,stat,lstat,mkdir,rename,fsync,limits,realpath"
_RIGHTS = f'restrict,command="internal-sftp -p {_REQUESTS}"'


def authorized_line(destination: Destination) -> str:
    """What the other machine's `authorized_keys` needs; our key is made where there is none."""
    path = destination.key
    try:
        key = asyncssh.read_private_key(path) if path.exists() else _make_key(path)
    except (OSError, asyncssh.KeyImportError) as error:
        raise ConfigurationError(f"copy.key: {path}: {error}") from error
    public = key.export_public_key("openssh").decode().split()
    return f"{_RIGHTS} {public[0]} {public[1]} pi-agent"


def trust(destination: Destination, key: asyncssh.SSHKey) -> None:
    """Take this host key, and no other, for the other machine's. Raises ConfigurationError."""
    host = destination.host
    if destination.port != 22:
        host = f"[{host}]:{destination.port}"
    public = " ".join(key.export_public_key("openssh").decode().split()[:2])
    path = destination.known_hosts
    try:
        lines = path.read_text().splitlines() if path.exists() else []
        kept = [line for line in lines if line.split(" ", 1)[0] != host]
        _write(path, "\n".join([*kept, f"{host} {public}", ""]), mode=0o644)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"copy.known_hosts: {path}: {error}") from error


def _make_key(path: Path) -> asyncssh.SSHKey:
    key = asyncssh.generate_private_key("ssh-ed25519", comment="pi-agent")
    _write(path, key.export_private_key("openssh").decode(), mode=0o600)
    return key


def _write(path: Path, text: str, *, mode: int) -> None:
    """The whole file, the agent's own even where root makes it."""
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        owner = path.parent.stat()
        if os.geteuid() == 0:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        file.flush()
        os.fsync(descriptor)
    part.replace(path)
