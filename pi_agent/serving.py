"""The agent as a process: it runs until a signal, and waits for a camera where there is none."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace

from pi_agent.app import Agent
from pi_agent.capture import Discovery, find_cameras
from pi_agent.configuration import DEFAULT_PATH, CameraConfiguration, Configuration
from pi_agent.found_cameras import as_configured
from pi_agent.service import run_watched

_LOGGER = logging.getLogger(__name__)
_LOOK_EVERY_SECONDS = 15.0
NO_CAMERA = (
    "no camera is configured and none was found; connect one, or try `pi-agent run --demo`, or "
    f'name one in {DEFAULT_PATH}: [[cameras]] id = "front_door" source = "URL-OR-FILE"'
)


async def serve(configuration: Configuration) -> bool:
    """Run the agent until SIGINT or SIGTERM, with the cameras found where none is configured.

    Returns whether it is to be started anew.
    """
    if not configuration.cameras:
        found = await _found_cameras(configuration)
        if isinstance(found, bool):
            return found
        configuration = replace(configuration, cameras=found)
    agent = Agent(configuration, can_restart=True)
    await run_watched(agent)
    return agent.wants_restart


async def _found_cameras(
    configuration: Configuration,
) -> tuple[CameraConfiguration, ...] | bool:
    """Cameras of this machine; until there is one, the agent's page says what to do.

    Where it ended before there was one: whether it is to be started anew.
    """
    found = await asyncio.to_thread(find_cameras)
    if not found.cameras:
        for problem in (NO_CAMERA, *found.problems):
            _LOGGER.warning("%s", problem)
        agent = Agent(configuration, problems=(NO_CAMERA, *found.problems), can_restart=True)
        looking = asyncio.create_task(_look_for_cameras(agent), name="look-for-cameras")
        try:
            await run_watched(agent)
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                found = await looking
        if not (found.cameras and agent.wants_restart):  # the last word may have been a signal's
            return agent.wants_restart
    cameras = as_configured(found)
    for camera in cameras:
        _LOGGER.info("No camera is configured; found %s as %s", camera.name, camera.id)
    for problem in found.problems:  # it may be what keeps another camera from being found
        _LOGGER.warning("%s", problem)
    return cameras


async def _look_for_cameras(agent: Agent) -> Discovery:
    """Stop the agent once a camera was connected."""
    while True:
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
        found = await asyncio.to_thread(find_cameras)
        if found.cameras:
            agent.restart()
            return found
