"""Starts the agent again whenever it has ended, as systemd does on a Pi."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from scripts.stage import Agent

_RESTART_SECONDS = 1.0  # systemd's RestartSec


class Supervisor:
    """`problems` tells of ends that nobody wished for."""

    def __init__(self, agent: Agent) -> None:
        self.problems: list[str] = []
        self.starts = 0
        self._agent = agent
        self._is_wished = False
        self._lives = asyncio.Event()
        self._may_start = asyncio.Event()
        self._may_start.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The agent runs, over and over, while the block does."""
        await self._start()
        task = asyncio.create_task(self._watch(), name="supervisor")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._agent.stop()

    async def send(self, number: signal.Signals) -> None:
        """Send the agent a signal, as soon as it lives."""
        await self._lives.wait()
        with suppress(ProcessLookupError):
            os.kill(self._agent.program.pid, number)

    async def kill(self) -> None:
        """As the kernel does when memory is short; also while it is starting."""
        await self._lives.wait()
        self._is_wished = True
        await self._agent.program.kill()

    def forgive(self) -> None:
        """The agent may end by itself, once."""
        self._is_wished = True

    async def hold(self) -> None:
        """Kill it, and start it again only after `release`."""
        self._may_start.clear()
        await self.kill()

    def release(self) -> None:
        """Let it be started again."""
        self._may_start.set()

    async def _watch(self) -> None:
        while True:
            status = await self._agent.program.wait()
            self._lives.clear()
            if not self._is_wished:
                self.problems.append(str(self._agent.program.died(status)))
            await asyncio.sleep(_RESTART_SECONDS)
            await self._may_start.wait()
            await self._start()

    async def _start(self) -> None:
        self._is_wished = False
        await self._agent.start()
        self.starts += 1
        self._lives.set()
