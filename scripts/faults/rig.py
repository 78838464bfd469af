"""Everything that takes part: agent, its disk, clock and camera, the network, Home Assistant."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.stage import Agent, HomeAssistantApi, add_integration, find_entities
from scripts.stage.ports import LOOPBACK

from .camera import WalkedCamera
from .clock import Clock
from .disk import Disk
from .home_assistant import TormentedHome, archive_everything
from .namespaces import AGENT_ADDRESS, Namespaces, listening_socket
from .relay import Relay
from .supervisor import Supervisor
from .wire import Network, Wire
from .witness import Witness

_PORT = 8788
# The disk is small, and an event that retention deletes would look like one that was lost.
_CONFIGURATION = "[storage]\nmin_free_gigabytes = 0\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """What faults are done to; None for what this machine does not have."""

    agent: Agent
    supervisor: Supervisor
    home: TormentedHome
    network: Network
    camera: WalkedCamera
    disk: Disk | None
    clock: Clock | None
    witness: Witness
    chance: random.Random
    missing: list[str] = field(default_factory=list)


@asynccontextmanager
async def open_rig(
    folder: Path, *, namespaces: Namespaces | None, chance: random.Random
) -> AsyncIterator[Rig]:
    """Everything runs, Home Assistant knows the agent, and the first visitor is on the way."""
    missing: list[str] = []
    async with AsyncExitStack() as stack:
        camera = await _camera(stack, namespaces)
        disk = _disk(stack, folder, namespaces, missing)
        clock = _clock(folder, missing)
        agent = _agent(folder, namespaces, camera, clock)
        supervisor = Supervisor(agent)
        await stack.enter_async_context(supervisor.running())
        network = await _network(stack, namespaces, agent, chance, missing)
        await agent.until_answering()
        home = TormentedHome(folder / "home_assistant")
        stack.push_async_callback(home.program.stop)
        witness = await Witness.of(agent, folder / "agent", namespaces)
        await witness.shorten_events()
        await _introduce(home, agent, network, namespaces)
        await stack.enter_async_context(_listening(witness))
        camera.walk()
        yield Rig(
            agent=agent,
            supervisor=supervisor,
            home=home,
            network=network,
            camera=camera,
            disk=disk,
            clock=clock,
            witness=witness,
            chance=chance,
            missing=missing,
        )


@asynccontextmanager
async def _listening(witness: Witness) -> AsyncIterator[None]:
    task = asyncio.create_task(witness.listen(), name="witness")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _camera(stack: AsyncExitStack, namespaces: Namespaces | None) -> WalkedCamera:
    camera = WalkedCamera(listening_socket(namespaces, LOOPBACK))
    await camera.start()
    stack.push_async_callback(camera.close)
    return camera


async def _network(
    stack: AsyncExitStack,
    namespaces: Namespaces | None,
    agent: Agent,
    chance: random.Random,
    missing: list[str],
) -> Network:
    if namespaces is None:
        missing.append("no network of our own: packets are not lost")
    network: Network = (
        Wire(namespaces, port=_PORT, chance=chance) if namespaces else Relay(agent.port)
    )
    await network.start()
    stack.push_async_callback(network.close)
    return network


def _clock(folder: Path, missing: list[str]) -> Clock | None:
    clock = Clock.find(folder / "clock")
    if clock is None:
        missing.append("no libfaketime: the clock does not jump")
    return clock


def _disk(
    stack: AsyncExitStack, folder: Path, namespaces: Namespaces | None, missing: list[str]
) -> Disk | None:
    disk = Disk(folder / "disk.img", folder / "agent")
    if namespaces is None:
        missing.append("no mounts of our own: nothing happens to the disk")
        return None
    try:
        disk.make()
    except OSError as error:
        missing.append(f"no disk of its own for the agent: {error}")
        return None
    stack.callback(disk.unmount)
    return disk


def _agent(
    folder: Path, namespaces: Namespaces | None, camera: WalkedCamera, clock: Clock | None
) -> Agent:
    (folder / "config.toml").write_text(_CONFIGURATION, encoding="utf-8")
    return Agent(
        folder / "agent",
        source=camera.url,
        host=AGENT_ADDRESS if namespaces else LOOPBACK,
        port=_PORT if namespaces else 0,
        launcher=namespaces.launcher if namespaces else (),
        environment=clock.environment if clock else {},
        log=folder / "pi-agent.log",
        options=("--config", folder / "config.toml"),
    )


async def _introduce(
    home: TormentedHome, agent: Agent, network: Network, namespaces: Namespaces | None
) -> None:
    """Home Assistant starts and is told of the agent, as its owner does it."""
    program = home.program
    await program.start()
    await program.until_answering()
    owner = HomeAssistantApi.of_new_owner(program.url, user="chaos", password="chaos")  # noqa: S106
    async with owner as api:
        await api.until_running()
        host = AGENT_ADDRESS if namespaces else LOOPBACK
        address, code = f"{host}:{network.port}", await agent.pairing_code()
        await archive_everything(api, await add_integration(api, address=address, code=code))
        await find_entities(api)
