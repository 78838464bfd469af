"""What systemd is told about the service, and how often it wants to hear that all is well.

Source: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import logging
import os
import socket
from collections.abc import Mapping

_LOGGER = logging.getLogger(__name__)
_MOST_CHARACTERS = 200  # of a status line


class ServiceNotifier:
    """Sends datagrams to the service manager; does nothing where the agent is no service.

    `watchdog_seconds` is the time after which systemd gives the agent up, None where it does not
    watch.
    """

    def __init__(self, address: str | None, *, watchdog_seconds: float | None = None) -> None:
        self.watchdog_seconds = watchdog_seconds
        # A leading @ stands for the zero byte of an abstract address.
        self._address = f"\0{address[1:]}" if address and address[0] == "@" else address
        self._socket: socket.socket | None = None
        self._failed = False
        if address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)  # a manager that does not read must not stop the loop

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "ServiceNotifier":
        """As systemd asks for it: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID."""
        microseconds = environment.get("WATCHDOG_USEC", "")
        ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        watched = ours and microseconds.isdigit() and int(microseconds) > 0
        return cls(
            environment.get("NOTIFY_SOCKET"),
            watchdog_seconds=int(microseconds) / 1e6 if watched else None,
        )

    def ready(self) -> None:
        """The agent serves."""
        self._send("READY=1")

    def stopping(self) -> None:
        """The agent ends, as it was told to."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Everything that must live does: the time of the watchdog begins anew."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._send(f"STATUS={' '.join(text.split())[:_MOST_CHARACTERS]}")

    def close(self) -> None:
        """Let go of the socket; may be called twice."""
        known, self._socket = self._socket, None
        if known is not None:
            known.close()

    def _send(self, message: str) -> None:
        if self._socket is None or self._address is None:
            return
        try:
            self._socket.sendto(message.encode(), self._address)
        except OSError as error:
            level = logging.DEBUG if self._failed else logging.WARNING
            _LOGGER.log(level, "systemd cannot be told %s: %s", message, error)
            self._failed = True
        else:
            self._failed = False
