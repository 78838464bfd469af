"""What a look costs: processor time, waiting, memory; by the agent's own process."""

import statistics
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from time import monotonic

from benchmarks.stream.process_figures import resident_bytes
from pi_agent.objects import ModelFolder, ObjectLooker
from pi_agent.objects.event_labels import LEAST_CONFIDENCE
from pi_agent.protocol import Box

_WARM_UP = 3
_SMALL = Box(x=0.4, y=0.45, w=0.06, h=0.2)  # little of a picture: what moves is looked at, too
REGIONS: dict[str, Box | None] = {"the whole picture": None, "and what moves, enlarged": _SMALL}


@dataclass(frozen=True, slots=True, kw_only=True)
class LookCost:
    """Of one look by one engine; medians, seconds."""

    runtime: str
    models: tuple[str, ...]
    regions: str
    cpu: float
    wall: float
    resident_bytes: int  # of the process, when all looks were done


@dataclass(slots=True, kw_only=True)
class _Tally:
    looker: ObjectLooker
    cpu: dict[str, list[float]] = field(default_factory=dict)
    wall: dict[str, list[float]] = field(default_factory=dict)


async def look_costs(
    folder: ModelFolder, runtimes: Sequence[str], pictures: Sequence[bytes], rounds: int
) -> list[LookCost]:
    """Each engine with the models in use, on each picture; the engines take turns."""
    async with AsyncExitStack() as stack:
        tallies: dict[str, _Tally] = {}
        for runtime in runtimes:
            looker = ObjectLooker(folder, runtime=runtime)
            stack.push_async_callback(looker.close)
            tallies[runtime] = _Tally(looker=looker)
        for number in range(-_WARM_UP, rounds * len(pictures)):
            for regions, box in REGIONS.items():
                for tally in tallies.values():
                    await _look(tally, pictures[number % len(pictures)], regions, box, number >= 0)
        return [
            LookCost(
                runtime=runtime,
                models=folder.in_use,
                regions=regions,
                cpu=statistics.median(tally.cpu[regions]),
                wall=statistics.median(tally.wall[regions]),
                resident_bytes=resident_bytes(tally.looker.pid or 0),
            )
            for runtime, tally in tallies.items()
            for regions in REGIONS
        ]


async def _look(tally: _Tally, jpeg: bytes, regions: str, box: Box | None, counts: bool) -> None:
    begun = monotonic()
    seen = await tally.looker.look(jpeg, box, least=LEAST_CONFIDENCE)
    if seen is None:
        raise RuntimeError(f"nobody looked: {tally.looker.problem}")
    if counts:
        tally.cpu.setdefault(regions, []).append(seen.seconds)
        tally.wall.setdefault(regions, []).append(monotonic() - begun)
