"""What a service manager hears, on a real datagram socket."""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pi_agent.runtime import ServiceNotifier


@pytest.fixture(params=["file", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """As systemd writes it into NOTIFY_SOCKET."""
    if request.param == "abstract":
        return f"@pi-agent-test-{secrets.token_hex(8)}"
    return str(tmp_path / "notify")


@pytest.fixture
def manager(address: str) -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(address.replace("@", "\0", 1) if address[0] == "@" else address)
        manager.settimeout(5)
        yield manager


def test_the_manager_hears_each_message(address: str, manager: socket.socket) -> None:
    with closing(ServiceNotifier.from_environment({"NOTIFY_SOCKET": address})) as notifier:
        notifier.ready()
        notifier.alive()
        notifier.status("porch:\noffline" + "x" * 1000)
        notifier.stopping()
    assert manager.recv(4096) == b"READY=1"
    assert manager.recv(4096) == b"WATCHDOG=1"
    status = manager.recv(4096).decode()
    assert status.startswith("STATUS=porch: offline")
    assert len(status) < 250
    assert "\n" not in status
    assert manager.recv(4096) == b"STOPPING=1"


def test_a_manager_that_does_not_read_holds_nothing_up(
    address: str, manager: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(ServiceNotifier(address)) as notifier:
        for _ in range(5000):
            notifier.alive()
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 1


def test_a_manager_that_is_gone_is_told_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(ServiceNotifier(str(tmp_path / "gone"))) as notifier:
        notifier.ready()
        notifier.alive()
    assert [record.levelname for record in caplog.records].count("WARNING") == 1


def test_without_a_manager_nothing_happens() -> None:
    notifier = ServiceNotifier.from_environment({})
    notifier.ready()
    notifier.close()
    notifier.close()
    assert notifier.watchdog_seconds is None


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({"WATCHDOG_USEC": "60000000"}, 60.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 60.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_s_time_is_taken_from_the_environment(
    environment: dict[str, str], seconds: float | None
) -> None:
    assert ServiceNotifier.from_environment(environment).watchdog_seconds == seconds
