"""What Home Assistant's users hear of all this: its bus, its entities, its archive."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from scripts.stage import (
    CameraEntities,
    HomeAssistant,
    HomeAssistantApi,
    StageError,
    eventually,
)
from scripts.stage.integration import DOMAIN

_EVENT = f"{DOMAIN}_event"


class Observer:
    """`told` counts what the bus said, word for word: an event that changed is no repetition."""

    def __init__(self, program: HomeAssistant, directory: Path) -> None:
        self.told: Counter[str] = Counter()
        self._program = program
        self._directory = directory

    @asynccontextmanager
    async def watching(self, api: HomeAssistantApi) -> AsyncIterator[None]:
        """Listen to the bus while the block runs."""

        def take(event: Mapping[str, Any]) -> None:
            self.told[json.dumps(event["data"], sort_keys=True)] += 1

        async with api.socket.subscribed("subscribe_events", take, event_type=_EVENT):
            yield

    def twice(self) -> list[str]:
        """What was told more than once."""
        return [f"{count} times: {data}" for data, count in self.told.items() if count > 1]

    def archived(self) -> set[str]:
        """The ids of the events whose picture is in the archive."""
        folder = self._directory / "media" / DOMAIN
        return {path.stem.rpartition("_")[2] for path in folder.rglob("*.jpg")}

    async def until_available(self, api: HomeAssistantApi, entities: CameraEntities) -> float:
        """Seconds until the camera and its sensor are there and the sensor is off again."""
        begun = asyncio.get_running_loop().time()

        async def look() -> bool | None:
            try:
                camera, motion = await api.state(entities.camera), await api.state(entities.motion)
            except StageError:  # Home Assistant has not set them up yet
                return None
            return (camera.state != "unavailable" and motion.state == "off") or None

        await eventually("Everything is back", look, within_seconds=90)
        return asyncio.get_running_loop().time() - begun


async def archive_everything(api: HomeAssistantApi, entry: str) -> None:
    """Switch the archive on, as a user does in the options."""
    flows = "/api/config/config_entries/options/flow"
    flow = await api.post(flows, {"handler": entry})
    done = await api.post(f"{flows}/{flow['flow_id']}", {"archive": True, "archive_days": 30})
    assert done["type"] == "create_entry", json.dumps(done)  # noqa: S101  (a defect of this script)
