"""A thread with one owner: started once, closed for good, its death never silent."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

_LOGGER = logging.getLogger(__name__)


class ThreadWorker(ABC):
    """Runs `_work` in a thread of its own until `close`.

    An exception that leaves `_work` is logged and handed to `on_death`, in that thread: the owner
    decides what a dead worker means.
    """

    def __init__(self, name: str, *, on_death: Callable[[str, Exception], None]) -> None:
        self._stopping = threading.Event()
        self._on_death = on_death
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread; once only."""
        self._thread.start()

    def close(self, timeout: float = 10.0) -> None:
        """Ask the thread to end and wait for it, at most `timeout` seconds; may be called twice."""
        self._stopping.set()
        self._wake()
        if self._thread.ident is None or self._thread is threading.current_thread():
            return
        self._thread.join(timeout)
        if self._thread.is_alive():
            _LOGGER.error("Thread %s did not end within %g s", self._thread.name, timeout)

    @abstractmethod
    def _work(self) -> None:
        """Do the work until `_stopping` is set."""

    @abstractmethod
    def _wake(self) -> None:
        """End whatever wait `_work` may be in; called after `_stopping` was set."""

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:
            _LOGGER.exception("Thread %s died", self._thread.name)
            self._on_death(self._thread.name, error)
