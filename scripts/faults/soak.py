"""`scripts/soak`: hours of events and clients, and what they leave behind."""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import aiohttp

from pi_agent.app import Agent
from pi_agent.configuration import CameraConfiguration, StorageConfiguration
from pi_agent.sources import create_source
from tests.crash_rig import BusySource, configuration, prepare

_FASTER = 25.0  # the clock of the busy camera
_SAMPLES = 400
_CAMERA = "/api/v1/cameras/porch"
_DISK_BYTES = 50_000_000
# How much more at the end than after the beginning, and by which part of it.
_BOUNDS = {
    "memory": (12e6, 0.08),
    "descriptors": (8, 0.0),
    "threads": ((os.cpu_count() or 1) + 4, 0.0),  # the loop's own pool fills as it is needed
    "tasks": (8, 0.0),
    "disk": (1.3 * _DISK_BYTES, 0.0),  # clips under way come on top of what retention keeps
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the agent holds at a moment: bytes of memory and disk, and counts."""

    memory: float
    descriptors: float
    threads: float
    tasks: float
    disk: float


def run_agent(data_dir: Path, samples: Path, video: str | None, pause: float) -> None:
    """In a process of its own: run until killed, with a line of figures now and then."""
    asyncio.run(_run_agent(data_dir, samples, video, pause))


async def _run_agent(data_dir: Path, samples: Path, video: str | None, pause: float) -> None:
    limits = StorageConfiguration(max_gigabytes=_DISK_BYTES / 1e9, min_free_gigabytes=0)
    settings = replace(configuration(data_dir), storage=limits)
    if video is not None:
        camera = CameraConfiguration(id="porch", name="Porch", source=video)
        settings = replace(settings, cameras=(camera,))
    create = create_source if video is not None else lambda _text: BusySource()
    async with Agent(settings, create_source=create) as agent:
        token = await agent.access.create_token("soak")
        with samples.open("a") as file:
            print(json.dumps([agent.server.port, token]), file=file, flush=True)
            while True:
                await asyncio.sleep(pause)
                print(json.dumps(asdict(_sample(data_dir))), file=file, flush=True)


def _sample(data_dir: Path) -> Sample:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    sizes = []
    for path in data_dir.rglob("*"):
        with suppress(FileNotFoundError):
            sizes.append(path.stat().st_size)
    return Sample(
        memory=float(pages * os.sysconf("SC_PAGE_SIZE")),
        descriptors=float(sum(1 for _ in Path("/proc/self/fd").iterdir())),
        threads=float(threading.active_count()),
        tasks=float(len(asyncio.all_tasks())),
        disk=float(sum(sizes)),
    )


async def visit(port: int, token: str, chance: random.Random) -> None:
    """Clients that come, look for a while, and go, in order or not; until cancelled."""
    headers = {"Authorization": f"Bearer {token}"}
    base = f"http://127.0.0.1:{port}"
    while True:
        async with aiohttp.ClientSession(base, headers=headers) as session:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with asyncio.timeout(chance.uniform(0.2, 4.0)):
                    await chance.choice((_watch, _listen, _ask, _change))(session, chance)
        await asyncio.sleep(chance.uniform(0.0, 1.0))


async def _watch(session: aiohttp.ClientSession, chance: random.Random) -> None:
    width = chance.choice(("", "?width=160", "?fps=2"))
    async with session.get(f"{_CAMERA}/stream.mjpg{width}") as answer:
        while await answer.content.readany():
            pass


async def _listen(session: aiohttp.ClientSession, chance: random.Random) -> None:
    async with session.ws_connect(f"/api/v1/ws?since={chance.choice((0, 2**50))}") as socket:
        async for _ in socket:
            pass


async def _ask(session: aiohttp.ClientSession, chance: random.Random) -> None:
    for path in ("/api/v1/info", f"{_CAMERA}/snapshot.jpg", "/metrics", "/api/v1/none"):
        async with session.get(path) as answer:
            await answer.read()
    async with session.get(f"/api/v1/events?limit={chance.randint(1, 50)}") as answer:
        events = (await answer.json())["events"]
    for event in events[:3]:
        for file in ("snapshot.jpg", "clip.mp4"):
            async with session.get(f"/api/v1/events/{event['id']}/{file}") as answer:
                await answer.read()


async def _change(session: aiohttp.ClientSession, chance: random.Random) -> None:
    settings = {"sensitivity": chance.randint(40, 60), "stream_quality": chance.randint(50, 90)}
    async with session.patch(f"{_CAMERA}/settings", json=settings) as answer:
        await answer.read()


def judge(samples: list[Sample]) -> list[str]:
    """A row for each figure, at the start and at the end, and which of them have grown."""
    tenth = max(3, len(samples) // 10)
    begin, end = samples[tenth : 2 * tenth], samples[-tenth:]  # the first tenth warms up
    grown = []
    for field in fields(Sample):
        before, after = (
            statistics.median(getattr(sample, field.name) for sample in part)
            for part in (begin, end)
        )
        more, part = _BOUNDS[field.name]
        bound = before * (1 + part) + more
        print(f"{field.name:12}{before:16,.0f}{after:16,.0f}   at most {bound:,.0f}", flush=True)
        if after > bound:
            grown.append(f"{field.name} grew from {before:,.0f} to {after:,.0f}")
    return grown


async def soak(options: argparse.Namespace) -> list[str]:
    """Run it; what has grown."""
    seconds = options.hours * 3600 / (1.0 if options.real else _FASTER)
    with tempfile.TemporaryDirectory(prefix="pi-motion-camera-soak-") as folder:
        data_dir, samples = Path(folder) / "data", Path(folder) / "samples"
        await prepare(data_dir)
        pause = max(0.5, seconds / _SAMPLES)
        process = multiprocessing.get_context("spawn").Process(
            target=run_agent, args=(data_dir, samples, options.real, pause)
        )
        process.start()
        try:
            port, token = await asyncio.to_thread(_greeting, samples)
            visitors = [
                asyncio.create_task(visit(port, token, random.Random(number)))  # noqa: S311
                for number in range(options.clients)
            ]
            await _until(time.monotonic() + seconds, process, visitors)
        finally:
            process.kill()
            process.join()
        lines = samples.read_text().splitlines()[1:]
        return judge([Sample(**json.loads(line)) for line in lines if line.endswith("}")])


def _greeting(samples: Path) -> tuple[int, str]:
    """The agent's port and a token, once it runs."""
    deadline = time.monotonic() + 60
    while not samples.exists() or "\n" not in samples.read_text():
        if time.monotonic() > deadline:
            raise TimeoutError("the agent does not start")
        time.sleep(0.05)
    port, token = json.loads(samples.read_text().splitlines()[0])
    return port, token


async def _until(
    end: float, process: multiprocessing.process.BaseProcess, visitors: list[asyncio.Task[None]]
) -> None:
    """Wait, while agent and clients live; then the clients leave."""
    while time.monotonic() < end:
        await asyncio.sleep(0.2)
        if not process.is_alive():
            raise RuntimeError(f"the agent ended by itself, status {process.exitcode}")
        for visitor in visitors:
            if visitor.done():
                visitor.result()
    for visitor in visitors:
        visitor.cancel()
    await asyncio.gather(*visitors, return_exceptions=True)


def main() -> int:
    """0 where nothing has grown."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument(
        "--hours", type=float, default=24.0, help="of the camera's time; default: 24"
    )
    parser.add_argument("--clients", type=int, default=6, help="at a time; default: 6")
    parser.add_argument("--real", metavar="FILE", help="a video at its own speed as the camera")
    grown = asyncio.run(soak(parser.parse_args()))
    for sentence in grown:
        print(f"GROWN  {sentence}", flush=True)
    print("Something has grown." if grown else "Nothing has grown.", flush=True)
    return int(bool(grown))


if __name__ == "__main__":
    sys.exit(main())
