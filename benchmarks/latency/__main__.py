"""`scripts/bench latency`: from the capture of the deciding frame to everyone who is told."""

import argparse
import asyncio
import importlib.util
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.stream.load import allow_many_connections
from benchmarks.stream.table import table

from .agent_process import running_agent, watched
from .moments import Moments
from .street import CYCLE_SECONDS
from .websocket_listener import EVENT, MOTION, listening

_LATE_SECONDS = 60.0  # beyond the events themselves, before the benchmark gives up
_ENTITY, _PUSH = "motion entity in Home Assistant", "push leaving Home Assistant"
# Milliseconds at most, p50 and p99; None where nothing is promised.
_PROMISES: dict[str, tuple[float | None, float | None]] = {
    MOTION: (None, None),
    EVENT: (10.0, 30.0),
    _ENTITY: (25.0, None),
    _PUSH: (60.0, None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one listener was promised and what came of it, milliseconds."""

    listener: str
    count: int
    p50: float
    p99: float

    @property
    def is_kept(self) -> bool:
        """Whether every promise holds."""
        measured = (self.p50, self.p99)
        promised = _PROMISES[self.listener]
        return all(m <= p for m, p in zip(measured, promised, strict=True) if p is not None)


def main() -> None:
    """Measure, print the table; exit status 1 where a promise is broken."""
    options = _options()
    allow_many_connections()
    moments = asyncio.run(_measured(options))
    rows = tuple(_rows(moments))
    sys.stdout.write(f"{_machine(options)}\n\n{_table(rows)}\n")
    sys.exit(not all(row.is_kept for row in rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench latency", description=__doc__)
    parser.add_argument("--events", type=int, default=60, help="of which each is 4 seconds")
    parser.add_argument("--viewers", type=int, default=50, help="who watch meanwhile, over TLS")
    parser.add_argument(
        "--no-home-assistant", action="store_true", help="measure the agent's part alone"
    )
    return parser.parse_args()


async def _measured(options: argparse.Namespace) -> Moments:
    moments = Moments()
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        agent = await stack.enter_async_context(running_agent())
        if not options.no_home_assistant and _has_home_assistant():
            from .home_assistant import home_assistant

            await stack.enter_async_context(home_assistant(agent, directory, moments))
        await stack.enter_async_context(watched(agent, options.viewers))
        await stack.enter_async_context(listening(agent, moments))
        async with asyncio.timeout(options.events * CYCLE_SECONDS + _LATE_SECONDS):
            await moments.until_decided(options.events)
            await asyncio.sleep(1.0)  # for those who are told of the last one
    return moments


def _has_home_assistant() -> bool:
    return importlib.util.find_spec("homeassistant") is not None


def _rows(moments: Moments) -> Iterator[Row]:
    for listener in _PROMISES:
        found = moments.latency(listener)
        if found is not None:
            yield Row(
                listener=listener, count=found.count, p50=found.p50 * 1e3, p99=found.p99 * 1e3
            )


def _machine(options: argparse.Namespace) -> str:
    return (
        f"{options.viewers} viewers over TLS, 1280x720 at 15 frames a second, recording on; "
        f"{os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}"
    )


def _table(rows: tuple[Row, ...]) -> str:
    head = ("heard of the motion", "events", "p50 ms", "at most", "p99 ms", "at most ", "kept")
    return table(
        head,
        (
            (
                row.listener,
                str(row.count),
                f"{row.p50:.1f}",
                *_cells(row)[:1],
                f"{row.p99:.1f}",
                *_cells(row)[1:],
                "yes" if row.is_kept else "NO",
            )
            for row in rows
        ),
    )


def _cells(row: Row) -> tuple[str, ...]:
    return tuple("" if most is None else f"{most:g}" for most in _PROMISES[row.listener])


if __name__ == "__main__":
    main()
