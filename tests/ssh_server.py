"""A real OpenSSH server on 127.0.0.1, with keys of its own, and a network that can be cut."""

import asyncio
import contextlib
import getpass
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from pi_agent.copies import Destination
from pi_agent.copies.ssh_keys import authorized_line, trust

# The system's, else the one that scripts/setup has unpacked.
_UNPACKED = Path(__file__).parent.parent / ".tools" / "openssh" / "usr"
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:{_UNPACKED}/sbin")


class SshServer:
    """The other machine, with one user and a folder for copies in `home`."""

    def __init__(self, folder: Path) -> None:
        if SSHD is None:
            pytest.skip("there is no OpenSSH server here; scripts/setup provides one")
        self._folder = folder
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.new_host_key()

    def new_host_key(self) -> None:
        """Be another machine from the next start on."""
        key = self._folder / "host_key"
        for path in (key, key.with_suffix(".pub")):
            path.unlink(missing_ok=True)
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
        subprocess.run(command, check=True)

    @property
    def fingerprint(self) -> str:
        """Of its host key, as OpenSSH tells it."""
        command = ["ssh-keygen", "-lf", str(self._folder / "host_key.pub")]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[1]

    def authorize(self, line: str, *, sftp_options: str | None = None) -> None:
        """Let in who has this key, and nobody else; with other options of sftp-server(8)."""
        if sftp_options is not None:
            line = re.sub(r"internal-sftp[^\"]*", f"internal-sftp {sftp_options}", line)
        (self._folder / "authorized_keys").write_text(f"{line}\n")

    def start(self) -> None:
        """Listen."""
        assert SSHD is not None
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # it insists on it
        config = self._folder / "sshd_config"
        config.write_text(_CONFIG.format(folder=self._folder, port=self.port) + _helpers(SSHD))
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [SSHD, "-D", "-e", "-f", str(config)], stderr=log, start_new_session=True
            )
        _wait_for(self.port)

    def stop(self) -> None:
        """Be gone at once, as after a power cut: with every connection."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            for pid in _children_of(process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Keep every connection open and answer nothing while the block runs."""
        assert self._process is not None
        sessions = list(_children_of(self._process.pid))
        for pid in sessions:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in sessions:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def files(self, pattern: str = "*") -> list[str]:
        """The files that it has, below the directory of the copies."""
        paths = self.home.rglob(pattern)
        return sorted(str(p.relative_to(self.home)) for p in paths if p.is_file())


_CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
"""


def _helpers(sshd: str) -> str:
    """Where a server from 9.8 on finds its other programs, where it is only unpacked."""
    folder = _UNPACKED / "lib" / "openssh"
    options = {"sshd-session": "SshdSessionPath", "sshd-auth": "SshdAuthPath"}
    return "".join(
        f"{option} {folder / name}\n"
        for name, option in options.items()
        if sshd.startswith(str(_UNPACKED)) and (folder / name).exists()
    )


def _children_of(pid: int) -> Iterator[int]:
    """Sessions have process groups of their own."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == pid:
                child = int(path.parent.name)
                yield from _children_of(child)
                yield child


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "the SSH server does not start"
            time.sleep(0.02)
        else:
            return


@contextmanager
def ssh_server(folder: Path) -> Iterator[SshServer]:
    """A server that runs while the block does."""
    server = SshServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def destination(server: SshServer, data_dir: Path, *, port: int | None = None) -> Destination:
    """The place for copies on that server, not trusted yet and without a key."""
    return Destination(
        host="127.0.0.1",
        port=port or server.port,
        user=getpass.getuser(),
        directory=str(server.home / "pi"),
        key=data_dir / "copy_key",
        known_hosts=data_dir / "copy_known_hosts",
    )


async def introduce(server: SshServer, place: Destination) -> None:
    """Have both sides know one another; our key may do all that SFTP has."""
    from pi_agent.copies.ssh_connection import host_key

    server.authorize(authorized_line(place), sftp_options="")
    trust(place, await host_key(place))


class Network:
    """Passes bytes on to a port, until it is cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writers: list[asyncio.StreamWriter] = []
        self.cut_after: int | None = None  # bytes to the server, over all connections
        self.passed = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [writer, there_writer]
        with contextlib.suppress(OSError):
            await asyncio.gather(
                self._pass(reader, there_writer, counted=True), self._pass(there_reader, writer)
            )
        for end in (writer, there_writer):
            end.close()

    def cut(self) -> None:
        """Reset every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool = False
    ) -> None:
        while data := await reader.read(65536):
            self.passed += len(data) if counted else 0
            if self.cut_after is not None and self.passed > self.cut_after:
                self.cut_after = None
                self.cut()
                return
            writer.write(data)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def network(port: int) -> AsyncIterator[Network]:
    """A network to that port of 127.0.0.1; its own `port` is the way in."""
    between = Network(port)
    server = await asyncio.start_server(between.serve, "127.0.0.1", 0)
    between.port = server.sockets[0].getsockname()[1]
    try:
        yield between
    finally:
        server.close()
        between.cut()
        await asyncio.sleep(0)
