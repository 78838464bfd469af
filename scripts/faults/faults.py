"""The table of faults: each is done to the rig and taken away; nobody lends a hand after that."""

import asyncio
import resource
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from .rig import Rig

# A jump of the clock, seconds: summer time, a wrong zone, a day without a network.
_JUMPS = (-3600, 3600, -86_400, 86_400, -120, 120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`strike` returns when the cause is gone; from then on `bound` seconds may pass.

    `seconds` is how long the fault lasts, at least and at most. `times` is how often it strikes in
    a full run where nobody says otherwise, `quickly` in a quick one.
    """

    name: str
    strike: Callable[[Rig, float], Awaitable[None]]
    bound: float
    seconds: tuple[float, float] = (0.0, 0.0)
    is_possible: Callable[[Rig], bool] = lambda _rig: True
    times: int = 10
    quickly: int = 0
    may_overlap: bool = False


async def _kill_agent(rig: Rig, _seconds: float) -> None:
    await rig.supervisor.kill()


async def _kill_home_assistant(rig: Rig, _seconds: float) -> None:
    program = rig.home.program
    await program.program.kill()
    await program.start()


async def _hang_agent(rig: Rig, seconds: float) -> None:
    await rig.supervisor.send(signal.SIGSTOP)
    await asyncio.sleep(seconds)
    await rig.supervisor.send(signal.SIGCONT)


async def _hang_camera(rig: Rig, seconds: float) -> None:
    rig.camera.hang()
    await asyncio.sleep(seconds)
    rig.camera.mend()


async def _cut(rig: Rig, seconds: float) -> None:
    rig.network.cut()
    await asyncio.sleep(seconds)
    rig.network.mend()


async def _slow_network(rig: Rig, seconds: float) -> None:
    rig.network.worsen(seconds_late=rig.chance.uniform(0.1, 0.8))
    await asyncio.sleep(seconds)
    rig.network.mend()


async def _lossy_network(rig: Rig, seconds: float) -> None:
    rig.network.worsen(seconds_late=0.02, loss=rig.chance.uniform(0.05, 0.3))
    await asyncio.sleep(seconds)
    rig.network.mend()


async def _jump(rig: Rig, seconds: float) -> None:
    assert rig.clock is not None  # noqa: S101
    rig.clock.set(rig.chance.choice(_JUMPS))
    await asyncio.sleep(seconds)
    rig.clock.set(0)


async def _fill_disk(rig: Rig, seconds: float) -> None:
    assert rig.disk is not None  # noqa: S101
    await asyncio.to_thread(rig.disk.fill)
    await asyncio.sleep(seconds)
    rig.disk.empty()


async def _freeze_disk(rig: Rig, seconds: float) -> None:
    assert rig.disk is not None  # noqa: S101
    rig.disk.freeze()
    try:
        await asyncio.sleep(seconds)
    finally:
        rig.disk.thaw()


async def _break_disk(rig: Rig, seconds: float) -> None:
    """Read-only until the machine starts anew, which is the only way back that the kernel knows."""
    assert rig.disk is not None  # noqa: S101
    rig.supervisor.forgive()
    rig.disk.break_down()
    await asyncio.sleep(seconds)
    await rig.supervisor.hold()
    rig.disk.unmount()
    rig.disk.mount()
    rig.supervisor.release()


async def _starve(rig: Rig, seconds: float) -> None:
    """No more address space than it has: whoever asks for memory is refused."""
    pid = rig.agent.program.pid
    rig.supervisor.forgive()
    room = _address_space(pid)
    resource.prlimit(pid, resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))
    await asyncio.sleep(seconds)
    if pid == rig.agent.program.pid:
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(pid, resource.RLIMIT_AS, unlimited)


def _address_space(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _has_disk(rig: Rig) -> bool:
    return rig.disk is not None


FAULTS = (
    Fault(
        name="agent killed",
        strike=_kill_agent,
        bound=30,
        times=200,
        quickly=3,
        may_overlap=True,
    ),
    Fault(name="Home Assistant killed", strike=_kill_home_assistant, bound=60, times=20, quickly=1),
    Fault(name="agent's loop blocked", strike=_hang_agent, bound=45, seconds=(2, 30)),
    Fault(name="network cut", strike=_cut, bound=75, seconds=(1, 40), quickly=1),
    Fault(name="network slow", strike=_slow_network, bound=30, seconds=(5, 15)),
    Fault(
        name="network with loss",
        strike=_lossy_network,
        bound=60,
        seconds=(5, 15),
        is_possible=lambda rig: rig.network.has_loss,
    ),
    Fault(name="camera hung", strike=_hang_camera, bound=30, seconds=(2, 25), quickly=1),
    Fault(
        name="clock jumped, and back",
        strike=_jump,
        bound=30,
        seconds=(3, 10),
        is_possible=lambda rig: rig.clock is not None,
    ),
    Fault(name="disk full", strike=_fill_disk, bound=30, seconds=(5, 15), is_possible=_has_disk),
    Fault(
        name="disk stood still",
        strike=_freeze_disk,
        bound=30,
        seconds=(2, 20),
        is_possible=_has_disk,
    ),
    Fault(
        name="disk read-only, restart",
        strike=_break_disk,
        bound=30,
        seconds=(3, 10),
        is_possible=_has_disk,
    ),
    Fault(name="memory refused", strike=_starve, bound=45, seconds=(3, 10)),
)
