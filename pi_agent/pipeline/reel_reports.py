"""What the reel writer reports from its thread, taken over by the loop."""

from collections.abc import Callable

from pi_agent.runtime import LoopBridge


class ReelReports:
    """The listener of the reel writer; the functions that it is given are called on the loop."""

    def __init__(
        self,
        bridge: LoopBridge,
        *,
        on_finished: Callable[[], None],
        on_written: Callable[[], None],
        on_problem: Callable[[str | None], None],
    ) -> None:
        self._bridge = bridge
        self._on_finished = on_finished
        self._on_written = on_written
        self._on_problem = on_problem

    def on_reel_finished(self, event_id: str) -> None:
        """In thread `reel-writer`: a clip can be made."""
        del event_id
        self._bridge.post(self._on_finished)

    def on_pictures_written(self) -> None:
        """In thread `reel-writer`: the disk holds more than before."""
        self._bridge.post(self._on_written)

    def on_disk_problem(self, problem: str | None) -> None:
        """In thread `reel-writer`: why reels cannot be written, None once they can."""
        self._bridge.post(self._on_problem, problem)
