"""Snapshots that the disk did not take in time: kept for a while, and written once it does."""

from collections.abc import Iterator

_MOST_BYTES = 16 * 2**20


class LatePictures:
    """JPEGs by event id, in bounded memory; the oldest goes first."""

    def __init__(self, *, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._pictures: dict[str, bytes] = {}

    def __len__(self) -> int:
        return len(self._pictures)

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        return iter(tuple(self._pictures.items()))

    def add(self, event_id: str, jpeg: bytes) -> None:
        """Keep a picture for later."""
        self._pictures[event_id] = jpeg
        while sum(map(len, self._pictures.values())) > self._most_bytes:
            del self._pictures[next(iter(self._pictures))]

    def drop(self, event_id: str) -> None:
        """The picture is written, or its event is gone."""
        self._pictures.pop(event_id, None)
