"""What is promised of cards, what came of it, and the tables that tell so."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.stream.table import table
from benchmarks.stream.targets import Verdict

from .at_rest import Changes
from .home import CORE, OURS, Memory
from .live import Live

_MOST_CPU = {1: 1.0, 10: 0.5}  # of Home Assistant's own, by live cards
_MOST_CHANGES = 0.0  # a minute
# From the first sample on, which finds the caches filled.
_MOST_GROWTH_MB = 5.0
_MOST_OBJECTS = 0.5  # for a reconnect


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """All that a run has measured.

    `cpu_at_rest` is in shares of a core, `changes` of so many `minutes`, `memory` by the number of
    reconnects.
    """

    live: Live
    cpu_at_rest: Mapping[str, float]
    changes: Mapping[str, Changes]
    minutes: float
    memory: Mapping[int, Memory]

    def cpu_ratio(self, viewers: int) -> float:
        """Our CPU a frame to that of Home Assistant's own camera."""
        ours, core = (self.live[viewers, name] for name in (OURS, CORE))
        return ours.cpu_microseconds_per_frame / core.cpu_microseconds_per_frame


def verdicts(results: Results) -> Iterator[Verdict]:
    """All promises that the run can tell about."""
    for viewers, most in _MOST_CPU.items():
        if (viewers, OURS) in results.live:
            cards = "1 live card" if viewers == 1 else f"{viewers} live cards"
            yield Verdict(
                promise=f"CPU a frame, {cards}: to {CORE}",
                most=most,
                measured=results.cpu_ratio(viewers),
            )
    yield Verdict(
        promise="changed states a minute while nothing happens",
        most=_MOST_CHANGES,
        measured=results.changes[OURS].by_entity.total() / results.minutes,
    )
    if len(results.memory) > 1:
        yield from _growth(results.memory)


def _growth(memory: Mapping[int, Memory]) -> Iterator[Verdict]:
    numbers = sorted(memory)
    first, last = numbers[0], numbers[-1]
    span = f"from reconnect {first} to {last}"
    more_bytes = memory[last].resident_bytes - memory[first].resident_bytes
    yield Verdict(
        promise=f"memory {span}", most=_MOST_GROWTH_MB, measured=more_bytes / 1e6, unit="MB"
    )
    # The middle of all stretches: what is loaded once at some time is no leak.
    more_objects = statistics.median(
        (memory[end].objects - memory[begin].objects) / (end - begin)
        for begin, end in pairwise(numbers)
    )
    yield Verdict(promise=f"objects a reconnect, {span}", most=_MOST_OBJECTS, measured=more_objects)


def tables(results: Results) -> str:
    """Everything that was measured, as Markdown."""
    parts = (_live(results.live), _at_rest(results), _memory(results.memory))
    return "\n\n".join((*parts, promises(tuple(verdicts(results)))))


def promises(found: Sequence[Verdict]) -> str:
    """The promises and whether each was kept."""
    rows = (
        (
            one.promise,
            f"{one.most:g} {one.unit}".strip(),
            f"{one.measured:.2f}",
            "yes" if one.is_kept else "NO",
        )
        for one in found
    )
    return table(("promise", "at most", "measured", "kept"), rows)


def _live(live: Live) -> str:
    head = ("integration", "live cards", "frames/s each", "CPU µs/frame", "% of a core")
    rows = (
        (
            name,
            str(viewers),
            f"{seen.fps:.1f}",
            f"{seen.cpu_microseconds_per_frame:.0f}",
            f"{seen.cpu_microseconds_per_frame * seen.fps * viewers / 1e4:.1f}",
        )
        for (viewers, name), seen in live.items()
    )
    return table(head, rows)


def _at_rest(results: Results) -> str:
    head = ("nobody watching", "% of a core", "changed states a minute", "new tokens a minute")
    rows = (
        (name, f"{share:.2%}".rstrip("%"), *_changes(results, name))
        for name, share in results.cpu_at_rest.items()
    )
    return table(head, rows)


def _changes(results: Results, name: str) -> tuple[str, str]:
    changes = results.changes.get(name)
    if changes is None:
        return "", ""
    each = ", ".join(f"{entity} {count}" for entity, count in changes.by_entity.most_common())
    a_minute = f"{changes.by_entity.total() / results.minutes:.1f}"
    return f"{a_minute} ({each})" if each else a_minute, f"{changes.tokens / results.minutes:.1f}"


def _memory(memory: Mapping[int, Memory]) -> str:
    rows = (
        (str(number), f"{used.resident_bytes / 1e6:.1f}", str(used.objects))
        for number, used in memory.items()
    )
    return table(("after reconnects", "Home Assistant's memory, MB", "its Python objects"), rows)
