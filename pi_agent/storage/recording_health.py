"""What keeps events from being recorded at the moment, by the part that noticed it."""

import logging
from collections.abc import Callable

_LOGGER = logging.getLogger(__name__)


class RecordingHealth:
    """Collects problems and their ends, and tells whoever listens. Lives on the event loop."""

    def __init__(self) -> None:
        self._problems: dict[str, str] = {}
        self._listeners: list[Callable[[], None]] = []

    @property
    def problem(self) -> str | None:
        """In plain words why nothing, or not all, can be recorded; None while all is well."""
        return "; ".join(dict.fromkeys(self._problems.values())) or None

    def add_listener(self, on_change: Callable[[], None]) -> None:
        """Have `on_change` called whenever `problem` is another than before."""
        self._listeners.append(on_change)

    def report(self, part: str, problem: str | None) -> None:
        """What hinders this part now; None once nothing does."""
        before = self.problem
        if problem is None:
            self._problems.pop(part, None)
        else:
            self._problems[part] = problem
        if self.problem == before:
            return
        if self.problem is None:
            _LOGGER.info("Events are recorded again")
        else:
            _LOGGER.warning("Recording is in trouble: %s", self.problem)
        for listener in self._listeners:
            listener()
