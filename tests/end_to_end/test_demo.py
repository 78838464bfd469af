"""`scripts/demo` as a program: what it leaves behind, and what it says when something dies."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from .conftest import CHECKOUT

_START_SECONDS = 120.0
_STOP_SECONDS = 30.0


class RunningDemo:
    """The demo, up, with what it has printed so far."""

    def __init__(self, process: asyncio.subprocess.Process, printed: str) -> None:
        self._process = process
        self.printed = printed

    @property
    def home_assistant_port(self) -> int:
        found = re.search(r"http://127\.0\.0\.1:(\d+)", self.printed)
        assert found is not None, self.printed
        return int(found[1])

    def programs(self) -> dict[str, int]:
        """The process ids of what it started, by the file name of the program."""
        pids = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        return {_program(int(pid)): int(pid) for pid in pids.split()}

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def ended(self) -> tuple[int, str]:
        """Its exit status, and the rest of what it printed."""
        async with asyncio.timeout(_STOP_SECONDS):
            rest, _ = await self._process.communicate()
        assert self._process.returncode is not None
        return self._process.returncode, rest.decode()


@pytest.fixture
async def demo(socket_enabled: None, tmp_path: Path) -> AsyncIterator[RunningDemo]:
    """The demo, with `tmp_path` for its temporary files."""
    async with _started(tmp_path) as process:
        yield RunningDemo(process, await _read_until(process, "Ctrl-C"))


async def test_a_signal_stops_both_programs_and_leaves_nothing(
    demo: RunningDemo, tmp_path: Path
) -> None:
    programs = demo.programs()
    assert {"hass", "pi-agent"} <= programs.keys()
    assert _answers(demo.home_assistant_port)

    demo.signal(signal.SIGTERM)
    status, printed = await demo.ended()

    assert status == 0
    assert "stopped" in printed
    assert not [name for name, pid in programs.items() if _is_running(pid)]
    assert not _answers(demo.home_assistant_port)
    assert list(tmp_path.iterdir()) == []


async def test_a_program_that_dies_ends_the_demo_with_the_end_of_its_log(
    demo: RunningDemo, tmp_path: Path
) -> None:
    programs = demo.programs()
    os.kill(programs["pi-agent"], signal.SIGKILL)
    status, printed = await demo.ended()

    assert status == 1
    assert "pi-agent ended by itself (signal SIGKILL)" in printed
    assert "Listening on https://127.0.0.1" in printed
    assert not _is_running(programs["hass"])
    assert list(tmp_path.iterdir()) == []


async def test_a_demo_that_is_killed_outright_takes_both_programs_with_it(
    demo: RunningDemo,
) -> None:
    programs = demo.programs()
    demo.signal(signal.SIGKILL)
    await demo.ended()

    async with asyncio.timeout(_STOP_SECONDS):
        while any(_is_running(pid) for pid in programs.values()):
            await asyncio.sleep(0.1)


@asynccontextmanager
async def _started(temporary: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "scripts.stage.demo"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT), "TMPDIR": str(temporary)},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _read_until(process: asyncio.subprocess.Process, text: str) -> str:
    assert process.stdout is not None
    printed = ""
    async with asyncio.timeout(_START_SECONDS):
        while text not in printed and (line := await process.stdout.readline()):
            printed += line.decode()
    assert text in printed, printed
    return printed


def _program(pid: int) -> str:
    """The file name of the program, behind the interpreter that runs it."""
    command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return Path(
        next((part for part in command if "/bin/" in part and "python" not in part), "")
    ).name


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
