"""Home Assistant's side of a live view: `python -m … shared|helper TARGET-AS-JSON`.

The integration's own handler, stream and client, or Home Assistant's helper as its MJPEG camera
uses it, each with the agent behind it, in an aiohttp server of their own: what else goes on in a
Home Assistant would only blur the difference.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import cast

import aiohttp
from aiohttp import web
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers.aiohttp_client import async_aiohttp_proxy_web

from benchmarks.stream.servers.serving import announce, end_with_caller
from benchmarks.stream.viewers import Target
from custom_components.pi_motion_camera.agent_client import AgentClient
from custom_components.pi_motion_camera.camera import AgentCamera
from custom_components.pi_motion_camera.shared_stream import SharedStream

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def shared(session: aiohttp.ClientSession, target: Target, fingerprint: bytes) -> Handler:
    """One upstream for all viewers, as the integration's camera has it."""
    client = AgentClient(
        session,
        host="127.0.0.1",
        port=target.port,
        token=target.headers["Authorization"].removeprefix("Bearer "),
        certificate_sha256=fingerprint.hex(),
    )
    stream = SharedStream(
        "bench",
        lambda: client.stream("bench"),
        lambda work, name: asyncio.create_task(work, name=name),
        offline_picture=b"",
        linger_seconds=0.0,  # what goes on would warm the caches for the helper, whose turn is next
    )
    camera = cast(AgentCamera, SimpleNamespace(_stream=stream))

    async def handle(request: web.Request) -> web.StreamResponse:
        return await AgentCamera.handle_async_mjpeg_stream(camera, request)

    return handle


def helper(session: aiohttp.ClientSession, target: Target, fingerprint: bytes) -> Handler:
    """An upstream for each viewer, passed on by Home Assistant's helper."""
    hass = HomeAssistant(tempfile.gettempdir())  # asked for nothing but whether it runs
    hass.set_state(CoreState.running)
    url = f"https://127.0.0.1:{target.port}{target.path}"

    async def handle(request: web.Request) -> web.StreamResponse:
        upstream = session.get(
            url,
            headers=dict(target.headers),
            ssl=aiohttp.Fingerprint(fingerprint),
            timeout=aiohttp.ClientTimeout(total=None),
        )
        answer = await async_aiohttp_proxy_web(hass, request, upstream)
        return answer or web.Response(status=502)

    return handle


async def serve(kind: str, target: Target, fingerprint: bytes) -> None:
    """Serve until the caller ends."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        make = {"shared": shared, "helper": helper}[kind]
        application = web.Application()
        application.router.add_get("/stream", make(session, target, fingerprint))
        runner = web.AppRunner(application, access_log=None, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        announce(runner.addresses[0][1])
        await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and serve."""
    kind, fields, fingerprint = sys.argv[1:]
    end_with_caller()
    asyncio.run(serve(kind, Target(**json.loads(fields)), bytes.fromhex(fingerprint)))


if __name__ == "__main__":
    main()
