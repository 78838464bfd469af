"""Home Assistant's media browser, clicked through in a real browser."""

from typing import Any

from playwright.async_api import Locator, expect

from scripts.stage import Browser, HomeAssistantApi, eventually

SOURCE = "media-source://pi_motion_camera"

# The picture of a tile is a background: how wide it is once it is loaded, 0 until then.
_THUMBNAIL_WIDTH = """
async (tile) => {
  const thumbnail = tile.querySelector("ha-media-browser-thumbnail");
  const shown = thumbnail?.shadowRoot?.querySelector(".image");
  const address = shown && getComputedStyle(shown).backgroundImage.match(/url\\("(.*)"\\)/)?.[1];
  if (!address) return 0;
  const image = new Image();
  image.src = address;
  await image.decode().catch(() => null);
  return image.naturalWidth;
}
"""
# How far a video got in a second, and how wide it is; [0, 0] where it does not play.
_PLAYED = """
async (video) => {
  const before = video.currentTime;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return [video.currentTime - before, video.videoWidth];
}
"""


class MediaBrowser:
    """The page behind "Media" in the sidebar."""

    def __init__(self, browser: Browser) -> None:
        self._page = browser.page

    async def open(self) -> None:
        """From any page."""
        await self._page.locator("#sidebar-panel-media-browser a").click()
        await expect(self._page.locator("ha-panel-media-browser")).to_be_visible()

    def tile(self, title: str) -> Locator:
        """What is called so, where we are."""
        tiles = self._page.locator("ha-media-player-browse .child")
        return tiles.filter(has=self._page.get_by_text(title, exact=True)).first

    async def enter(self, title: str) -> None:
        """Open a folder."""
        await self.tile(title).click()
        await expect(self._page.locator("ha-panel-media-browser .title, h1").first).to_have_text(
            title
        )

    async def until_pictured(self, title: str) -> None:
        """Return when the tile shows a picture."""

        async def look() -> bool | None:
            return await self.tile(title).evaluate(_THUMBNAIL_WIDTH) > 0 or None

        await eventually(f"A picture on {title}", look, within_seconds=30)

    async def play(self, title: str) -> None:
        """Click what can be played; return when it plays."""
        await self.tile(title).click()
        video = self._page.locator("hui-dialog-web-browser-play-media video")

        async def look() -> bool | None:
            seconds, width = await video.evaluate(_PLAYED)
            return (seconds > 0.3 and width > 0) or None

        await eventually(f"{title} plays", look, within_seconds=30)


async def recorded_event(api: HomeAssistantApi) -> list[str]:
    """The titles on the way to the first event that has its clip: camera, day, time."""

    async def look() -> list[str] | None:
        titles: list[str] = []
        place = await _browse(api, SOURCE)
        while place["children"]:
            children = place["children"]
            clips = [child for child in children if child["media_content_type"] == "video/mp4"]
            if clips:
                return [*titles, clips[-1]["title"]]
            if not children[0]["can_expand"]:
                return None
            titles.append(children[0]["title"])
            place = await _browse(api, children[0]["media_content_id"])
        return None

    return await eventually("An event with its clip", look, within_seconds=120)


async def _browse(api: HomeAssistantApi, place: str) -> dict[str, Any]:
    return dict(await api.socket.command("media_source/browse_media", media_content_id=place))
