"""The servers that are measured next to each other, and how each is started and ended."""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .placement import place_anywhere, place_watcher
from .viewers import Target

FPS = 30
_SERVERS = "benchmarks.stream.servers"
_C_SOURCE = Path(__file__).parent / "servers" / "send_loop.c"
_END_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A server to measure; `command` is completed by the rate, if any, and the pictures."""

    name: str
    command: Sequence[str]
    tls: bool = False
    fps: int | None = FPS
    measured: bool = True  # else only what a measured server gets its pictures from

    @contextmanager
    def running(self, pictures: Sequence[Path]) -> Iterator[tuple[int, Target]]:
        """The server's process id and where its stream is, while the block runs."""
        process = subprocess.Popen(
            [*self.command, *([] if self.fps is None else [str(self.fps)]), *map(str, pictures)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        (place_anywhere if self.measured else place_watcher)(process.pid)
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        try:
            yield process.pid, self._target(process.stdout.readline())
        finally:
            process.stdin.close()  # each server ends with its standard input
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _target(self, line: str) -> Target:
        if not line:
            raise RuntimeError(f"{self.name} did not start")
        return Target(**json.loads(line), tls=self.tls)


AGENT = Contender(name="pi-agent", command=(sys.executable, "-m", f"{_SERVERS}.agent"))
AGENT_TLS = Contender(
    name="pi-agent, TLS", command=(sys.executable, "-m", f"{_SERVERS}.agent", "--tls"), tls=True
)
THREADS = Contender(
    name="thread per viewer", command=(sys.executable, "-m", f"{_SERVERS}.thread_per_viewer")
)
FLASK = Contender(
    name="Flask generator", command=(sys.executable, "-m", f"{_SERVERS}.flask_generator")
)
NAIVE = Contender(name="plain aiohttp", command=(sys.executable, "-m", f"{_SERVERS}.naive_aiohttp"))
C_LOOP = "C send loop"


def contenders(folder: Path) -> tuple[Contender, ...]:
    """All that this machine can run; what is compiled is put into the folder."""
    c_loop = _compiled(folder)
    flask = importlib.util.find_spec("flask") is not None
    return (
        *([c_loop] if c_loop else []),
        AGENT,
        AGENT_TLS,
        THREADS,
        *([FLASK] if flask else []),
        NAIVE,
    )


def _compiled(folder: Path) -> Contender | None:
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    program = folder / "send_loop"
    subprocess.run([compiler, "-O2", "-o", program, _C_SOURCE], check=True)
    return Contender(name=C_LOOP, command=(str(program),))
