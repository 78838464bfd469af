"""When the deciding frames were captured, and when each listener heard of them."""

import asyncio
import bisect
from collections import defaultdict
from dataclasses import dataclass, field

_LONGEST = 2.0  # seconds; what comes later belongs to nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Seconds from capture to arrival, of `count` events."""

    count: int
    p50: float
    p99: float


@dataclass(slots=True)
class Moments:
    """Times in seconds since the epoch, all by the clock of this one machine."""

    decided: list[float] = field(default_factory=list)
    heard: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _one_more: asyncio.Event = field(default_factory=asyncio.Event)

    def decide(self, at: float) -> None:
        """Take down the capture of a frame that decided."""
        self.decided.append(at)
        self._one_more.set()

    async def until_decided(self, count: int) -> None:
        """Return once there were so many."""
        while len(self.decided) < count:
            self._one_more.clear()
            await self._one_more.wait()

    def latency(self, listener: str) -> Latency | None:
        """How late the listener was; None where it heard of nothing."""
        late = sorted(
            heard - decided
            for decided in self.decided
            if (heard := self._first_after(self.heard[listener], decided)) is not None
        )
        if not late:
            return None
        return Latency(count=len(late), p50=late[len(late) // 2], p99=late[int(len(late) * 0.99)])

    @staticmethod
    def _first_after(times: list[float], moment: float) -> float | None:
        index = bisect.bisect_left(times, moment)
        found = times[index] if index < len(times) else None
        return found if found is not None and found - moment < _LONGEST else None
