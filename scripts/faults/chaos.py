"""`scripts/chaos`: one fault after the other, in any order, and what came of it."""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from scripts.stage import (
    CameraEntities,
    DemoHome,
    HomeAssistantApi,
    StageError,
    add_integration,
    demo_home,
    eventually,
    find_entities,
)
from scripts.stage.home_assistant_socket import HomeAssistantSocket
from scripts.stage.ports import LOOPBACK

from .observer import Observer, archive_everything
from .relay import Relay
from .witness import Witness

# Seconds in which a new event was told and its sensor is off again, with nobody's hand; about ten
# of them pass until there is one. Home Assistant's are counted from when it answers.
_BOUNDS = {
    "agent killed": 30.0,
    "agent hung": 45.0,
    "network cut": 45.0,
    "network frozen": 60.0,
    "network slow": 30.0,
    "Home Assistant killed": 60.0,
}
_SETTLE_SECONDS = 120.0


@dataclass(slots=True, kw_only=True)
class Chaos:
    """Everything that takes part, and how long each kind of fault took to be over."""

    home: DemoHome
    relay: Relay
    witness: Witness
    observer: Observer
    entities: CameraEntities
    token: str
    chance: random.Random
    seconds: dict[str, list[float]] = field(default_factory=dict)

    async def hit(self, what: str, api: HomeAssistantApi) -> None:
        """One fault, then everything is back."""
        await asyncio.sleep(self.chance.uniform(0.0, 4.0))  # any moment of an event
        await _FAULTS[what](self)
        taken = await self.observer.until_back(api, self.entities)
        self.seconds.setdefault(what, []).append(taken)

    async def kill_home_assistant(self) -> None:
        """As a power cut would; it is started again at once."""
        await asyncio.sleep(self.chance.uniform(0.0, 4.0))
        program = self.home.home_assistant
        async with self.watched():
            await program.program.kill()
            await asyncio.sleep(1.0)  # the connection notices it
        await program.start()
        await program.until_answering()
        async with self.watched() as api:
            await self.hit("Home Assistant killed", api)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[HomeAssistantApi]:
        """Home Assistant's API, its bus observed."""
        url, headers = self.home.home_assistant.url, {"Authorization": f"Bearer {self.token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            HomeAssistantSocket.connected(session, url, self.token) as socket,
        ):
            api = HomeAssistantApi(session, url, socket)
            async with self.observer.watching(api):
                yield api

    async def _kill_agent(self) -> None:
        await self.home.agent.program.kill()
        await asyncio.sleep(self.chance.uniform(0.0, 2.0))
        await self.home.agent.start()
        await self.home.agent.until_answering()

    async def _hang_agent(self) -> None:
        pid = self.home.agent.program.pid
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(self.chance.uniform(2.0, 20.0))
        os.kill(pid, signal.SIGCONT)

    async def _cut(self) -> None:
        await self.relay.close()
        await asyncio.sleep(self.chance.uniform(0.5, 10.0))
        await self.relay.start()

    async def _freeze(self) -> None:
        self.relay.freeze()
        await asyncio.sleep(self.chance.uniform(2.0, 40.0))
        self.relay.thaw()

    async def _slow(self) -> None:
        self.relay.seconds_late = 0.5
        await asyncio.sleep(10.0)
        self.relay.seconds_late = 0.0

    async def _nothing(self) -> None:
        """Home Assistant was hit already."""


_FAULTS: dict[str, Callable[[Chaos], Awaitable[None]]] = {
    "agent killed": Chaos._kill_agent,  # noqa: SLF001  (the table of its own faults)
    "agent hung": Chaos._hang_agent,  # noqa: SLF001
    "network cut": Chaos._cut,  # noqa: SLF001
    "network frozen": Chaos._freeze,  # noqa: SLF001
    "network slow": Chaos._slow,  # noqa: SLF001
    "Home Assistant killed": Chaos._nothing,  # noqa: SLF001
}


async def run(options: argparse.Namespace) -> list[str]:
    """Do everything that was asked for; what was broken, in sentences."""
    with tempfile.TemporaryDirectory(prefix="pi-motion-camera-chaos-") as folder:
        async with _chaos(Path(folder), random.Random(options.seed)) as chaos:  # noqa: S311
            await _hit_agent_and_network(chaos, options)
            for number in range(options.home_assistant_kills):
                await chaos.kill_home_assistant()
                _say(f"Home Assistant killed {number + 1} times")
            return await _judge(chaos)


