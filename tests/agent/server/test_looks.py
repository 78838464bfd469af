"""The websocket on which motion detection shows its work."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import numpy as np
from numpy.typing import NDArray

from pi_agent.pipeline.camera_pipeline import CameraPipeline
from pi_agent.protocol import CLOSE_TOKEN_REVOKED, MotionLook, PixelMask, decode, from_json
from tests.scripted_source import ScriptedSource

from .conftest import Api

LOOKS = "/api/v1/cameras/porch/looks"


@asynccontextmanager
async def watched(api: Api) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with api.session.ws_connect(
        f"https://127.0.0.1:{api.agent.port}{LOOKS}",
        ssl=aiohttp.Fingerprint(api.agent.certificate_sha256),
    ) as socket:
        yield socket


def tells_looks(camera: CameraPipeline) -> bool:
    return camera._workers.motion._teller is not None


async def next_look(socket: aiohttp.ClientWebSocketResponse) -> MotionLook:
    return decode(MotionLook, from_json(await asyncio.wait_for(socket.receive_str(), 10)))


def pixels(mask: PixelMask) -> NDArray[np.bool_]:
    rows = np.frombuffer(base64.b64decode(mask.bits), np.uint8).reshape(mask.height, -1)
    return np.unpackbits(rows, axis=1)[:, : mask.width].astype(bool)


async def test_boxes_and_pixels_are_where_somebody_walks(api: Api, source: ScriptedSource) -> None:
    async with watched(api) as socket:
        source.still(3)
        source.walk(4)
        while not (look := await next_look(socket)).active:
            assert not look.boxes
            assert look.mask is None
    assert look.threshold == 50
    assert look.score >= look.threshold
    box = look.boxes[0]
    assert 0.2 < box.y < 0.5 < box.y + box.h < 0.95  # the figure's head and feet
    assert look.mask is not None
    mask = pixels(look.mask)
    rows, columns = np.nonzero(mask)
    assert rows.size > 20
    height, width = mask.shape
    left = min(b.x for b in look.boxes)
    assert left <= columns.min() / width + 0.02
    assert rows.max() / height <= max(b.y + b.h for b in look.boxes) + 0.02


async def test_looks_are_made_only_while_somebody_watches(api: Api, source: ScriptedSource) -> None:
    (camera,) = api.agent.agent.cameras
    assert not tells_looks(camera)
    async with watched(api) as one, watched(api):
        source.still(0.5)
        await next_look(one)
        assert tells_looks(camera)
    async with asyncio.timeout(10):
        while tells_looks(camera):
            await asyncio.sleep(0.01)


async def test_a_watcher_that_reads_nothing_costs_one_look(
    api: Api, source: ScriptedSource
) -> None:
    (camera,) = api.agent.agent.cameras
    look = {"camera": "porch", "at": "2026-01-01T00:00:00Z", "threshold": 50, "active": False}
    with camera.looks.watched() as slot:
        for score in (1, 2, 3):
            camera.looks.publish(decode(MotionLook, {**look, "score": score}))
        assert decode(MotionLook, from_json(await slot.next())).score == 3


async def test_a_revoked_token_ends_it(api: Api) -> None:
    async with watched(api) as socket:
        await api.agent.agent.access.revoke_token("test")
        async with asyncio.timeout(10):
            async for _ in socket:
                pass
        assert socket.close_code == CLOSE_TOKEN_REVOKED


async def test_there_is_no_such_camera(api: Api) -> None:
    status, error = await api.error("GET", "/api/v1/cameras/none/looks")
    assert (status, error["code"]) == (404, "not_found")
