"""How the Pi is: temperature, throttling, disk, load by viewers; told every half minute."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pi_agent.events import EventFeed
from pi_agent.protocol import SystemMessage
from pi_agent.runtime import LoopTask

_TELL_EVERY_SECONDS = 30.0
_TEMPERATURE = Path("/sys/class/thermal/thermal_zone0/temp")  # millidegrees Celsius
# Bits 0 to 3: under-voltage, frequency capped, throttled, soft temperature limit, all "now".
# Source: https://www.raspberrypi.com/documentation/computers/os.html#get_throttled
_SYS = Path("/sys")
_THROTTLED_NOW = 0xF


class SystemState:
    """Reads the machine's state and publishes it. Lives on the event loop.

    `load` gives viewers and dropped frames, `recording_problem` why nothing can be recorded;
    `tell_cameras` has the cameras tell their frame rates along with it; `siren` is whether it
    sounds, None where there is none.
    """

    def __init__(
        self,
        data_dir: Path,
        feed: EventFeed,
        *,
        load: Callable[[], tuple[int, int]],
        recording_problem: Callable[[], str | None] = lambda: None,
        tell_cameras: Callable[[], None] = lambda: None,
        siren: Callable[[], bool | None] = lambda: None,
    ) -> None:
        self._data_dir = data_dir
        self._feed = feed
        self._load = load
        self._recording_problem = recording_problem
        self._tell_cameras = tell_cameras
        self._siren = siren
        self._started_at = datetime.now(UTC)
        self._task = LoopTask("system-state")

    def start(self) -> None:
        """Begin to tell."""
        self._task.start(self._tell())

    async def close(self) -> None:
        """Stop telling; may be called twice."""
        await self._task.close()

    def read(self) -> SystemMessage:
        """The state now; None for what this machine cannot tell."""
        viewers, dropped_frames = self._load()
        return SystemMessage(
            temperature=_temperature(),
            free_disk_bytes=_free_bytes(self._data_dir),
            throttled=read_throttled(),
            recording_problem=self._recording_problem(),
            viewers=viewers,
            dropped_frames=dropped_frames,
            started_at=self._started_at,
            siren=self._siren(),
        )

    def tell(self) -> None:
        """Publish the state now: something changed that cannot wait."""
        self._feed.publish(self.read())

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(_TELL_EVERY_SECONDS)
            self.tell()
            self._tell_cameras()


def _temperature() -> float | None:
    try:
        return int(_TEMPERATURE.read_text()) / 1000
    except (OSError, ValueError):
        return None


def read_throttled(sys: Path = _SYS) -> bool | None:
    """Whether the Pi runs slower than it could, now; None on other machines."""
    bits = throttled_bits(sys)
    return None if bits is None else bool(bits & _THROTTLED_NOW)


def throttled_bits(sys: Path = _SYS) -> int | None:
    """What the Pi's firmware says of power and heat, bit by bit; None on other machines."""
    # The name in between differs: soc:firmware up to the Pi 4, with an address on the Pi 5.
    for file in sorted(sys.glob("devices/platform/*/*firmware/get_throttled")):
        try:
            return int(file.read_text(), 16)
        except (OSError, ValueError):
            continue
    return None


def _free_bytes(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
