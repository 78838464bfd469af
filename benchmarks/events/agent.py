"""The real agent with a street as its camera, for the benchmarks that watch a process.

`python -m benchmarks.events.agent quiet|busy DATA_DIR` runs until its standard input ends. Each
event that is told is a line: milliseconds from the frame that tripped it to the telling, state,
and whether its clip is there.
"""

import asyncio
import sys
import time
from pathlib import Path

from benchmarks.stream.servers.serving import end_with_caller
from pi_agent.app import Agent
from pi_agent.configuration import CameraConfiguration, Configuration, ServerConfiguration
from pi_agent.events import EventFeed
from pi_agent.frames import Frame
from pi_agent.protocol import EventMessage, SettingsPatch, decode_message

from .street import QuietStreet, StreetSource

_CAMERA = "street"


class _NotedStreet(StreetSource):
    """Remembers when each frame was captured, by the time that events carry."""

    def __init__(self) -> None:
        super().__init__()
        self.captured: dict[int, float] = {}

    def read(self) -> Frame:
        """The next picture."""
        frame = super().read()
        self.captured[int(frame.captured_at * 1000)] = frame.captured_at
        return frame


async def _serve(source: StreetSource, data_dir: Path) -> None:
    configuration = Configuration(
        data_dir=data_dir,
        server=ServerConfiguration(host="127.0.0.1", port=0),
        cameras=(CameraConfiguration(id=_CAMERA, name="Street", source="street"),),
    )
    loop = asyncio.get_running_loop()
    async with Agent(configuration, create_source=lambda _: source) as agent:
        end_with_caller(lambda: loop.call_soon_threadsafe(agent.stop))
        await agent.cameras.find(_CAMERA).change_settings(SettingsPatch({"cool_down_seconds": 0.5}))
        tell = asyncio.create_task(_tell(agent.feed, source))
        await agent.run()
        tell.cancel()


async def _tell(feed: EventFeed, source: StreetSource) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    with feed.subscribed() as subscription:
        while (entry := await subscription.next()) is not None:
            now = time.time()
            message = decode_message(entry[1])
            if isinstance(message, EventMessage):
                event = message.event
                captured_at = event.started_at.timestamp()
                if isinstance(source, _NotedStreet):
                    captured_at = source.captured.get(round(captured_at * 1000), captured_at)
                clip = "clip" if event.clip else "-"
                late = (now - captured_at) * 1000
                sys.stdout.write(f"{late:.2f} {event.state.value} {clip}\n")
                sys.stdout.flush()


def main() -> None:
    """Serve the street that the command line names."""
    kind, data_dir = sys.argv[1:]
    source = QuietStreet() if kind == "quiet" else _NotedStreet()
    asyncio.run(_serve(source, Path(data_dir)))


if __name__ == "__main__":
    main()
