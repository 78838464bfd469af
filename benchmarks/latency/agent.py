"""The real agent with the street as its camera: HTTPS, motion and recording on, as delivered."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.stream.servers.serving import end_with_caller
from pi_agent.app import Agent
from pi_agent.configuration import CameraConfiguration, Configuration, ServerConfiguration
from pi_agent.protocol import PairingCode, SettingsPatch

from .street import FPS, StreetSource

CAMERA = "street"


async def serve(data_dir: Path, source: StreetSource, settings: SettingsPatch) -> None:
    """Run the agent until the caller ends; prints how to reach it."""
    configuration = Configuration(
        data_dir=data_dir,
        server=ServerConfiguration(host="127.0.0.1", port=0),
        cameras=(CameraConfiguration(id=CAMERA, name="Street", source="street"),),
    )
    loop = asyncio.get_running_loop()
    async with Agent(configuration, create_source=lambda _: source) as agent:
        end_with_caller(lambda: loop.call_soon_threadsafe(agent.stop))
        await agent.cameras.find(CAMERA).change_settings(settings)
        sys.stdout.write(f"{json.dumps(await _introduction(agent))}\n")
        sys.stdout.flush()
        await agent.run()


async def _introduction(agent: Agent) -> dict[str, object]:
    assert agent.certificate is not None  # noqa: S101
    secret = await agent.access.new_pairing_secret()
    return {
        "port": agent.server.port,
        "certificate_sha256": agent.certificate.sha256.hex(),
        "pairing_code": str(PairingCode.create(secret, agent.certificate.sha256)),
        "token": await agent.access.create_token("benchmark"),
    }


def main() -> None:
    """Serve out of a directory that goes with the process."""
    settings = SettingsPatch({"cool_down_seconds": 0.5, "stream_fps": FPS})
    with tempfile.TemporaryDirectory() as data_dir:
        asyncio.run(serve(Path(data_dir), StreetSource(), settings))


if __name__ == "__main__":
    main()
