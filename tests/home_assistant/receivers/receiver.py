"""What every receiver does: note what arrives, and let a test wait for it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import BodyPartReader, web
from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType


class Arrivals[Message]:
    """What has arrived, in order."""

    def __init__(self) -> None:
        """Nothing has arrived."""
        self.all: list[Message] = []
        self._arrived = asyncio.Condition()

    async def add(self, message: Message) -> None:
        """Note a message."""
        async with self._arrived:
            self.all.append(message)
            self._arrived.notify_all()

    async def wait(self, count: int = 1) -> list[Message]:
        """Everything so far, once there is so much."""
        async with asyncio.timeout(10), self._arrived:
            await self._arrived.wait_for(lambda: len(self.all) >= count)
        return self.all


async def configure(hass: HomeAssistant, domain: str, data: Mapping[str, Any]) -> ConfigEntry:
    """Add an integration by its form."""
    flow = await hass.config_entries.flow.async_init(domain, context={"source": SOURCE_USER})
    done = await hass.config_entries.flow.async_configure(flow["flow_id"], dict(data))
    assert done["type"] is FlowResultType.CREATE_ENTRY, done
    await hass.async_block_till_done()
    return done["result"]


async def add_subentry(
    hass: HomeAssistant, entry: ConfigEntry, kind: str, data: Mapping[str, Any]
) -> None:
    """Add a chat or a recipient by its form."""
    flows = hass.config_entries.subentries
    flow = await flows.async_init((entry.entry_id, kind), context={"source": SOURCE_USER})
    done = await flows.async_configure(flow["flow_id"], dict(data))
    assert done["type"] is FlowResultType.CREATE_ENTRY, done
    await hass.async_block_till_done()


async def read_form(request: web.Request) -> tuple[dict[str, str], dict[str, tuple[str, bytes]]]:
    """Fields, and files by the name of their field: their own name and their content."""
    if not request.content_type.startswith("multipart/"):
        return {key: str(value) for key, value in (await request.post()).items()}, {}
    fields, files = {}, {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        content = bytes(await part.read())
        if part.filename:
            files[str(part.name)] = (part.filename, content)
        else:
            fields[str(part.name)] = content.decode()
    return fields, files
