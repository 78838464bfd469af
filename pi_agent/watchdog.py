"""Feeds systemd's watchdog while the agent really lives, and keeps its status line true."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from pi_agent.runtime import LoopTask, ServiceNotifier

_LOGGER = logging.getLogger(__name__)
_FEEDS_A_WATCH = 4  # one that is lost, or two that are late, do no harm
_TELL_SECONDS = 10.0  # where nobody watches, the status alone is told


class Watchdog:
    """Tells systemd that the agent is alive, from the event loop: one that hangs tells nothing.

    `stuck` names the threads that do not get on; while there are any, the watchdog is not fed and
    systemd restarts the agent. A camera that is offline while it is tried again is alive.
    `status` is the line that `systemctl status` shows.
    """

    def __init__(
        self,
        notifier: ServiceNotifier,
        *,
        stuck: Callable[[], Sequence[str]],
        status: Callable[[], str],
    ) -> None:
        self._notifier = notifier
        self._stuck = stuck
        self._status = status
        self._told_status: str | None = None
        self._told_stuck: tuple[str, ...] = ()
        self._task = LoopTask("watchdog")

    def start(self) -> None:
        """Say that the agent serves, then begin to watch."""
        self._notifier.ready()
        self._task.start(self._watch())

    async def close(self, *, for_good: bool = True) -> None:
        """Say that the agent ends, unless another takes its place; may be called twice.

        To systemd the end of an agent is that of the service: it would kill the other one.
        """
        await self._task.close()
        if for_good:
            self._notifier.stopping()
        self._notifier.close()

    async def _watch(self) -> None:
        seconds = self._notifier.watchdog_seconds
        pause = _TELL_SECONDS if seconds is None else seconds / _FEEDS_A_WATCH
        while True:
            self._look()
            await asyncio.sleep(pause)

    def _look(self) -> None:
        try:
            stuck = tuple(self._stuck())
            status = f"stuck: {', '.join(stuck)}" if stuck else self._status()
        except Exception:
            _LOGGER.exception("The agent could not be looked at")
            return
        if stuck and stuck != self._told_stuck:
            _LOGGER.error("These threads hang, so that a restart is due: %s", ", ".join(stuck))
        self._told_stuck = stuck
        if status != self._told_status:
            self._notifier.status(status)
            self._told_status = status
        if not stuck:
            self._notifier.alive()
