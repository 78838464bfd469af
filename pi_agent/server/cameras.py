"""Handlers about the agent and its cameras."""

from datetime import UTC, datetime

from aiohttp import web

from pi_agent.errors import NotFoundError
from pi_agent.protocol import (
    PROTOCOL_VERSION,
    AgentInfo,
    PanRequest,
    SettingsPatch,
    TriggerRequest,
    to_json,
)

from .parts import PARTS
from .request_values import body_object, body_of, query_whole_number


async def health(_request: web.Request) -> web.Response:
    """`GET /healthz`: the process answers; nothing more is told without a token."""
    return web.json_response({"status": "ok"})


async def info(request: web.Request) -> web.Response:
    """`GET /api/v1/info`."""
    parts = request.app[PARTS]
    answer = AgentInfo(
        agent_id=parts.identity.agent_id,
        name=parts.identity.name,
        version=parts.identity.version,
        protocol=PROTOCOL_VERSION,
        cameras=tuple(pipeline.info for pipeline in parts.cameras),
        clock=datetime.now(UTC),
        problems=parts.problems,
        capabilities=parts.controls.capabilities,
        system=parts.system.read(),
        siren_tones=parts.controls.siren.tones if parts.controls.siren else (),
    )
    return web.json_response(text=to_json(answer))


async def system(request: web.Request) -> web.Response:
    """`GET /api/v1/system`: what the `system` message says, as it is now."""
    return web.json_response(text=to_json(request.app[PARTS].system.read()))


async def snapshot(request: web.Request) -> web.Response:
    """`GET …/snapshot.jpg?width=`: the newest picture; 503 with a reason while there is none."""
    pipeline = request.app[PARTS].cameras.find(request.match_info["camera"])
    width = query_whole_number(request, "width", low=16, high=8192)
    still = await pipeline.still(width=width)
    return web.Response(
        body=still.jpeg,
        content_type="image/jpeg",
        headers={"X-Timestamp": f"{still.captured_at:.6f}", "Cache-Control": "no-store"},
    )


async def get_settings(request: web.Request) -> web.Response:
    """`GET …/settings`."""
    pipeline = request.app[PARTS].cameras.find(request.match_info["camera"])
    return web.json_response(text=to_json(pipeline.settings))


async def patch_settings(request: web.Request) -> web.Response:
    """`PATCH …/settings`: all of the change or, where a field is wrong, none of it."""
    pipeline = request.app[PARTS].cameras.find(request.match_info["camera"])
    settings = await pipeline.change_settings(SettingsPatch(await body_object(request)))
    return web.json_response(text=to_json(settings))


async def trigger(request: web.Request) -> web.Response:
    """`POST …/trigger`: 202, the event itself comes over the websocket."""
    pipeline = request.app[PARTS].cameras.find(request.match_info["camera"])
    pipeline.trigger(await body_of(request, TriggerRequest))
    return web.json_response({}, status=202)


async def accept_view(request: web.Request) -> web.Response:
    """`POST …/accept-view`: 202, and what the camera shows now is the view it is known by."""
    request.app[PARTS].cameras.find(request.match_info["camera"]).accept_view()
    return web.json_response({}, status=202)


async def pan(request: web.Request) -> web.Response:
    """`POST …/pan`: 202, and the camera turns; where it looks comes over the websocket."""
    pipeline = request.app[PARTS].cameras.find(request.match_info["camera"])
    if pipeline.pan is None:
        raise NotFoundError("this camera cannot be turned; see [gpio.servo] in the configuration")
    pipeline.pan.request(await body_of(request, PanRequest))
    return web.json_response({}, status=202)
