"""The websocket on which a camera's motion detection shows its work."""

from aiohttp import web

from .parts import PARTS
from .websocket_session import serve_websocket


async def looks_websocket(request: web.Request) -> web.WebSocketResponse:
    """`GET …/looks`: each look of the camera's motion detection; who is slow misses some."""
    pipeline = request.app[PARTS].cameras.find(request.match_info["camera"])

    async def talk(socket: web.WebSocketResponse) -> None:
        with pipeline.looks.watched() as slot:
            while True:
                await socket.send_str(await slot.next())

    return await serve_websocket(request, talk)
