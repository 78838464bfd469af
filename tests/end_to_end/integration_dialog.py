"""The dialog by which a user adds the integration, clicked through in a real browser."""

from playwright.async_api import Locator, expect

from scripts.stage import Browser


class IntegrationDialog:
    """The dialog from "Add integration" to "Finish"; each method is one thing that a user does."""

    def __init__(self, browser: Browser) -> None:
        self._page = browser.page
        self._form = self._page.locator("dialog-data-entry-flow")

    async def open(self, integration: str) -> None:
        """From any page: Settings, Devices & services, Add integration, search, choose."""
        await self._page.locator("#sidebar-config a").click()
        await self._page.get_by_text("Devices & services").first.click()
        await self._page.get_by_role("button", name="Add integration").click()
        brands = self._page.locator("dialog-add-integration")
        await brands.locator("ha-input-search input").fill(integration)
        await brands.locator("ha-integration-list-item").filter(has_text=integration).click()

    async def submit(self, field: str, value: str) -> None:
        """Fill the form's only field, and send it."""
        await self._form.locator(f"input[name={field}]").fill(value)
        await self._form.get_by_role("button", name="Submit").click()

    async def expect_error(self, sentence: str) -> None:
        """See the form again, with this sentence."""
        await expect(self._form.locator("ha-alert")).to_have_text(sentence)

    async def finish(self, *, device: str, area: str) -> None:
        """Name the device, choose its area, and see its page."""
        last = self._form.locator("step-flow-create-entry")
        await last.locator("ha-input input").first.fill(device)
        await last.locator("ha-area-picker").click()
        await self._area(last, area).click()
        await self._form.get_by_role("button", name="Finish").click()
        await expect(self._page.locator("ha-config-device-page")).to_contain_text(f"In {area}")

    def _area(self, step: Locator, area: str) -> Locator:
        return step.locator("ha-picker-combo-box ha-combo-box-item").filter(has_text=area)
