"""`scripts/bench cards`: a whole Home Assistant with our camera next to its own MJPEG camera."""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from contextlib import AsyncExitStack
from importlib.metadata import version
from pathlib import Path

from benchmarks.latency.agent_process import running_agent
from benchmarks.stream.load import allow_many_connections
from benchmarks.stream.pictures import HEIGHT, WIDTH

from .at_rest import cpu_at_rest, state_changes
from .home import running_home
from .live import live_cards
from .reconnects import SAMPLE_EVERY, memory_over_reconnects
from .relay import Relay
from .report import Results, tables, verdicts

_AGENT = "benchmarks.cards.agent"


def main() -> None:
    """Measure, print the tables; exit status 1 where a promise is broken."""
    options = _options()
    allow_many_connections()
    results = asyncio.run(_measured(options))
    sys.stdout.write(f"{_machine(options)}\n\n{tables(results)}\n")
    sys.exit(not all(one.is_kept for one in verdicts(results)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench cards", description=__doc__)
    parser.add_argument("--cards", type=_numbers, default=(1, 10), help="live cards: 1,10")
    parser.add_argument("--seconds", type=float, default=4.0, help="measured for each figure")
    parser.add_argument("--rounds", type=int, default=5, help="the middle one counts")
    parser.add_argument("--fps", type=float, default=30.0, help="of the camera")
    parser.add_argument("--minutes", type=float, default=6.0, help="in which nothing happens")
    parser.add_argument(
        "--reconnects", type=int, default=500, help=f"the first {SAMPLE_EVERY} do not count"
    )
    parser.add_argument("--quick", action="store_true", help="eight minutes instead of 25")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.rounds = 2.0, 3
        options.minutes, options.reconnects = 0.7, 4 * SAMPLE_EVERY
    return options


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


async def _measured(options: argparse.Namespace) -> Results:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        data_dir = folder / "agent"
        agent = await stack.enter_async_context(
            running_agent(_AGENT, str(data_dir), f"{options.fps:g}")
        )
        relay = await stack.enter_async_context(
            Relay.running(agent.port, data_dir / "certificate.pem")
        )
        home = await stack.enter_async_context(
            running_home(folder / "home_assistant", agent, relay.port)
        )
        seconds, rounds = options.seconds, options.rounds
        return Results(
            live=await live_cards(home, options.cards, seconds=seconds, rounds=rounds),
            cpu_at_rest=await cpu_at_rest(home, seconds=seconds * 3, rounds=rounds),
            changes=await state_changes(home, minutes=options.minutes),
            minutes=options.minutes,
            memory=await memory_over_reconnects(home, relay, count=options.reconnects),
        )


def _machine(options: argparse.Namespace) -> str:
    return (
        f"{WIDTH}x{HEIGHT}, 70 kB a frame, {options.fps:g} frames a second over TLS from the "
        f"agent; Home Assistant {version('homeassistant')}; {os.cpu_count()} cores, "
        f"Linux {platform.release()}, Python {platform.python_version()}; "
        f"the middle of {options.rounds} x {options.seconds:g} s"
    )


if __name__ == "__main__":
    main()
