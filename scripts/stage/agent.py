"""A real agent: the program `pi-agent` from our virtual environment, on 127.0.0.1."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import aiohttp

from .errors import StageError
from .ports import LOOPBACK, choose_port
from .program import Program, installed
from .waiting import eventually, unless

DEFAULT_PORT = 8788
_START_SECONDS = 30.0
_PAIR_SECONDS = 20.0


class Agent:
    """An agent with one camera: the built-in scene, a video file or the camera at an address."""

    def __init__(
        self,
        directory: Path,
        *,
        source: Path | str | None = None,
        host: str = LOOPBACK,
        port: int = 0,
        launcher: Sequence[str | Path] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
        log: Path | None = None,
        options: Sequence[str | Path] = (),
    ) -> None:
        """Use `directory`, which is made; without `source` the camera is the built-in scene.

        `launcher` and `environment` as `Program.start` has them; `options` are more of `pi-agent
        run`.
        """
        self._directory = directory
        self._source = source
        self._host = host
        self._launcher = launcher
        self._environment = environment
        self._options = options
        self._program: Program | None = None
        self.port = choose_port(port)
        self.log = log or directory / "pi-agent.log"

    @property
    def address(self) -> str:
        """What a user types where Home Assistant asks for the agent."""
        return f"{self._host}:{self.port}"

    @property
    def program(self) -> Program:
        """The running program."""
        if self._program is None:
            raise StageError("the agent was not started")
        return self._program

    async def start(self) -> None:
        """Start it; after a stop or a kill it goes on with what it had."""
        self._directory.mkdir(parents=True, exist_ok=True)
        camera = ["--demo"] if self._source is None else ["--source", str(self._source)]
        listen = ["--host", self._host, "--port", str(self.port)]
        self._program = await Program.start(
            "pi-agent",
            ["pi-agent", "run", *camera, *listen, "--data-dir", self._directory, *self._options],
            log=self.log,
            directory=self._directory,
            environment=self._environment,
            launcher=self._launcher,
        )

    async def until_answering(self) -> None:
        """Return when its API answers; StageError if it ends before."""
        await unless(
            eventually("The agent answers", self._answers, within_seconds=_START_SECONDS),
            self.program.run(),
        )

    async def stop(self) -> None:
        """Stop it; may be called twice."""
        if self._program is not None:
            await self._program.stop()

    def complaints(self) -> list[str]:
        """The lines of its log that warn or worse."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in lines if line.startswith(("WARNING", "ERROR", "CRITICAL"))]

    async def pairing_code(self) -> str:
        """A code as `pi-agent pair` prints it, good for ten minutes."""
        process = await asyncio.create_subprocess_exec(
            installed("pi-agent"),
            "pair",
            "--data-dir",
            self._directory,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(_PAIR_SECONDS):
            code, problem = await process.communicate()
        if process.returncode != 0:
            raise StageError(f"pi-agent pair: {problem.decode().strip()}")
        return code.decode().strip()

    async def _answers(self) -> bool | None:
        # Only to see whether it is up: that it is the right agent is proved by pairing.
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"https://{self.address}/healthz", ssl=False) as answer,
            ):
                return answer.ok or None
        except aiohttp.ClientConnectionError:
            return None
