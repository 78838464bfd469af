"""A phone as Home Assistant's own `mobile_app` knows it, whose pushes arrive at a local server."""

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator


class Phone:
    """Registered for real; fetches and presses as the app does."""

    def __init__(
        self, hass: HomeAssistant, hass_client: ClientSessionGenerator, name: str = "Pixel"
    ) -> None:
        """Nothing is registered yet."""
        self.pushes: list[dict[str, Any]] = []
        self.status = 201
        self.name = name
        self._hass = hass
        self._hass_client = hass_client
        self._arrived = asyncio.Condition()
        application = web.Application()
        application.router.add_post("/push", self._take)
        self._server = TestServer(application, host="127.0.0.1")

    async def register(self) -> None:
        """Register with Home Assistant."""
        for component in ("notify", "mobile_app"):  # before Home Assistant's server is started
            assert await async_setup_component(self._hass, component, {})
        self._client = await self._hass_client()
        await self._server.start_server()
        answer = await self._client.post(
            "/api/mobile_app/registrations",
            json={
                "app_id": "io.home.test",
                "app_name": "Home",
                "app_version": "1",
                "device_id": self.name,
                "device_name": self.name,
                "manufacturer": "Home",
                "model": "Phone",
                "os_name": "Android",
                "os_version": "16",
                "supports_encryption": False,
                "app_data": {"push_url": str(self._server.make_url("/push")), "push_token": "t"},
            },
        )
        assert answer.status == 201
        self.webhook_id = (await answer.json())["webhook_id"]
        await self._hass.async_block_till_done()

    async def close(self) -> None:
        """Take no more pushes."""
        await self._server.close()

    @property
    def device_id(self) -> str:
        """Its id in the device registry."""
        registry = dr.async_get(self._hass)
        (entry,) = self._hass.config_entries.async_entries("mobile_app")
        (device,) = dr.async_entries_for_config_entry(registry, entry.entry_id)
        return device.id

    async def pushed(self, count: int = 1) -> list[dict[str, Any]]:
        """Every push so far, once there are so many."""
        async with asyncio.timeout(10), self._arrived:
            await self._arrived.wait_for(lambda: len(self.pushes) >= count)
        return self.pushes

    async def fetch(self, path: str) -> tuple[int, str, bytes]:
        """Status, content type and body of what a push points to, with the app's token."""
        async with self._client.get(path) as answer:
            return answer.status, answer.content_type, await answer.read()

    async def press(self, action: str) -> None:
        """Press a button of a notification."""
        data = {"event_type": "mobile_app_notification_action", "event_data": {"action": action}}
        answer = await self._client.post(
            f"/api/webhook/{self.webhook_id}", json={"type": "fire_event", "data": data}
        )
        assert answer.status == 200
        await self._hass.async_block_till_done()

    async def _take(self, request: web.Request) -> web.Response:
        async with self._arrived:
            self.pushes.append(await request.json())
            self._arrived.notify_all()
        return web.json_response({}, status=self.status)
