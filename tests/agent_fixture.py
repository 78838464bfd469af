"""The real agent for tests: its own server with TLS on 127.0.0.1, its own database and threads."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pi_agent.app import Agent
from pi_agent.capture import FrameSource
from pi_agent.configuration import CameraConfiguration, Configuration, ServerConfiguration
from pi_agent.gpio_configuration import GpioConfiguration
from pi_agent.protocol import PairingCode
from pi_agent.sources import camera_source


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningAgent:
    """A running agent, and what a client must know to reach it."""

    agent: Agent
    port: int
    agent_id: str
    certificate_sha256: bytes

    async def token(self, client: str = "test") -> str:
        """A new token."""
        return await self.agent.access.create_token(client)

    async def pairing_code(self) -> str:
        """A code as `pi-agent pair` prints it."""
        secret = await self.agent.access.new_pairing_secret()
        return str(PairingCode.create(secret, self.certificate_sha256))


def camera(camera_id: str = "porch", source: str = "scripted") -> CameraConfiguration:
    """A camera for `running_agent`."""
    return CameraConfiguration(
        id=camera_id, name=camera_id.replace("_", " ").title(), source=source
    )


@asynccontextmanager
async def running_agent(
    data_dir: Path,
    *,
    cameras: Sequence[CameraConfiguration] = (camera(),),
    sources: Mapping[str, FrameSource] | None = None,
    port: int = 0,
    name: str = "Porch Pi",
    problems: Sequence[str] = (),
    gpio: GpioConfiguration | None = None,
) -> AsyncIterator[RunningAgent]:
    """The agent on 127.0.0.1; `sources` by the cameras' `source` names, else real ones.

    `problems` are why it found no camera.
    """
    configuration = Configuration(
        name=name,
        data_dir=data_dir,
        server=ServerConfiguration(host="127.0.0.1", port=port),
        cameras=tuple(cameras),
        gpio=gpio,
    )
    create_source = _sources(sources or {})
    async with Agent(configuration, create_source=create_source, problems=problems) as agent:
        assert agent.certificate is not None
        yield RunningAgent(
            agent=agent,
            port=agent.server.port,
            agent_id=agent.identity.agent_id,
            certificate_sha256=agent.certificate.sha256,
        )


def _sources(known: Mapping[str, FrameSource]) -> Callable[[CameraConfiguration], FrameSource]:
    return lambda camera: known.get(camera.source) or camera_source(camera)
