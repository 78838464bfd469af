"""A task on the event loop with one owner: its death is never silent."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

_LOGGER = logging.getLogger(__name__)


class LoopTask:
    """Runs a coroutine until it is closed; the counterpart of `ThreadWorker`.

    An exception that leaves it is logged and handed to `on_death`: the owner decides what a dead
    task means.
    """

    def __init__(
        self, name: str, *, on_death: Callable[[str, Exception], None] = lambda _name, _error: None
    ) -> None:
        self._name = name
        self._on_death = on_death
        self._task: asyncio.Task[None] | None = None

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin; once only, unless it was closed meanwhile."""
        self._task = asyncio.create_task(work, name=self._name)
        self._task.add_done_callback(self._note_end)

    async def close(self) -> None:
        """Cancel it and wait until it has ended; may be called twice."""
        if self._task is not None:
            self._task.cancel()
        await self.finish()

    async def finish(self) -> None:
        """Wait until it has ended by itself; may be called twice."""
        task, self._task = self._task, None
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    def _note_end(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            _LOGGER.error("Task %s died", self._name, exc_info=error)
            self._on_death(self._name, error)
