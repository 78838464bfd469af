"""Languages, light and dark, every size; and nothing that keeps anybody out."""

from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from pi_agent.protocol import SettingsPatch
from tests.agent_fixture import RunningAgent

from .conftest import DESKTOP, PHONE, Windows
from .test_history import CAT, keep

VIEWS = ("live", "history", "motion", "settings")
LOOKS = [
    pytest.param({**DESKTOP, "color_scheme": "light"}, id="desktop-light"),
    pytest.param({**DESKTOP, "color_scheme": "dark"}, id="desktop-dark"),
    pytest.param({**PHONE, "color_scheme": "light"}, id="phone-light"),
    pytest.param({**PHONE, "color_scheme": "dark"}, id="phone-dark"),
]


async def violations(page: Page) -> list[str]:
    """What axe-core finds, rule by rule, with where it is."""
    results = await Axe().run(page)
    return [
        f"{found['id']}: {node['html'][:200]}"
        for found in results.response["violations"]
        for node in found["nodes"]
    ]


async def fits(page: Page) -> bool:
    """Whether nothing sticks out to the right."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_and_everything_fits(
    demo: RunningAgent, windows: Windows, look: dict[str, Any]
) -> None:
    (porch,) = demo.agent.cameras
    corners = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8]]
    regions = {"zones": [{"name": "Gate", "points": corners}], "masks": [corners]}
    await porch.change_settings(SettingsPatch(regions))
    for number in range(3):
        await keep(demo, number, datetime.now(UTC), labels=(CAT,), keep=number == 0)
    demo.agent.recording.health.report("test", "only 12 MB of the disk are left for events")

    page = await windows.open(demo, **look)
    await expect(page.get_by_role("main")).to_be_visible()
    assert await violations(page) == []
    assert await fits(page)
    page = await windows.log_in(demo, **look)
    for view in VIEWS:
        await page.evaluate(f"location.hash = '#/{view}'")
        await expect(page.locator(f"main[data-view={view}]")).to_be_visible()
        await page.wait_for_timeout(700)
        assert await violations(page) == [], view
        assert await fits(page), view


async def test_axe_finds_nothing_in_dialogs_and_open_parts(
    demo: RunningAgent, windows: Windows
) -> None:
    await keep(demo, 1, datetime.now(UTC), labels=(CAT,))
    page = await windows.log_in(demo, "/#/history", timezone_id="UTC")
    await page.locator(".event").click()
    assert await violations(page) == []
    await page.get_by_role("button", name="Delete").click()
    assert await violations(page) == []
    await page.get_by_role("button", name="Cancel").click()
    await page.keyboard.press("Escape")
    await page.get_by_label("Menu").click()
    assert await violations(page) == []
    await page.get_by_label("Menu").click()
    await page.get_by_role("link", name="Live").click()
    await page.get_by_role("button", name="Focus").click()
    await page.wait_for_timeout(500)
    assert await violations(page) == []
    await page.get_by_role("link", name="Motion").click()
    await page.get_by_role("button", name="Draw a zone").click()
    await page.get_by_role("button", name="Use a rectangle").click()
    assert await violations(page) == []
    await page.get_by_role("link", name="Settings").click()
    assert await violations(page) == []
    await page.get_by_role("button", name="Discard").last.click()
    await page.get_by_role("button", name="New code").click()
    await page.locator(".big-code").wait_for()
    assert await violations(page) == []


@pytest.mark.parametrize(
    ("locale", "tag", "words"),
    [
        ("es-MX", "es", ["En directo", "Historial", "Movimiento", "Ajustes"]),
        ("ca-ES", "ca", ["En directe", "Historial", "Moviment", "Configuració"]),
        ("de-DE", "en", ["Live", "History", "Motion", "Settings"]),
    ],
)
async def test_the_language_is_the_browsers(
    demo: RunningAgent, windows: Windows, locale: str, tag: str, words: list[str]
) -> None:
    page = await windows.log_in(demo, locale=locale, **PHONE)
    await expect(page.locator("html")).to_have_attribute("lang", tag)
    assert await page.locator("nav").get_by_role("link").all_inner_texts() == words
    for view in VIEWS:
        await page.evaluate(f"location.hash = '#/{view}'")
        await page.wait_for_timeout(300)
        assert await fits(page), view


async def test_another_language_can_be_chosen_and_is_remembered(
    demo: RunningAgent, windows: Windows
) -> None:
    page = await windows.log_in(demo)
    await page.get_by_label("Menu").click()
    await page.get_by_role("combobox", name="Language").select_option("Català")
    await expect(page.get_by_role("link", name="Historial")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("link", name="Historial")).to_be_visible()
    await page.get_by_role("link", name="Historial").click()
    await expect(page.get_by_text("Cap esdeveniment aquest dia").first).to_be_visible()


async def test_light_and_dark_can_be_chosen(demo: RunningAgent, windows: Windows) -> None:
    page = await windows.log_in(demo, color_scheme="light")

    async def ground() -> str:
        return str(await page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = await ground()
    await page.get_by_label("Menu").click()
    await page.get_by_role("combobox", name="Appearance").select_option("Dark")
    dark = await ground()
    assert dark != light
    await page.reload()
    await expect(page.locator(".shell")).to_be_visible()
    assert await ground() == dark


async def test_the_whole_page_is_reached_by_keys(demo: RunningAgent, windows: Windows) -> None:
    page = await windows.log_in(demo)
    await page.keyboard.press("Tab")
    while not await page.evaluate("document.activeElement.matches('.skip')"):
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Snapshot")).to_be_focused()
