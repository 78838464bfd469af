"""Owns the process that looks: starts it when something moves, lets it go, brings it back."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pi_agent
from pi_agent.errors import StorageError
from pi_agent.protocol import Box, Label, ProtocolError, decode, to_json
from pi_agent.runtime import Backoff

from .model_error import ModelError
from .model_folder import ModelFolder, Stamp
from .network import ANY
from .open_model import expected_labels

_LOGGER = logging.getLogger(__name__)
_START_SECONDS, _LOOK_SECONDS = 60.0, 30.0  # a Zero 2 W with a large model is slow
_IDLE_SECONDS = 300.0  # after which its memory is given back
_LONGEST_LINE = 256 * 1024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one look saw, surest first, and the processor seconds that it took."""

    labels: tuple[Label, ...]
    seconds: float


class ObjectLooker:
    """One look at a time, for all cameras. Lives on the event loop.

    Without models, or while the process cannot be had, `look` answers None and motion goes on
    alone; `problem` says why. A change of models is taken over with the next look. `runtime` names
    what computes, if it is to be a certain one.
    """

    def __init__(
        self,
        folder: ModelFolder,
        *,
        threads: int = 1,
        runtime: str | None = None,
        idle_seconds: float = _IDLE_SECONDS,
        look_seconds: float = _LOOK_SECONDS,
        on_change: Callable[[], None] = lambda: None,
        backoff: Backoff | None = None,
    ) -> None:
        self.labels: frozenset[str] = frozenset()
        self.runtimes: dict[str, str] = {}
        self.problem: str | None = None
        self.crashes = 0
        self._folder = folder
        self._options = (str(threads), runtime or ANY)
        self._idle_seconds = idle_seconds
        self._look_seconds = look_seconds
        self._on_change = on_change
        self._backoff = backoff or Backoff(first=2.0, most=300.0)
        self._turn = asyncio.Lock()  # protects everything below
        self._process: asyncio.subprocess.Process | None = None
        self._stamp: Stamp = ()
        self._not_before = 0.0
        self._idle: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None  # the start, or the last letting go

    def start(self) -> None:
        """Begin to find out what can be seen; the agent's start does not wait for it.

        What it will very likely be is in `labels` at once: clients have an entity for each.
        """
        with suppress(ModelError, StorageError, OSError):
            known = (expected_labels(path) for path in self._folder.files)
            self.labels = frozenset(label for labels in known for label in labels)
        self._task = asyncio.create_task(self._find_out(), name="objects-start")

    async def close(self) -> None:
        """End the process; may be called twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        async with self._turn:
            await self._end()

    @property
    def pid(self) -> int | None:
        """The process that looks, while there is one."""
        return None if self._process is None else self._process.pid

    async def _find_out(self) -> None:
        async with self._turn:
            await self._ready()

    async def look(self, jpeg: bytes, box: Box | None, *, least: float) -> Seen | None:
        """What is in the picture with at least that confidence; `box` is where something moves.

        None while there is nobody to look.
        """
        async with self._turn:
            return await self._ask(jpeg, box, least) if await self._ready() else None

    async def _ready(self) -> bool:
        """Have the process for the models in use; whether there is one."""
        loop = asyncio.get_running_loop()
        try:
            stamp, files = self._folder.stamp(), self._folder.files
        except (ModelError, StorageError) as error:
            self._tell_problem(str(error))
            return False
        if stamp != self._stamp:
            self._stamp, self._not_before = stamp, 0.0
            self._backoff.reset()
            await self._end()
        if self._process is not None and self._process.returncode is None:
            return True
        if not files:
            self._settle(frozenset(), {}, None)
            return False
        if loop.time() < self._not_before:
            return False
        return await self._start(files)

    async def _start(self, files: tuple[Path, ...]) -> bool:
        try:
            self._process = process = await self._spawn(files)
        except OSError as error:  # out of memory, processes or files
            await self._crashed(f"it cannot be started: {error.strerror}")
            return False
        said = await self._hear(process, _START_SECONDS)
        if said is None:
            await self._crashed("it ended while it started")
        elif "problem" in said:
            await self._end()
            self._not_before = float("inf")  # until the models change
            self._tell_problem(str(said["problem"]))
        else:
            self._settle(frozenset(said["labels"]), said["runtimes"], None)
            self._rest()
            return True
        return False

    async def _spawn(self, files: tuple[Path, ...]) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "pi_agent.objects.look"),
            *self._options,
            *map(str, files),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LONGEST_LINE,
            start_new_session=True,  # a Ctrl-C in the terminal is the agent's matter
            env={**os.environ, "PYTHONPATH": str(Path(pi_agent.__file__).parent.parent)},
        )

    async def _ask(self, jpeg: bytes, box: Box | None, least: float) -> Seen | None:
        process = self._process
        assert process is not None  # noqa: S101
        assert process.stdin is not None  # noqa: S101
        question = {"size": len(jpeg), "box": box, "least": least}
        said = None
        with suppress(ConnectionError):
            process.stdin.write(to_json(question).encode() + b"\n" + jpeg)
            await process.stdin.drain()
            said = await self._hear(process, self._look_seconds)
        if said is None:
            await self._crashed("it ended or hung in a look")
            return None
        self._backoff.reset()
        self._rest()
        if "problem" in said:
            _LOGGER.debug("A picture was not looked at: %s", said["problem"])
            return None
        return _seen(said)

    async def _hear(
        self, process: asyncio.subprocess.Process, seconds: float
    ) -> dict[str, Any] | None:
        assert process.stdout is not None  # noqa: S101
        try:
            async with asyncio.timeout(seconds):
                line = await process.stdout.readline()
        except (TimeoutError, ValueError):
            return None
        except asyncio.CancelledError:
            await self._end()  # what it would answer is nobody's any more
            raise
        try:
            said = json.loads(line)
        except ValueError:
            return None
        return said if isinstance(said, dict) else None

    async def _crashed(self, how: str) -> None:
        await self._end()
        self.crashes += 1
        pause = self._backoff.pause()
        self._not_before = asyncio.get_running_loop().time() + pause
        self._tell_problem(f"the object detector stopped ({how}); trying again in {pause:.0f} s")

    def _rest(self) -> None:
        """Give its memory back when nothing moves for long."""
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._let_go)

    def _let_go(self) -> None:
        self._idle = None
        self._task = asyncio.create_task(self._end_in_turn(), name="objects-let-go")

    async def _end_in_turn(self) -> None:
        async with self._turn:
            if self._idle is None:  # no look came in between
                await self._end()

    async def _end(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()

    def _settle(
        self, labels: frozenset[str], runtimes: dict[str, str], problem: str | None
    ) -> None:
        changed = (labels, problem) != (self.labels, self.problem)
        if runtimes != self.runtimes and runtimes:
            by = ", ".join(f"{model} ({runtime})" for model, runtime in runtimes.items())
            _LOGGER.info("Objects are looked for with %s", by)
        self.labels, self.runtimes, self.problem = labels, runtimes, problem
        if changed:
            self._on_change()

    def _tell_problem(self, problem: str) -> None:
        if self.problem is None:
            _LOGGER.warning("No objects are looked for: %s", problem)
        self._settle(self.labels, self.runtimes, problem)


def _seen(said: dict[str, Any]) -> Seen | None:
    try:
        labels = tuple(decode(Label, entry) for entry in said["seen"])
        return Seen(labels=labels, seconds=float(said["seconds"]))
    except (ProtocolError, KeyError, TypeError, ValueError):
        return None
