"""A real Home Assistant: the program from our virtual environment, in a directory of its own."""

import re
from pathlib import Path
from typing import Never

import aiohttp

from .errors import StageError
from .home_assistant_config import write_configuration
from .ports import LOOPBACK, choose_port
from .program import Program
from .waiting import eventually, unless

DEFAULT_PORT = 8123
_START_SECONDS = 120.0  # the very first start compiles all of Home Assistant
_RESTART_STATUS = 100  # how Home Assistant asks whoever watches over it to start it again
_RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\d \d\d:)", re.MULTILINE)
_COMPLAINT = re.compile(r"\S+ \S+ (WARNING|ERROR|CRITICAL) ")


class HomeAssistant:
    """Home Assistant with our integration in it, nobody onboarded yet."""

    def __init__(self, directory: Path, *, integration: Path, port: int = 0) -> None:
        """Use `directory`, which is made; `integration` is the folder of the custom component."""
        self._directory = directory
        self._integration = integration
        self._program: Program | None = None
        self.port = choose_port(port)
        self.log = directory / "hass.log"

    @property
    def url(self) -> str:
        """Where a browser finds it, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def program(self) -> Program:
        """The running program."""
        if self._program is None:
            raise StageError("Home Assistant was not started")
        return self._program

    async def start(self) -> None:
        """Start it; `until_answering` tells when it is up."""
        if not self._directory.exists():
            write_configuration(self._directory, port=self.port, integration=self._integration)
        self._program = await Program.start(
            "Home Assistant",
            self._command(),
            log=self.log,
            directory=self._directory,
            # It would write the same once more to a file of its own.
            environment={"HA_DISABLE_LOG_FILE": "1"},
        )

    async def until_answering(self) -> None:
        """Return when its pages and API answer; StageError if it ends before."""
        await unless(
            eventually("Home Assistant answers", self._answers, within_seconds=_START_SECONDS),
            self.program.run(),
        )

    async def run(self) -> Never:
        """Keep it running, also over the restarts that its users ask for; StageError if it dies."""
        while (status := await self.program.wait()) == _RESTART_STATUS:
            await self.start()
        raise self.program.died(status)

    async def stop(self) -> None:
        """Stop it; may be called twice."""
        if self._program is not None:
            await self._program.stop()

    def complaints(self, about: str) -> list[str]:
        """The records of its log, tracebacks and all, that warn or worse and speak of `about`."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        records = _RECORD.split(text)[1:]
        return [r.strip() for r in records if _COMPLAINT.match(r) and about in r]

    def _command(self) -> list[str | Path]:
        # --skip-pip: what it needs is installed, and it shall not fetch anything else.
        return ["hass", "--config", self._directory, "--skip-pip", "--log-no-color"]

    async def _answers(self) -> bool | None:
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"{self.url}/manifest.json") as answer,
            ):
                return answer.ok or None
        except aiohttp.ClientConnectionError:
            return None
