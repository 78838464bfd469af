"""Handlers about the machine itself."""

import asyncio

from aiohttp import web

from pi_agent.errors import NotFoundError
from pi_agent.protocol import IdentifyRequest, SirenRequest

from .parts import PARTS
from .request_values import body_of

_ANSWER_SECONDS = 0.2  # for the answer to reach the client before its connection ends


async def restart(request: web.Request) -> web.Response:
    """`POST /api/v1/restart`: 202, then every connection ends with the agent."""
    start_anew = request.app[PARTS].controls.restart
    if start_anew is None:
        raise NotFoundError("this agent cannot start itself anew; restart its service")
    asyncio.get_running_loop().call_later(_ANSWER_SECONDS, start_anew)
    return web.json_response({}, status=202)


async def identify(request: web.Request) -> web.Response:
    """`POST /api/v1/identify`: 202, and the Pi blinks."""
    led = request.app[PARTS].controls.led
    if led is None:
        raise NotFoundError("this machine has no LED that the agent may use")
    await led.blink((await body_of(request, IdentifyRequest)).seconds)
    return web.json_response({}, status=202)


async def siren(request: web.Request) -> web.Response:
    """`POST /api/v1/siren`: 202, and it sounds or is still."""
    horn = request.app[PARTS].controls.siren
    if horn is None:
        raise NotFoundError("this agent has no siren; see [gpio.buzzer] in its configuration")
    await horn.request(await body_of(request, SirenRequest))
    return web.json_response({}, status=202)
