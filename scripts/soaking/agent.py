"""The real agent in a process of its own, whose camera lives faster, and what it holds meanwhile.

`python -m scripts.soaking.agent SPEED DATA_DIR [RECORDING]` runs until its standard input ends.
The first line that it prints is how to reach it, each one after is a sample.
"""

import asyncio
import json
import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from pi_agent.app import Agent
from pi_agent.configuration import (
    CameraConfiguration,
    Configuration,
    ServerConfiguration,
    StorageConfiguration,
)
from pi_agent.protocol import SettingsPatch
from pi_agent.storage import retention

from .fast_source import FastSource
from .figures import Sample

CAMERA = "street"
# Of events, so that the oldest go long before the day is over.
_DRAWN_BYTES, _RECORDED_BYTES = 40_000_000, 1_000_000_000
_SAMPLE_SECONDS = 1.0
_MOST_WAITING_CLIPS = 2  # more, and its time passes slower: no encoder is a hundred times as fast
_PAGE = os.sysconf("SC_PAGE_SIZE")


def max_bytes(recording: Path | None) -> int:
    """How much may be kept of events: of real footage one alone may take a hundred megabytes."""
    return _DRAWN_BYTES if recording is None else _RECORDED_BYTES


async def _serve(source: FastSource, data_dir: Path, most: int) -> None:
    configuration = Configuration(
        data_dir=data_dir,
        server=ServerConfiguration(host="127.0.0.1", port=0),
        cameras=(CameraConfiguration(id=CAMERA, name="Street", source="street"),),
        storage=StorageConfiguration(max_gigabytes=most / 1e9, min_free_gigabytes=0),
    )
    loop = asyncio.get_running_loop()
    async with Agent(configuration, create_source=lambda _: source) as agent:
        await agent.cameras.find(CAMERA).change_settings(SettingsPatch({"post_roll_seconds": 2}))
        _say({"port": agent.server.port, "token": await agent.access.create_token("soak")})
        threading.Thread(target=_until_end, args=(loop, agent), daemon=True).start()
        sampling = asyncio.create_task(_sample(agent, source, data_dir), name="samples")
        await agent.run()
        sampling.cancel()


def _until_end(loop: asyncio.AbstractEventLoop, agent: Agent) -> None:
    sys.stdin.read()
    loop.call_soon_threadsafe(agent.stop)


async def _sample(agent: Agent, source: FastSource, data_dir: Path) -> None:
    while True:
        await asyncio.sleep(_SAMPLE_SECONDS)
        disk = await asyncio.to_thread(_bytes_below, data_dir)
        sample = Sample(
            camera_seconds=source.camera_seconds,
            resident_bytes=_resident_bytes(),
            descriptors=len(os.listdir("/proc/self/fd")),  # noqa: PTH208  (a Path each costs more)
            threads=_own_threads(),
            tasks=len(asyncio.all_tasks()),
            disk_bytes=disk,
            events=await agent.events.newest_revision(),
            waiting_clips=agent.recording.clips.waiting,
        )
        _say(asdict(sample))
        source.is_held_back = sample.waiting_clips > _MOST_WAITING_CLIPS


def _own_threads() -> int:
    # But for those of `asyncio.to_thread`: their pool adds one whenever all are busy, up to a bound
    # of its own, and keeps it. When that happens is chance, and no leak.
    return sum(not thread.name.startswith("asyncio_") for thread in threading.enumerate())


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE


def _bytes_below(folder: Path) -> int:
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(path, name)).st_blocks * 512  # noqa: PTH116, PTH118
            except FileNotFoundError:  # deleted meanwhile
                continue
    return total


def _say(line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _speed, _folder = float(sys.argv[1]), Path(sys.argv[2])
    _recording = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    # Its pause belongs to the camera's time: within one of ours there are minutes of pictures.
    retention.LEAST_PAUSE_SECONDS /= _speed
    _source = FastSource(speed=_speed, recording=_recording)
    asyncio.run(_serve(_source, _folder, max_bytes(_recording)))
