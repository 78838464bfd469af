"""A phone for Home Assistant's own `mobile_app`, whose pushes arrive at a local server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from scripts.stage import DemoHome

_PUSH_SECONDS = 60.0  # the built-in scene moves every few seconds


class EndToEndPhone:
    """Registered over HTTP, as the app registers itself; fetches and presses as the app does."""

    def __init__(self, home: DemoHome) -> None:
        self._home = home
        self._pushes: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._webhook = ""

    @classmethod
    @asynccontextmanager
    async def registered(cls, home: DemoHome, name: str) -> AsyncIterator[Self]:
        """Register, and take pushes for as long as the block lasts."""
        phone = cls(home)
        application = web.Application()
        application.router.add_post("/push", phone._take)
        async with TestServer(application, host="127.0.0.1") as server:
            answer = await home.api.post(
                "/api/mobile_app/registrations",
                {
                    "app_id": "io.home.end_to_end",
                    "app_name": "Home",
                    "app_version": "1",
                    "device_id": name,
                    "device_name": name,
                    "manufacturer": "Home",
                    "model": "Phone",
                    "os_name": "Android",
                    "os_version": "16",
                    "supports_encryption": False,
                    "app_data": {"push_url": str(server.make_url("/push")), "push_token": "t"},
                },
            )
            phone._webhook = answer["webhook_id"]
            yield phone

    async def pushed(self, *, within_seconds: float = _PUSH_SECONDS) -> dict[str, Any]:
        """The next push."""
        async with asyncio.timeout(within_seconds):
            return await self._pushes.get()

    async def fetch(self, path: str) -> tuple[str, bytes]:
        """Content type and body of what a push points to: the app sends its user's token along."""
        return await self._home.api.get_bytes(path)

    async def press(self, action: str) -> None:
        """Press a button of a notification."""
        event = {"event_type": "mobile_app_notification_action", "event_data": {"action": action}}
        data = {"type": "fire_event", "data": event}
        await self._home.api.post(f"/api/webhook/{self._webhook}", data)

    async def _take(self, request: web.Request) -> web.Response:
        self._pushes.put_nowait(await request.json())
        return web.json_response({}, status=201)
