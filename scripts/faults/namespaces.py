"""Network namespaces of our own: nothing of the machine is touched, and all of it ends with us."""

import fcntl
import os
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

HOME_ADDRESS = "10.88.0.1"
AGENT_ADDRESS = "10.88.0.2"
_TUNSETIFF = 0x400454CA  # linux/if_tun.h
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespaces:
    """Descriptors: of each side's namespace, and of its end of the wire between them."""

    home: int
    agent: int
    home_wire: int
    agent_wire: int

    @property
    def launcher(self) -> tuple[str, ...]:
        """What runs a command on the agent's side."""
        return ("nsenter", f"--net=/proc/{os.getpid()}/fd/{self.agent}", "--")

    @contextmanager
    def agents_side(self) -> Iterator[None]:
        """Sockets that this thread makes in the block are the agent's side's."""
        os.setns(self.agent, os.CLONE_NEWNET)
        try:
            yield
        finally:
            os.setns(self.home, os.CLONE_NEWNET)


def enter_namespaces() -> Namespaces:
    """Move this process, which must have one thread yet, into namespaces of its own.

    Its mounts are its own, too. OSError where the kernel or its rights do not allow it.
    """
    os.unshare(os.CLONE_NEWNS)
    _run("mount", "--make-rprivate", "/")
    agent, agent_wire = _side("agent0", AGENT_ADDRESS)
    home, home_wire = _side("home0", HOME_ADDRESS)
    return Namespaces(home=home, agent=agent, home_wire=home_wire, agent_wire=agent_wire)


def listening_socket(namespaces: Namespaces | None, host: str) -> socket.socket:
    """A socket that listens on a free port, on the agent's side where there is one."""
    if namespaces is None:
        return socket.create_server((host, 0))
    with namespaces.agents_side():
        return socket.create_server((host, 0))


def _side(interface: str, address: str) -> tuple[int, int]:
    """A new namespace with an interface whose packets come out of the second descriptor."""
    os.unshare(os.CLONE_NEWNET)
    wire = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(wire, _TUNSETIFF, struct.pack("16sH22x", interface.encode(), _IFF_TUN | _IFF_NO_PI))
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "address", "add", f"{address}/24", "dev", interface)
    _run("ip", "link", "set", interface, "up")
    _run("ip", "route", "add", "224.0.0.0/4", "dev", interface)
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY), wire


def _run(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
