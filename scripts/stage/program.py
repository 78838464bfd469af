"""A program of the stage: its output in a file, its early end noticed, ended by its process id."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Never, Self

from .errors import StageError

_TAIL_LINES = 25
_STOP_SECONDS = 20.0


class Program:
    """One running program; `name` is what messages call it."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self._process = process
        self._log = log

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        directory: Path,
        environment: Mapping[str, str] = MappingProxyType({}),
        launcher: Sequence[str | Path] = (),
    ) -> Self:
        """Start a program of our environment in `directory`; its output is added to `log`.

        `launcher` is a command that becomes the program in its turn, such as `nsenter`.
        """
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *_ends_with_us(),
                *launcher,
                installed(command[0]),
                *command[1:],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=directory,
                env=_inherited_environment() | dict(environment),
                start_new_session=True,  # Ctrl-C is for us; we end our programs in order
            )
        return cls(name, process, log)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def wait(self) -> int:
        """Its exit status, once it has ended; negative for a signal."""
        return await self._process.wait()

    async def run(self) -> Never:
        """Return never; StageError with the end of the log when the program has ended."""
        raise self.died(await self.wait())

    def died(self, status: int) -> StageError:
        """The error for its end with this exit status, with the end of its log."""
        how = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
        return StageError(
            f"{self.name} ended by itself ({how}); the end of its log:\n{self.tail()}"
        )

    def tail(self) -> str:
        """The last lines that it printed."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-_TAIL_LINES:]) or "  (it printed nothing)"

    async def stop(self) -> None:
        """End it, by force if need be, and return when it is gone; may be called twice."""
        await self._end(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self._end(signal.SIGKILL)
        await self.wait()

    async def _end(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            self._process.send_signal(number)


def installed(program: str | Path) -> Path:
    """The path of a program of the virtual environment that we run in."""
    path = Path(sys.prefix) / "bin" / program
    if not path.exists():
        raise StageError(f"{path} is missing; run scripts/setup")
    return path


def _ends_with_us() -> tuple[str, ...]:
    """Where util-linux is there: the program is ended even if we are killed outright."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "TERM") if setpriv else ()


def _inherited_environment() -> dict[str, str]:
    """Ours, but for the path by which the stage itself is imported."""
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    environment.pop("PYTHONPATH", None)
    return environment
