"""Zones, masks and sensitivity: by mouse, touch and keys, as the agent has them afterwards."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from pi_agent.protocol import CameraSettings, SettingsPatch
from tests.agent_fixture import RunningAgent
from tests.scripted_source import ScriptedSource

from .conftest import PHONE, Windows

CORNERS = [(0.2, 0.2), (0.8, 0.25), (0.75, 0.8), (0.25, 0.75)]


def settings_of(agent: RunningAgent) -> CameraSettings:
    (porch,) = agent.agent.cameras
    return porch.settings


async def change(agent: RunningAgent, **settings: Any) -> None:
    (porch,) = agent.agent.cameras
    await porch.change_settings(SettingsPatch(settings))


async def place(layer: Locator, x: float, y: float) -> tuple[float, float]:
    """Where a point of the picture is in the window."""
    box = await layer.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


async def save(page: Page) -> None:
    button = page.get_by_role("button", name="Save")
    await button.click()
    await expect(button).to_be_disabled()  # the agent has answered
    await expect(page.get_by_text("Saved")).to_be_visible()


@pytest.fixture
async def page(demo: RunningAgent, windows: Windows) -> Page:
    page = await windows.log_in(demo, "/#/motion")
    await page.locator(".picture img").wait_for()
    return page


async def test_a_zone_is_drawn_with_the_mouse_named_and_saved(
    demo: RunningAgent, page: Page
) -> None:
    layer = page.locator("svg.regions")
    await page.get_by_role("button", name="Draw a zone").click()
    for corner in [*CORNERS, CORNERS[0]]:  # the first once more closes it
        await page.mouse.click(*await place(layer, *corner))
    name = page.get_by_label("Name of the zone")
    await expect(name).to_have_value("Zone 1")
    await name.fill("Gate")
    await name.press("Tab")
    await save(page)
    (zone,) = settings_of(demo).zones
    assert zone.name == "Gate"
    assert len(zone.points) == 4
    for point, corner in zip(zone.points, CORNERS, strict=True):
        assert point == pytest.approx(corner, abs=0.01)

    await page.reload()
    await expect(page.get_by_role("button", name="Gate", exact=True)).to_be_visible()


async def test_points_are_dragged_added_and_undone(demo: RunningAgent, page: Page) -> None:
    await change(demo, zones=[{"name": "Gate", "points": CORNERS}])
    layer = page.locator("svg.regions")
    await page.mouse.click(*await place(layer, 0.5, 0.5))
    await page.mouse.move(*await place(layer, *CORNERS[0]))
    await page.mouse.down()
    await page.mouse.move(*await place(layer, 0.1, 0.1), steps=4)
    await page.mouse.up()
    await save(page)
    assert settings_of(demo).zones[0].points[0] == pytest.approx((0.1, 0.1), abs=0.01)

    await page.mouse.move(*await place(layer, 0.775, 0.525))  # between the second and the third
    await page.mouse.down()
    await page.mouse.move(*await place(layer, 0.9, 0.5), steps=4)
    await page.mouse.up()
    await save(page)
    assert len(settings_of(demo).zones[0].points) == 5

    for _ in range(3):
        await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    await save(page)
    assert settings_of(demo).zones[0].points == tuple(CORNERS)


async def test_everything_can_be_done_with_keys_alone(demo: RunningAgent, page: Page) -> None:
    await page.get_by_role("button", name="Draw a mask").press("Enter")
    await page.get_by_role("button", name="Use a rectangle").press("Enter")
    first = page.get_by_label("Point 1 of 4")
    await first.focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Shift+ArrowDown")
    await expect(first).to_be_focused()
    await page.get_by_label("Point 4 of 4").press("Delete")
    await page.get_by_label("Add a point after point 1").press("Enter")
    await expect(page.get_by_label("Point 2 of 4")).to_be_focused()
    await page.get_by_role("button", name="Save").press("Enter")
    await expect(page.get_by_text("Saved")).to_be_visible()
    (mask,) = settings_of(demo).masks
    assert mask[0] == pytest.approx((0.31, 0.302))
    assert len(mask) == 4

    await page.keyboard.press("Control+z")
    await expect(page.get_by_label("Point 3 of 3")).to_be_visible()
    await page.get_by_role("button", name="Delete Mask 1").press("Enter")
    await page.get_by_role("button", name="Save").press("Enter")
    await expect(page.get_by_text("None. Motion under a mask never counts.")).to_be_visible()
    await expect(page.get_by_role("button", name="Save")).to_be_disabled()
    assert settings_of(demo).masks == ()


async def test_a_zone_is_drawn_by_touch_on_a_phone(demo: RunningAgent, windows: Windows) -> None:
    page = await windows.log_in(demo, "/#/motion", **PHONE)
    layer = page.locator("svg.regions")
    await page.get_by_role("button", name="Draw a zone").tap()
    await layer.scroll_into_view_if_needed()
    for corner in CORNERS:
        await page.touchscreen.tap(*await place(layer, *corner))
    await page.get_by_role("button", name="Finish").tap()
    await page.get_by_role("button", name="Save").tap()
    await expect(page.get_by_text("Saved")).to_be_visible()
    (zone,) = settings_of(demo).zones
    assert zone.points[2] == pytest.approx(CORNERS[2], abs=0.02)


async def test_what_the_agent_refuses_is_told(demo: RunningAgent, page: Page) -> None:
    await change(demo, zones=[{"name": n, "points": CORNERS} for n in ("Gate", "Path")])
    name = page.get_by_label("Name of the zone").nth(1)
    await name.fill("Gate")
    await name.press("Tab")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("names must differ")).to_be_visible()
    await page.get_by_role("button", name="Discard").click()
    await expect(name).to_have_value("Path")


async def test_what_is_not_saved_is_not_lost_without_a_question(
    demo: RunningAgent, page: Page
) -> None:
    await page.get_by_role("button", name="Draw a zone").click()
    await page.get_by_role("button", name="Use a rectangle").click()
    await page.get_by_role("link", name="Live").click()
    question = page.get_by_role("dialog", name="Leave without saving?")
    await question.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_label("Name of the zone")).to_have_value("Zone 1")
    await expect(page).to_have_url(re.compile("#/motion$"))
    await page.get_by_role("link", name="Live").click()
    await question.get_by_role("button", name="Discard").click()
    await expect(page.get_by_role("button", name="Snapshot")).to_be_visible()
    assert settings_of(demo).zones == ()


async def test_a_change_elsewhere_is_shown_but_never_over_ones_own(
    demo: RunningAgent, page: Page
) -> None:
    await change(demo, zones=[{"name": "Gate", "points": CORNERS}])
    await expect(page.get_by_label("Name of the zone")).to_have_value("Gate")
    await page.get_by_label("Name of the zone").fill("Mine")
    await page.get_by_label("Name of the zone").press("Tab")
    await change(demo, zones=[{"name": "Theirs", "points": CORNERS}])
    await page.wait_for_timeout(500)
    await expect(page.get_by_label("Name of the zone")).to_have_value("Mine")


async def test_the_sensitivity_is_set_by_keys_and_by_dragging_the_line(
    demo: RunningAgent, page: Page
) -> None:
    slider = page.get_by_role("slider", name="Sensitivity")
    await slider.focus()
    for _ in range(5):
        await page.keyboard.press("ArrowRight")
    await expect(slider).to_have_value("55")
    await page.wait_for_timeout(300)
    assert settings_of(demo).sensitivity == 55

    chart = page.locator("canvas.chart")
    await page.mouse.move(*await place(chart, 0.5, 0.5))
    await page.mouse.down()
    await page.mouse.move(*await place(chart, 0.5, 0.15), steps=5)
    await page.mouse.up()
    await expect(slider).not_to_have_value("55")
    await page.wait_for_timeout(300)
    assert settings_of(demo).sensitivity == int(await slider.input_value()) < 25

    await change(demo, sensitivity=80)
    await expect(slider).to_have_value("80")


# Filled, not only framed: the pixels themselves are shown.
_FILLED = """
() => {
  const canvas = document.querySelector("canvas.layer");
  if (!canvas.width) return false;
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const between = (value, index) => index % 4 === 3 && value > 80 && value < 150;
  return data.filter(between).length > 500;
}
"""


async def test_what_counts_is_seen_on_the_picture_and_in_the_chart(
    agent: RunningAgent, windows: Windows, source: ScriptedSource
) -> None:
    source.still(1)
    page = await windows.log_in(agent, "/#/motion")
    await page.locator(".picture img").wait_for()
    await page.wait_for_timeout(500)
    source.still(3)
    source.walk(60)
    await expect(page.get_by_text("Counts now")).to_be_visible()
    await page.wait_for_function(_FILLED)
    source.still(10)
    await expect(page.get_by_text("Nothing counts")).to_be_visible()
