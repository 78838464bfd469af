"""The agent's clock, by libfaketime: it jumps, and the monotonic clock goes on as it should."""

from collections.abc import Mapping
from pathlib import Path

from scripts.stage.integration import CHECKOUT

_LIBRARY = "libfaketimeMT.so.1"
_PLACES = (Path("/usr/lib"), CHECKOUT / ".tools" / "faketime" / "usr" / "lib")


class Clock:
    """Reads `file` anew for every question about the time."""

    def __init__(self, library: Path, file: Path) -> None:
        self._library = library
        self._file = file

    @classmethod
    def find(cls, file: Path) -> Clock | None:
        """The clock where libfaketime is to be had."""
        found = (path for place in _PLACES for path in place.glob(f"*/faketime/{_LIBRARY}"))
        library = next(found, None)
        if library is None:
            return None
        clock = cls(library, file)
        clock.set(0)
        return clock

    @property
    def environment(self) -> Mapping[str, str]:
        """What a program must be started with."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",
        }

    def set(self, seconds: int) -> None:
        """So many seconds before or after the true time, from now on."""
        part = self._file.with_suffix(".part")
        part.write_text(f"{seconds:+d}\n", encoding="ascii")
        part.replace(self._file)
