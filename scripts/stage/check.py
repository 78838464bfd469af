"""What `scripts/demo --check` looks at: the way from the footage to the eyes, link by link."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from .browser import Browser
from .errors import StageError
from .home import DemoHome
from .home_assistant_api import EntityState
from .integration import CameraEntities
from .waiting import eventually

_FRESH_SECONDS = 20.0  # for what must follow at once, on a machine that has other things to do
_JPEG_START = b"\xff\xd8"

type Report = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A look at the whole chain, with the dashboard open; StageError says what does not work.

    `report` is told of each station that works. `motion_within_seconds`: by when the footage must
    have shown motion that began, and as long again for its end.
    """

    home: DemoHome
    browser: Browser
    entities: CameraEntities
    report: Report
    motion_within_seconds: float

    async def run(self) -> None:
        """Look at everything in the order in which it happens."""
        began = datetime.now(UTC)
        async with self.home.api.watched_states(self.entities.motion) as states:
            await self._see_live_picture()
            await self._see_motion_begin(states)
            await self._see_last_motion(began)
            await self._see_motion_end(states)
        await self._see_history(began)
        await self._see_clean_logs()

    async def _see_live_picture(self) -> None:
        await self.browser.until_moving(self.browser.live_card())
        await self.report("the live card moves in the browser")

    async def _see_motion_begin(self, states: asyncio.Queue[EntityState]) -> None:
        await _until(states, "on", within_seconds=self.motion_within_seconds)
        await self.browser.until_shown("hui-tile-card", "Detected", within_seconds=_FRESH_SECONDS)
        await self.report(f"{self.entities.motion} turned on with the footage")

    async def _see_motion_end(self, states: asyncio.Queue[EntityState]) -> None:
        await _until(states, "off", within_seconds=self.motion_within_seconds)
        await self.browser.until_shown("hui-tile-card", "Clear", within_seconds=_FRESH_SECONDS)
        await self.report(f"{self.entities.motion} turned off again")

    async def _see_last_motion(self, began: datetime) -> None:
        async def look() -> str | None:
            image = await self.home.api.state(self.entities.last_motion)
            return image.state if _is_time_after(image.state, began) else None

        taken_at = await eventually("A picture of the motion", look, within_seconds=_FRESH_SECONDS)
        path = f"/api/image_proxy/{self.entities.last_motion}"
        kind, picture = await self.home.api.get_bytes(path)
        if kind != "image/jpeg" or not picture.startswith(_JPEG_START):
            raise StageError(f"{path} is no JPEG but {kind}, {len(picture)} bytes")
        await self.browser.until_loaded(
            self.entities.last_motion, taken_at, within_seconds=_FRESH_SECONDS
        )
        await self.report(f"{self.entities.last_motion} shows it ({len(picture) // 1000} kB)")

    async def _see_history(self, began: datetime) -> None:
        wanted = f"{quote(began.isoformat())}?filter_entity_id={self.entities.motion}"

        async def look() -> bool | None:
            history = await self.home.api.get(f"/api/history/period/{wanted}&minimal_response")
            states = [row["state"] for row in (history[0] if history else [])]
            return _has_in_order(states, "on", "off") or None

        await eventually("On and off in the history", look, within_seconds=_FRESH_SECONDS)
        event = await self.home.api.state(self.entities.event)
        if not _is_time_after(event.state, began):
            raise StageError(f"{event.entity_id} tells of no event: {event.state}")
        await self.browser.until_shown(
            "hui-logbook-card", "Detected", within_seconds=_FRESH_SECONDS
        )
        await self.report("the history and the logbook show it")

    async def _see_clean_logs(self) -> None:
        if complaints := self.home.complaints():
            raise StageError("warnings or errors in the logs:\n" + "\n".join(complaints))
        await self.report("no warning or error of ours in the logs")


async def _until(states: asyncio.Queue[EntityState], wanted: str, *, within_seconds: float) -> None:
    seen: list[str] = []
    try:
        async with asyncio.timeout(within_seconds):
            while not seen or seen[-1] != wanted:
                seen.append((await states.get()).state)
    except TimeoutError:
        told = ", ".join(seen) or "no change at all"
        text = f"the motion entity did not turn {wanted} in {within_seconds:g} seconds: {told}"
        raise StageError(text) from None


def _is_time_after(state: str, moment: datetime) -> bool:
    try:
        return datetime.fromisoformat(state) >= moment
    except ValueError:  # "unknown": there is none yet
        return False


def _has_in_order(states: list[str], *wanted: str) -> bool:
    rest = iter(states)
    return all(state in rest for state in wanted)
