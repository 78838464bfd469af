"""Who gets in, as whom, and how it ends."""

import re

from playwright.async_api import expect

from pi_agent.protocol import PairingCode, Role
from tests.agent_fixture import RunningAgent

from .conftest import Windows, new_code, type_code


async def test_a_wrong_code_is_told_and_a_right_one_opens_the_page(
    demo: RunningAgent, windows: Windows
) -> None:
    page = await windows.open(demo)
    await expect(page.get_by_label("Pairing code")).to_be_focused()
    await type_code(page, str(PairingCode.create(b"wrong", demo.certificate_sha256)))
    await expect(page.get_by_role("alert")).to_contain_text("wrong, used or expired")
    await type_code(page, "ABC")
    await expect(page.get_by_role("alert")).to_contain_text("wrong, used or expired")

    await type_code(page, (await new_code(demo)).lower().replace("-", " "))
    await expect(page.get_by_role("heading", name="Porch")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Porch")).to_be_visible()
    assert await page.evaluate("document.cookie") == ""


async def test_typing_puts_the_dashes_in(demo: RunningAgent, windows: Windows) -> None:
    page = await windows.open(demo)
    field = page.get_by_label("Pairing code")
    await field.press_sequentially("abcde fghjk1234")
    await expect(field).to_have_value("ABCDE-FGHJK-1234")


async def test_log_out_ends_the_session_for_good(demo: RunningAgent, windows: Windows) -> None:
    page = await windows.log_in(demo)
    await page.get_by_label("Menu").click()
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_label("Pairing code")).to_be_visible()
    assert await demo.agent.access.tokens() == ()
    await page.reload()
    await expect(page.get_by_label("Pairing code")).to_be_visible()


async def test_a_session_that_is_revoked_leads_back_to_the_log_in(
    demo: RunningAgent, windows: Windows
) -> None:
    page = await windows.log_in(demo)
    (session,) = await demo.agent.access.tokens()
    await demo.agent.access.revoke_token(session.name)
    await expect(page.get_by_label("Pairing code")).to_be_visible()


async def test_a_viewer_is_offered_what_a_viewer_may_do(
    demo: RunningAgent, windows: Windows
) -> None:
    page = await windows.log_in(demo, role=Role.VIEWER)
    await expect(page.locator(".picture img")).to_be_visible()
    links = page.get_by_role("navigation").get_by_role("link")
    assert await links.all_inner_texts() == ["Live", "History"]
    await expect(page.get_by_role("button", name="Snapshot")).to_be_visible()
    await expect(page.get_by_role("button", name="Privacy")).to_have_count(0)
    for view in ("motion", "settings"):
        await page.evaluate(f"location.hash = '#/{view}'")
        await expect(page).to_have_title(re.compile("^Live"))
