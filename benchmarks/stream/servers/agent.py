"""The real agent: all its parts and threads, and one camera that delivers ready JPEGs.

Motion and recording are off, for the peers have neither; `scripts/bench capture` has their price.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pi_agent.app import Agent
from pi_agent.configuration import CameraConfiguration, Configuration, ServerConfiguration
from pi_agent.errors import CameraError
from pi_agent.frames import Frame
from pi_agent.protocol import SettingsPatch

from .serving import announce, end_with_caller, paced, pictures_of

_WIDTH, _HEIGHT = 1280, 720


class PacedSource:
    """A camera that makes JPEGs itself, as a USB camera does."""

    encoder = "source"

    def __init__(self, pictures: list[bytes], fps: float) -> None:
        self._pictures = pictures
        self._fps = fps
        self._paced: Iterator[tuple[bytes, float]] = iter(())
        self._sequence = 0
        self._interrupted = False

    def open(self) -> None:
        """Begin with the first picture."""
        self._interrupted = False
        self._paced = paced(self._pictures, self._fps)

    def read(self) -> Frame:
        """The next picture, at its time."""
        jpeg, captured_at = next(self._paced)
        if self._interrupted:
            raise CameraError("interrupted")
        self._sequence += 1
        return Frame(
            sequence=self._sequence,
            captured_at=captured_at,
            monotonic_at=self._sequence / self._fps,
            width=_WIDTH,
            height=_HEIGHT,
            jpeg=jpeg,
        )

    def interrupt(self) -> None:
        """End the wait for the next picture, which is short."""
        self._interrupted = True

    def close(self) -> None:
        """Nothing is held."""


async def serve(data_dir: Path, source: PacedSource, *, fps: float, tls: bool) -> None:
    """Run the agent until the caller ends."""
    configuration = Configuration(
        data_dir=data_dir,
        server=ServerConfiguration(host="127.0.0.1", port=0, tls=tls),
        cameras=(CameraConfiguration(id="bench", name="Bench", source="paced"),),
    )
    loop = asyncio.get_running_loop()
    async with Agent(configuration, create_source=lambda _: source) as agent:
        end_with_caller(lambda: loop.call_soon_threadsafe(agent.stop))
        await agent.cameras.find("bench").change_settings(
            SettingsPatch({"motion": False, "recording": False, "stream_fps": fps})
        )
        token = await agent.access.create_token("benchmark")
        announce(
            agent.server.port,
            "/api/v1/cameras/bench/stream.mjpg",
            {"Authorization": f"Bearer {token}"},
        )
        await agent.run()


def main() -> None:
    """Read the arguments and serve; `--tls` first asks for HTTPS."""
    arguments = sys.argv[1:]
    tls = arguments[0] == "--tls"
    fps, *paths = arguments[tls:]
    source = PacedSource(pictures_of(paths), float(fps))
    with tempfile.TemporaryDirectory() as data_dir:
        asyncio.run(serve(Path(data_dir), source, fps=float(fps), tls=tls))


if __name__ == "__main__":
    main()
