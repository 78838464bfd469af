"""What the agent's tests share: an error in the log fails a test, threads must end."""

import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pi_agent.storage import Database


@pytest.fixture(autouse=True)
def _no_logged_errors(
    caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Fail on a record of level ERROR unless the test is marked `logs_errors`."""
    yield
    if request.node.get_closest_marker("logs_errors") is None:
        errors = [r for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
        assert not errors, [record.getMessage() for record in errors]


# The event loop's own (executor, watchers of child processes), and the one for good of the name
# resolver that aiohttp uses where it is installed: not ours to end.
_NOT_OURS = ("asyncio", "_run_safe_shutdown_loop")


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """Fail when a worker's thread outlives the test."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive()]
    assert not [t.name for t in left if not any(name in t.name for name in _NOT_OURS)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    with closing(Database(tmp_path / "agent.db")) as database:
        yield database
