"""The agent as a service: until it is told to stop, watched by systemd where that runs it."""

import asyncio
import faulthandler
import signal

from pi_agent.app import Agent
from pi_agent.protocol import CameraState
from pi_agent.runtime import ServiceNotifier

from .watchdog import Watchdog

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def run_watched(agent: Agent) -> None:
    """Run the agent until a signal or a wish to restart; WorkerDiedError where a thread died."""
    faulthandler.enable()  # the watchdog's SIGABRT then shows in the journal where it hangs
    notifier = ServiceNotifier.from_environment()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, agent.stop)  # one that comes while it starts counts too
    try:
        await _run(agent, notifier)
    finally:  # between two agents a signal ends the process
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


async def _run(agent: Agent, notifier: ServiceNotifier) -> None:
    async with agent:
        watchdog = Watchdog(
            notifier, stuck=lambda: stuck_threads(agent), status=lambda: status_line(agent)
        )
        watchdog.start()
        try:
            await agent.run()
        finally:
            await watchdog.close(for_good=not agent.wants_restart)


def stuck_threads(agent: Agent) -> list[str]:
    """The threads of all cameras that do not get on."""
    return [name for camera in agent.cameras for name in camera.stuck_threads]


def status_line(agent: Agent) -> str:
    """How the agent is, for `systemctl status`."""
    cameras = list(agent.cameras)
    online = sum(camera.status.state is CameraState.ONLINE for camera in cameras)
    parts = [f"{online} of {len(cameras)} camera(s) online"]
    parts += [f"{c.id}: {c.status.reason}" for c in cameras if c.status.reason]
    problem = agent.recording.health.problem
    return "; ".join([*parts, f"recording: {problem}"] if problem else parts)
