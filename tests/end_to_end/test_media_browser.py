"""The history as a user meets it: from the sidebar to a clip that plays, in a real browser."""

import pytest

from scripts.stage import PASSWORD, USER, Browser, DemoHome, add_integration

from .media_browser import MediaBrowser, recorded_event
from .screenshots import Screenshots


@pytest.mark.parametrize("footage", ["built_in_scene"], indirect=True)
async def test_an_event_is_found_by_camera_and_day_and_its_clip_plays(
    home: DemoHome, browser: Browser, screenshots: Screenshots
) -> None:
    code = await home.agent.pairing_code()
    await add_integration(home.api, address=home.agent.address, code=code)
    await browser.log_in(USER, PASSWORD)
    camera, day, time = await home.while_running(recorded_event(home.api))

    media = MediaBrowser(browser)
    await media.open()
    await media.enter("Pi Motion Camera")
    await media.until_pictured(camera)
    await screenshots.save("cameras")
    await media.enter(camera)
    await screenshots.save("days")
    await media.enter(day)
    await media.until_pictured(time)
    await screenshots.save("events")
    await media.play(time)
    await screenshots.save("clip")
