"""Whether anybody misses a frame while objects are looked for: one agent, on and off by turns."""

import json
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from benchmarks.stream.viewers import PlainViewer, Target
from pi_agent.app import MODELS

from .agent import CAMERA, Counters
from .models import take_models

_LEARNING_SECONDS = 10.0  # the scene is quiet at first, then somebody comes
_SETTLE_SECONDS = 4.0  # the process comes or goes
ON, OFF = "on", "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What was counted while objects were looked for, or not; `ages` of frames at the viewer."""

    objects: str
    seconds: float
    captured: int
    delivered: int
    motion_looks: int
    object_looks: int
    cpu: float
    object_cpu: float
    object_bytes: int
    ages: tuple[float, ...]


class _Agent:
    """The agent's process, and one viewer at the camera's rate."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._ages: list[float] = []
        hello = self._line()
        target = Target(
            port=hello["port"],
            path=f"/api/v1/cameras/{CAMERA}/stream.mjpg",
            headers={"Authorization": f"Bearer {hello['token']}"},
        )
        self._viewer = PlainViewer(target, self._ages.append)
        self._poll = select.epoll()
        self._poll.register(self._viewer.connection, select.EPOLLIN)

    def watch(self, seconds: float) -> tuple[float, ...]:
        """See the stream for so long; the ages of the frames that came, in seconds."""
        self._ages.clear()
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._poll.poll(left):
                self._viewer.read()
        return tuple(self._ages)

    def ask(self, word: str) -> Counters:
        """Have objects looked for or not, or just count."""
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        return Counters(**self._line())

    def _line(self) -> Any:
        assert self._process.stdout is not None  # noqa: S101
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the agent ended before it began")
        return json.loads(line)


def periods(
    models: Path, *, turns: int, seconds: float, tell: Callable[[str], None]
) -> list[Period]:
    """So many turns of on and off, in the order on, off, off, on."""
    order = [word for turn in range(turns) for word in ((ON, OFF) if turn % 2 == 0 else (OFF, ON))]
    with _agent(models) as agent:
        agent.watch(_LEARNING_SECONDS)
        found = []
        for number, word in enumerate(order, start=1):
            tell(f"objects {word}, {number} of {len(order)}")
            agent.ask(word)
            agent.watch(_SETTLE_SECONDS)
            found.append(_measured(agent, word, seconds))
        return found


def _measured(agent: _Agent, word: str, seconds: float) -> Period:
    before = agent.ask("count")
    begun = time.monotonic()
    ages = agent.watch(seconds)
    after = agent.ask("count")
    spent = {f.name: getattr(after, f.name) - getattr(before, f.name) for f in fields(Counters)}
    return Period(
        objects=word,
        seconds=time.monotonic() - begun,
        captured=spent["captured"],
        delivered=spent["captured"] - spent["missed"],
        motion_looks=spent["motion_looks"],
        object_looks=spent["object_looks"],
        cpu=spent["cpu"],
        object_cpu=spent["object_cpu"],
        object_bytes=after.object_bytes,
        ages=ages,
    )


@contextmanager
def _agent(models: Path) -> Iterator[_Agent]:
    with tempfile.TemporaryDirectory() as data_dir:
        take_models(models, Path(data_dir) / MODELS)
        command = [sys.executable, "-m", "benchmarks.objects.agent", data_dir]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                yield _Agent(process)
            finally:
                assert process.stdin is not None  # noqa: S101
                process.stdin.close()
                process.wait()
