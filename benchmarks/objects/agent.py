"""The real agent with a street as its camera, somebody always in it, objects on or off as told.

`python -m benchmarks.objects.agent DATA_DIR` prints how to reach it, then answers each line of
standard input, `on`, `off` or `count`, with its counters so far; it ends when its input does.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.latency.street import CYCLE_SECONDS, FPS, StreetSource
from benchmarks.stream.process_figures import resident_bytes
from pi_agent.app import MODELS, Agent
from pi_agent.configuration import CameraConfiguration, Configuration, ServerConfiguration
from pi_agent.motion import MotionDetector
from pi_agent.objects import ModelFolder
from pi_agent.protocol import SettingsPatch

CAMERA = "street"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Since the agent began; CPU in seconds, `object_bytes` of the process that looks."""

    captured: int
    missed: int  # frames that viewers did not get
    motion_looks: int
    object_looks: int
    cpu: float
    object_cpu: float
    object_bytes: int


class _CountingStreet(StreetSource):
    """Knows how many pictures it gave."""

    @property
    def pictures(self) -> int:
        """So far."""
        return self._sequence


def _count_motion_looks() -> list[int]:
    """A counter of one figure that every detector of this process moves."""
    looks, observe = [0], MotionDetector.observe

    def counted(detector: MotionDetector, luma: Any, at: float) -> Any:
        looks[0] += 1
        return observe(detector, luma, at)

    MotionDetector.observe = counted  # type: ignore[assignment,method-assign]
    return looks


async def _serve(data_dir: Path) -> None:
    source, motion_looks = _CountingStreet(), _count_motion_looks()
    configuration = Configuration(
        data_dir=data_dir,
        server=ServerConfiguration(host="127.0.0.1", port=0, tls=False),
        cameras=(CameraConfiguration(id=CAMERA, name="Street", source="street"),),
    )
    async with Agent(configuration, create_source=lambda _: source) as agent:
        camera = agent.cameras.find(CAMERA)
        # One event without an end as long as possible: somebody comes every few seconds.
        patch = {"cool_down_seconds": 2 * CYCLE_SECONDS, "stream_fps": FPS}
        await camera.change_settings(SettingsPatch(patch))
        folder = ModelFolder(data_dir / MODELS)
        _say({"port": agent.server.port, "token": await agent.access.create_token("benchmark")})
        reader = await _standard_input()
        while line := (await reader.readline()).decode().strip():
            if line != "count":
                folder.choose(folder.installed if line == "on" else ())
            pid = agent.looker.pid
            counters = Counters(
                captured=source.pictures,
                missed=camera.dropped_frames,
                motion_looks=motion_looks[0],
                object_looks=camera.objects.looks,
                cpu=time.process_time(),
                object_cpu=camera.objects.seconds,
                object_bytes=resident_bytes(pid) if pid else 0,
            )
            _say(asdict(counters))


async def _standard_input() -> asyncio.StreamReader:
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def _say(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
