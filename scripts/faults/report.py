"""What a run of faults came to, as Markdown for docs/reliability.md."""

from collections.abc import Iterator, Sequence
from statistics import median

from .history import History, longest_on


def tables(history: History, *, missing: Sequence[str], seed: int) -> Iterator[str]:
    """The lines of both tables."""
    yield ""
    yield "| fault | times | back after, median s | longest s | at most s |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    yield from _faults(history)
    yield ""
    replayed = sum(told.replayed for told in history.bus.told)
    yield f"Seed {seed}. {len(history.announced)} events announced, {len(history.kept)} kept; "
    yield f"{len(history.bus.told)} moments on Home Assistant's bus, {replayed} of them replayed; "
    yield f"{len(history.archived)} pictures in the archive; the motion sensor was on for "
    yield f"{longest_on(history.bus):.1f} s at most (allowed: {history.longest_on_seconds:g})."
    for what in missing:
        yield f"Left out: {what}."


def _faults(history: History) -> Iterator[str]:
    kinds = dict.fromkeys(recovery.fault for recovery in history.recoveries)
    for kind in sorted(kinds):
        found = [recovery for recovery in history.recoveries if recovery.fault == kind]
        seconds = [r.seconds or float("inf") for r in found if r.is_waited_for]
        back = (f"{median(seconds):.1f}", f"{max(seconds):.1f}") if seconds else ("", "")
        yield f"| {kind} | {len(found)} | {' | '.join(back)} | {found[0].bound:g} |"
