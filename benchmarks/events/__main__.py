"""`scripts/bench events`: the store, clips, the disk, and what an idle recorder costs."""

import argparse
import statistics
import sys

from benchmarks.stream.table import table

from . import clips, crashes, store, watching


def main() -> None:
    """Measure what the command line asks for, everything by default."""
    options = _options()
    if options.crash:
        crashes.crash(options.crash, options.seed)
        return
    for part in options.parts or _PARTS:
        sys.stdout.write(f"{_PARTS[part](options)}\n\n")
        sys.stdout.flush()


def _store(_options: argparse.Namespace) -> str:
    questions, size = store.measure()
    rows = [(q.text, f"{q.events}", f"{q.milliseconds:.2f}") for q in questions]
    head = (f"{store.EVENTS} events, {size / 1e6:.0f} MB", "found", "ms, median")
    return table(head, rows)


def _clips(_options: argparse.Namespace) -> str:
    costs = clips.measure()
    rows = [
        (c.name, f"{c.cpu_seconds:.3f}", f"{c.bytes / 1e3:.0f}", _ratio(c, costs[-1]))
        for c in costs
    ]
    return table(("one second of 720p15 clip", "CPU s", "kB", "to ffmpeg"), rows)


def _ratio(cost: clips.ClipCost, reference: clips.ClipCost) -> str:
    return f"{cost.cpu_seconds / reference.cpu_seconds:.2f}" if reference.name == "ffmpeg" else "-"


def _idle(options: argparse.Namespace) -> str:
    cost = watching.idle(options.seconds)
    figures = (
        ("CPU, % of a core", f"{cost.cpu_share * 100:.2f}"),
        ("resident memory, MB", f"{cost.resident_bytes / 1e6:.0f}"),
        ("written, kB an hour", f"{cost.bytes_an_hour / 1e3:.0f}"),
    )
    return table(("recording on, nothing happens, nobody watches", "720p15 MJPEG"), figures)


def _announce(options: argparse.Namespace) -> str:
    rows = []
    for text, busy in (("disk idle", False), ("two programs write and fsync", True)):
        cost = watching.events(options.events, disk_busy=busy)
        late = sorted(cost.latencies)
        written = f"{cost.bytes_written / 1e6:.1f}"
        rows.append((text, f"{statistics.median(late):.1f}", f"{late[-1]:.1f}", written))
    head = ("frame captured → event told", "ms, median", "ms, longest", "MB written an event")
    return table(head, rows)


_PARTS = {"store": _store, "clips": _clips, "idle": _idle, "announce": _announce}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench events", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(_PARTS)}; all by default")
    parser.add_argument(
        "--seconds", type=float, default=120.0, help="how long to watch an idle agent"
    )
    parser.add_argument("--events", type=int, default=15, help="how many events to watch")
    parser.add_argument("--crash", type=int, metavar="N", help="N kills and N power cuts instead")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the crashes")
    options = parser.parse_args()
    unknown = sorted(set(options.parts) - set(_PARTS))
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}")
    return options


if __name__ == "__main__":
    main()
