"""Starts the agent of this benchmark, and viewers who watch it meanwhile."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

from benchmarks.stream.load import Load
from benchmarks.stream.viewers import Target

from .agent import CAMERA

_END_SECONDS = 20.0
_LONGEST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningAgent:
    """How to reach the agent."""

    pid: int
    port: int
    certificate_sha256: bytes
    pairing_code: str
    token: str

    @property
    def address(self) -> str:
        """What a user types where Home Assistant asks for the agent."""
        return f"127.0.0.1:{self.port}"


@asynccontextmanager
async def running_agent(
    module: str = "benchmarks.latency.agent", *arguments: str
) -> AsyncIterator[RunningAgent]:
    """The agent, while the block runs; `module` is the program that runs it."""
    async with _program(module, *arguments) as process:
        fields = json.loads(await _line(process))
        fields["certificate_sha256"] = bytes.fromhex(fields["certificate_sha256"])
        yield RunningAgent(pid=process.pid, **fields)


@asynccontextmanager
async def watched(agent: RunningAgent, viewers: int) -> AsyncIterator[None]:
    """So many viewers see the stream while the block runs, all of them from its beginning."""
    target = Target(
        port=agent.port,
        path=f"/api/v1/cameras/{CAMERA}/stream.mjpg",
        headers={"Authorization": f"Bearer {agent.token}"},
        tls=True,
    )
    load = Load(
        target=target, pid=agent.pid, viewers=viewers, slow_viewers=0, seconds=_LONGEST_SECONDS
    )
    async with _program("benchmarks.stream.load", json.dumps(asdict(load))) as process:
        await _line(process)
        yield


@asynccontextmanager
async def _program(module: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        assert process.stdin is not None  # noqa: S101
        process.stdin.close()  # our programs end with their standard input
        try:
            async with asyncio.timeout(_END_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _line(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None  # noqa: S101
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError("a program of the benchmark ended before it began")
    return line
