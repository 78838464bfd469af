"""A real Home Assistant with our integration, an automation and a phone that is notified."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from aiohttp import web

from scripts.stage import HomeAssistant, HomeAssistantApi, add_integration, find_entities
from scripts.stage.integration import INTEGRATION

from .agent_process import RunningAgent
from .moments import Moments

ENTITY = "motion entity in Home Assistant"
PUSH = "push leaving Home Assistant"
_PHONE = {
    "device_id": "bench",
    "app_id": "bench",
    "app_name": "Bench",
    "app_version": "1",
    "device_name": "Bench",
    "manufacturer": "Bench",
    "model": "Bench",
    "os_name": "Android",
    "os_version": "16",
    "supports_encryption": False,
}


@asynccontextmanager
async def home_assistant(
    agent: RunningAgent, directory: Path, moments: Moments
) -> AsyncIterator[None]:
    """Take down, while the block runs, when the entity turned on and when the push came."""
    async with AsyncExitStack() as stack:
        program = HomeAssistant(directory / "home_assistant", integration=INTEGRATION)
        stack.push_async_callback(program.stop)
        await program.start()
        await program.until_answering()
        api = await stack.enter_async_context(
            HomeAssistantApi.of_new_owner(program.url, user="bench", password="bench")  # noqa: S106
        )
        await api.until_running()
        await add_integration(api, address=agent.address, code=agent.pairing_code)
        entity = (await find_entities(api)).motion
        push_url = await stack.enter_async_context(_push_gateway(moments))
        await _notify_phone(api, entity, push_url)
        await stack.enter_async_context(_watching(api, entity, moments))
        yield


async def _notify_phone(api: HomeAssistantApi, entity: str, push_url: str) -> None:
    """Register a phone, and have an automation tell it of motion."""
    push = {"push_url": push_url, "push_token": "bench"}
    await api.post("/api/mobile_app/registrations", {**_PHONE, "app_data": push})
    automation = {
        "alias": "Tell the phone",
        "mode": "queued",
        "triggers": [{"trigger": "state", "entity_id": entity, "to": "on"}],
        "actions": [{"action": "notify.mobile_app_bench", "data": {"message": "Motion"}}],
    }
    await api.post("/api/config/automation/config/bench", automation)


@asynccontextmanager
async def _push_gateway(moments: Moments) -> AsyncIterator[str]:
    async def take(request: web.Request) -> web.Response:
        moments.heard[PUSH].append(time.time())
        await request.read()
        return web.json_response({}, status=201)

    application = web.Application()
    application.router.add_post("/push", take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/push"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _watching(api: HomeAssistantApi, entity: str, moments: Moments) -> AsyncIterator[None]:
    async with api.watched_states(entity) as states:

        async def watch() -> None:
            while True:
                state = await states.get()
                if state.state == "on":
                    moments.heard[ENTITY].append(time.time())

        task = asyncio.create_task(watch(), name="entity")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
