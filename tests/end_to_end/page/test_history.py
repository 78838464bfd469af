"""History: real events, found by day and name, watched, kept and deleted."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from pi_agent.protocol import Box, EventCause, EventState, Label, MotionEvent, Role, SettingsPatch
from tests.agent_fixture import RunningAgent
from tests.scripted_source import ScriptedSource

from .conftest import PHONE, Windows

CAT = Label(name="cat", confidence=0.91, box=Box(x=0.4, y=0.4, w=0.2, h=0.2))


async def keep(agent: RunningAgent, number: int, started: datetime, **more: object) -> None:
    """An event of which nothing but the row is left."""
    event = MotionEvent(
        id=f"old-event-{number}",
        camera="porch",
        state=EventState.ENDED,
        cause=EventCause.MOTION,
        started_at=started,
        ended_at=started + timedelta(seconds=9),
        clip_error="the Pi lost its power",
    )
    await agent.agent.recording.events.save(replace(event, **more))  # type: ignore[arg-type]


@pytest.fixture
async def walked(agent: RunningAgent, source: ScriptedSource) -> MotionEvent:
    """An event that really happened, with its clip."""
    (porch,) = agent.agent.cameras
    rolls = {"pre_roll_seconds": 1, "post_roll_seconds": 1, "cool_down_seconds": 1}
    zone = {"name": "Gate", "points": [[0, 0], [1, 0], [1, 1], [0, 1]]}
    await porch.change_settings(SettingsPatch({**rolls, "zones": [zone]}))
    with agent.agent.feed.subscribed() as feed:
        source.still(4)
        source.walk(4)
        source.still(6)
        while True:
            entry = await feed.next()
            assert entry is not None
            if '"clip":"/api' in entry[1]:
                break
    store = agent.agent.recording.events
    events, _ = await store.changed_after(await store.newest_revision() - 1)
    return events[-1]


async def first_event(page: Page) -> None:
    await page.locator(".event").first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_an_event_is_a_picture_with_a_clip_that_plays(
    agent: RunningAgent, windows: Windows, walked: MotionEvent
) -> None:
    page = await windows.log_in(agent, "/#/history")
    card = page.locator(".event").first
    await expect(card).to_contain_text("Gate")
    await page.wait_for_function("() => document.querySelector('.event img').naturalWidth === 320")
    await first_event(page)
    await page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")
    await expect(page.get_by_role("dialog")).to_contain_text("Motion score")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Save clip").click()
    saved = await download.value
    assert re.fullmatch(r"porch-[\d-]+\.mp4", saved.suggested_filename)
    clip = agent.agent.recording.media.clip_path(walked)
    assert Path(await saved.path()).read_bytes() == clip.read_bytes()


async def test_an_event_appears_as_it_happens(
    agent: RunningAgent, windows: Windows, source: ScriptedSource
) -> None:
    page = await windows.log_in(agent, "/#/history")
    await expect(page.get_by_text("No events on this day").first).to_be_visible()
    source.still(4)
    source.walk(6)
    await expect(page.locator(".event")).to_have_count(1)
    await expect(page.locator(".event")).to_contain_text(re.compile(r"\d s|Goes on"))


async def test_an_event_is_kept_and_let_go(
    agent: RunningAgent, windows: Windows, walked: MotionEvent
) -> None:
    page = await windows.log_in(agent, "/#/history")
    await first_event(page)
    await page.get_by_role("button", name="Keep").click()
    button = page.get_by_role("dialog").get_by_role("button", name="Kept")
    await expect(button).to_have_attribute("aria-pressed", "true")
    stored = await agent.agent.recording.events.find(walked.id)
    assert stored is not None
    assert stored.keep
    await button.click()
    await expect(page.get_by_role("button", name="Keep")).to_be_visible()


async def test_deleting_asks_first_and_then_deletes(
    agent: RunningAgent, windows: Windows, walked: MotionEvent
) -> None:
    page = await windows.log_in(agent, "/#/history")
    clip = agent.agent.recording.media.clip_path(walked)
    await first_event(page)
    await page.get_by_role("button", name="Delete").click()
    question = page.get_by_role("dialog", name="Delete this event?")
    await question.get_by_role("button", name="Cancel").click()
    await expect(question).to_be_hidden()
    assert clip.exists()

    await page.get_by_role("button", name="Delete").click()
    await question.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator(".event")).to_have_count(0)
    assert await agent.agent.recording.events.find(walked.id) is None
    assert not clip.exists()


async def test_a_viewer_neither_keeps_nor_deletes(
    agent: RunningAgent, windows: Windows, walked: MotionEvent
) -> None:
    page = await windows.log_in(agent, "/#/history", role=Role.VIEWER)
    await first_event(page)
    await expect(page.get_by_role("link", name="Save picture")).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("Keep|Delete"))).to_have_count(0)


async def test_the_calendar_leads_to_days_that_have_events(
    agent: RunningAgent, windows: Windows
) -> None:
    noon = datetime.now(UTC).replace(day=15, hour=12, minute=0)
    last_month = (noon.replace(day=1) - timedelta(days=5)).replace(hour=12)
    for number, started in enumerate((noon, noon + timedelta(minutes=2), last_month)):
        await keep(agent, number, started)
    page = await windows.log_in(agent, "/#/history", timezone_id="Europe/Madrid")
    calendar = page.get_by_label("Calendar", exact=True)
    await calendar.get_by_role("button", name=re.compile(r" 15, .*2 events")).click()
    await expect(page.locator(".event")).to_have_count(2)
    await expect(page.get_by_role("status").filter(has_text="2 events")).to_be_visible()
    await calendar.get_by_role("button", name="Month before").click()
    day = calendar.get_by_role("button", name=re.compile("1 event$"))
    await day.click()
    await expect(page.locator(".event")).to_have_count(1)
    await page.keyboard.press("ArrowRight")
    await expect(page.locator(".event")).to_have_count(0)
    await expect(calendar.locator("[aria-pressed=true]")).to_be_focused()


async def test_a_day_is_one_of_the_viewers_own_time_zone(
    agent: RunningAgent, windows: Windows
) -> None:
    await keep(agent, 1, datetime.now(UTC).replace(day=14, hour=23, minute=30))
    page = await windows.log_in(agent, "/#/history", timezone_id="Asia/Kolkata")
    day = page.get_by_role("button", name=re.compile("1 event$"))
    await expect(day).to_have_text("15")


async def test_events_are_narrowed_down_by_zone_and_by_what_was_seen(
    agent: RunningAgent, windows: Windows
) -> None:
    now = datetime.now(UTC)
    await keep(agent, 1, now, zones=("Gate",))
    await keep(agent, 2, now, labels=(CAT,))
    await keep(agent, 3, now, zones=("Gate",), labels=(CAT,))
    page = await windows.log_in(agent, "/#/history", timezone_id="UTC")
    await expect(page.locator(".event")).to_have_count(3)
    await page.get_by_role("combobox", name="Zone").select_option("Gate")
    await expect(page.locator(".event")).to_have_count(2)
    await page.get_by_role("combobox", name="Seen").select_option("cat")
    await expect(page.locator(".event")).to_have_count(1)
    await first_event(page)
    await expect(page.get_by_role("dialog")).to_contain_text("Cat 91%")
    await expect(page.get_by_role("dialog")).to_contain_text("the Pi lost its power")


async def test_arrow_keys_lead_from_event_to_event(agent: RunningAgent, windows: Windows) -> None:
    now = datetime.now(UTC)
    for number in range(3):
        await keep(agent, number, now - timedelta(seconds=number), score=10.0 + number)
    page = await windows.log_in(agent, "/#/history", timezone_id="UTC")
    await first_event(page)
    for score in (11, 12):
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_role("dialog")).to_contain_text(str(score))
    await expect(page.get_by_role("button", name="Older event")).to_be_disabled()
    await page.keyboard.press("Escape")
    await expect(page.locator(".event").nth(2)).to_be_focused()


async def test_a_long_day_is_shown_page_by_page(agent: RunningAgent, windows: Windows) -> None:
    now = datetime.now(UTC)
    for number in range(61):
        await keep(agent, number, now - timedelta(milliseconds=number))
    page = await windows.log_in(agent, "/#/history", timezone_id="UTC")
    await expect(page.locator(".event")).to_have_count(60)
    await page.get_by_role("button", name="Show more").click()
    await expect(page.locator(".event")).to_have_count(61)
    await expect(page.get_by_role("button", name="Show more")).to_be_hidden()


async def test_on_a_phone_the_calendar_folds_up(agent: RunningAgent, windows: Windows) -> None:
    page = await windows.log_in(agent, "/#/history", **PHONE)
    await expect(page.get_by_label("Calendar", exact=True)).to_be_hidden()
    await page.get_by_text("Calendar and filters").tap()
    await expect(page.get_by_label("Calendar", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Day before").tap()
    await expect(page.get_by_role("heading", level=2).first).to_be_visible()


async def test_an_answer_that_comes_late_does_not_take_the_place_of_a_newer_one(
    agent: RunningAgent, windows: Windows
) -> None:
    noon = datetime.now(UTC) - timedelta(seconds=60)
    await keep(agent, 1, noon, zones=("Gate",))
    await keep(agent, 2, noon)
    page = await windows.log_in(agent, "/#/history")
    answered = asyncio.Event()

    async def be_late(route: Route) -> None:
        await asyncio.sleep(1)
        await route.continue_()
        answered.set()

    await page.route("**/api/v1/history?*zone=Gate*", be_late)
    zone = page.locator('select[data-filter="zone"]')
    await zone.select_option("Gate")
    await expect(page.locator(".event")).to_have_count(1)
    await zone.select_option("")
    await expect(page.locator(".event")).to_have_count(2)
    await answered.wait()
    await page.wait_for_timeout(500)
    chosen = page.locator('.calendar [aria-pressed="true"]')
    await expect(chosen).to_have_attribute("aria-label", re.compile("2 events"))
