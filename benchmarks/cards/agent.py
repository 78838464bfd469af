"""The real agent at a Pi and before a street at rest: `python -m … DATA-DIR FPS`."""

import asyncio
import itertools
import sys
from pathlib import Path
from unittest.mock import patch

from benchmarks.latency.agent import serve
from benchmarks.latency.street import StreetSource
from pi_agent.protocol import SettingsPatch
from pi_agent.server import system_state

# Other programs of this machine must not warm the Pi nor fill its disk. What a Pi at rest tells,
# degrees Celsius and bytes: its processor is never quite still, and its disk is at an edge here.
_TEMPERATURES = (51.4, 52.4, 51.9, 50.9, 51.6, 52.6)
_FREE_BYTES = (21_350_200_000, 21_349_900_000)


def main() -> None:
    """Read the arguments and serve, motion detection and recording on."""
    data_dir, fps = Path(sys.argv[1]), float(sys.argv[2])
    source = StreetSource(fps=fps, is_empty=True)
    temperatures, free = itertools.cycle(_TEMPERATURES), itertools.cycle(_FREE_BYTES)
    with (
        patch.object(system_state, "_temperature", lambda: next(temperatures)),
        patch.object(system_state, "_free_bytes", lambda _: next(free)),
    ):
        asyncio.run(serve(data_dir, source, SettingsPatch({"stream_fps": fps})))


if __name__ == "__main__":
    main()
