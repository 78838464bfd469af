"""The account of pictures that came broken and were not passed on."""

import logging

_LOGGER = logging.getLogger(__name__)


class SkippedFrames:
    """Counts them; the first is a warning in the log, the others are quiet."""

    def __init__(self, camera: object) -> None:
        self._camera = camera
        self._count = 0

    @property
    def count(self) -> int:
        """How many pictures were skipped since the agent started."""
        return self._count

    def add(self, reason: object, frames: int = 1) -> None:
        """Note that `frames` more were skipped, and why."""
        self._count += frames
        level = logging.DEBUG if self._count > frames else logging.WARNING
        _LOGGER.log(level, "%s: a broken picture was skipped: %s", self._camera, reason)
