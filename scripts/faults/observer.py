"""What Home Assistant's users hear of all this: its bus, its entities, its archive."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts.stage import (
    CameraEntities,
    HomeAssistantApi,
    eventually,
)
from scripts.stage.integration import DOMAIN

_EVENT = f"{DOMAIN}_event"


class Observer:
    """`told` counts what the bus said, word for word: an event that changed is no repetition."""

    def __init__(self, directory: Path) -> None:
        self.told: Counter[str] = Counter()
        self._directory = directory
        self._newest = datetime.min.replace(tzinfo=UTC)  # start of the last event told as it began

    @asynccontextmanager
    async def watching(self, api: HomeAssistantApi) -> AsyncIterator[None]:
        """Listen to the bus while the block runs."""

        def take(event: Mapping[str, Any]) -> None:
            data = event["data"]
            self.told[json.dumps(data, sort_keys=True)] += 1
            if data["type"] == "started" and not data["replayed"]:
                self._newest = max(self._newest, datetime.fromisoformat(data["started_at"]))

        async with api.socket.subscribed("subscribe_events", take, event_type=_EVENT):
            yield

    def twice(self) -> list[str]:
        """What was told more than once as if it were new."""
        return [f"{count} times: {data}" for data, count in self._repeated(replayed=False)]

    @property
    def repeated_replays(self) -> int:
        """Notices of the past that came again: Home Assistant was killed before it took note."""
        return sum(count - 1 for _, count in self._repeated(replayed=True))

    def _repeated(self, *, replayed: bool) -> list[tuple[str, int]]:
        repeated = [(data, count) for data, count in self.told.items() if count > 1]
        return [entry for entry in repeated if json.loads(entry[0])["replayed"] == replayed]

    def archived(self) -> set[str]:
        """The ids of the events whose picture is in the archive."""
        folder = self._directory / "media" / DOMAIN
        return {path.stem.rpartition("_")[2] for path in folder.rglob("*.jpg")}

    async def until_back(self, api: HomeAssistantApi, entities: CameraEntities) -> float:
        """Seconds until an event that begins from now on was told, and its sensor is off again."""
        now, begun = datetime.now(UTC), asyncio.get_running_loop().time()

        async def look() -> bool | None:
            if self._newest < now:
                return None
            camera, motion = await api.state(entities.camera), await api.state(entities.motion)
            return (camera.state != "unavailable" and motion.state == "off") or None

        await eventually("Everything is back", look, within_seconds=180)
        return asyncio.get_running_loop().time() - begun


async def archive_everything(api: HomeAssistantApi, entry: str) -> None:
    """Switch the archive on, as a user does in the options."""
    flows = "/api/config/config_entries/options/flow"
    flow = await api.post(flows, {"handler": entry})
    done = await api.post(f"{flows}/{flow['flow_id']}", {"archive": True, "archive_days": 30})
    assert done["type"] == "create_entry", json.dumps(done)  # noqa: S101  (a defect of this script)