@asynccontextmanager
async def _chaos(folder: Path, chance: random.Random) -> AsyncIterator[Chaos]:
    async with AsyncExitStack() as stack:
        home = await stack.enter_async_context(demo_home(folder))
        relay = Relay(home.agent.port)
        await relay.start()
        stack.push_async_callback(relay.close)
        code = await home.agent.pairing_code()
        entry = await add_integration(home.api, address=f"{LOOPBACK}:{relay.port}", code=code)
        entities = await find_entities(home.api)
        await archive_everything(home.api, entry)
        witness = await Witness.of(home.agent, folder / "agent")
        await witness.shorten_events()
        for work in (witness.listen(), witness.make_events()):
            task = asyncio.create_task(work)
            stack.callback(task.cancel)
        yield Chaos(
            home=home,
            relay=relay,
            witness=witness,
            observer=Observer(folder / "home_assistant"),
            entities=entities,
            token=await home.api.socket.command(
                "auth/long_lived_access_token", client_name="chaos", lifespan=1
            ),
            chance=chance,
        )


async def _hit_agent_and_network(chaos: Chaos, options: argparse.Namespace) -> None:
    faults = ["agent killed"] * options.agent_kills
    for what in ("agent hung", "network cut", "network frozen", "network slow"):
        faults += [what] * options.others
    chaos.chance.shuffle(faults)
    async with chaos.watched() as api:
        for number, what in enumerate(faults, start=1):
            await chaos.hit(what, api)
            if number % 10 == 0:
                _say(f"{number} of {len(faults)} faults, {len(chaos.witness.announced)} events")


async def _judge(chaos: Chaos) -> list[str]:
    """What of the promises was broken, once everything has had time to settle."""
    broken = list(chaos.witness.problems)
    announced = dict(chaos.witness.announced)
    pictured = {known for known, event in announced.items() if event.snapshot}
    try:
        await eventually(
            "The archive is complete",
            lambda: _archived(chaos, pictured),
            within_seconds=_SETTLE_SECONDS,
        )
    except StageError:
        missing = sorted(pictured - chaos.observer.archived())
        broken += [f"event {known} is not in the archive" for known in missing]
    kept = await chaos.witness.kept()
    broken += [f"event {known} is lost" for known in announced if known not in kept]
    broken += [f"told twice: {what}" for what in chaos.observer.twice()]
    for what, bound in _BOUNDS.items():
        worst = max(chaos.seconds.get(what, [0.0]))
        if worst > bound:
            broken.append(f"after {what} it took {worst:.1f} s, more than {bound:g}")
    _tell(chaos, len(announced), len(pictured))
    return broken


async def _archived(chaos: Chaos, wanted: set[str]) -> bool | None:
    return wanted <= await asyncio.to_thread(chaos.observer.archived) or None


def _tell(chaos: Chaos, events: int, pictured: int) -> None:
    _say(f"{'fault':24}{'times':>6}{'median s':>10}{'worst s':>9}{'bound s':>9}")
    for what, seconds in chaos.seconds.items():
        ordered = sorted(seconds)
        median, worst = ordered[len(ordered) // 2], ordered[-1]
        _say(f"{what:24}{len(ordered):6}{median:10.1f}{worst:9.1f}{_BOUNDS[what]:9.0f}")
    _say(f"{events} events were announced, {pictured} with a picture")
    _say(f"{chaos.observer.repeated_replays} notices of the past were repeated, marked as replayed")


def _say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    """0 where every promise was kept, 1 where one was broken or the programs did not run."""
    parser = argparse.ArgumentParser(prog="scripts/chaos", description=__doc__)
    parser.add_argument("--agent-kills", type=int, default=200, help="default: 200")
    parser.add_argument("--home-assistant-kills", type=int, default=20, help="default: 20")
    parser.add_argument(
        "--others", type=int, default=10, help="of each other fault; default: 10", metavar="N"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()), help="for the same order")
    options = parser.parse_args()
    _say(f"Seed {options.seed}")
    try:
        broken = asyncio.run(run(options))
    except StageError as error:
        broken = [str(error)]
    for sentence in broken:
        _say(f"BROKEN  {sentence}")
    _say("A promise was broken." if broken else "Every promise was kept.")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
