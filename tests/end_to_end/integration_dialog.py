"""The dialog by which a user adds the integration, clicked through in a real browser."""

from playwright.async_api import Locator, expect

from scripts.stage import Browser

from .words import frontend_words

_FLOW = "ui.panel.config.integrations.config_flow"


class IntegrationDialog:
    """The dialog from "Add integration" to "Finish"; each method is one thing that a user does."""

    def __init__(self, browser: Browser, *, language: str = "en") -> None:
        self._page = browser.page
        self._words = frontend_words(language)
        self._form = self._page.locator("dialog-data-entry-flow")

    async def open(self, integration: str) -> None:
        """From any page: Settings, Devices & services, Add integration, search, choose."""
        await self._page.locator("#sidebar-config a").click()
        devices = self._words["ui.panel.config.dashboard.devices.main"]
        await self._page.get_by_text(devices).first.click()
        add = self._words["ui.panel.config.integrations.add_integration"]
        await self._page.get_by_role("button", name=add).click()
        brands = self._page.locator("dialog-add-integration")
        await brands.locator("ha-input-search input").fill(integration)
        await brands.locator("ha-integration-list-item").filter(has_text=integration).click()

    async def fill(self, field: str, value: str) -> None:
        """Fill one field of the form."""
        await self._form.locator(f"input[name={field}]").fill(value)

    async def submit(self, field: str, value: str) -> None:
        """Fill the form's only field, and send it."""
        await self.fill(field, value)
        await self._form.get_by_role("button", name=self._words["ui.common.submit"]).click()

    async def expect_error(self, sentence: str) -> None:
        """See the form again, with this sentence."""
        await expect(self._form.locator("ha-alert")).to_have_text(sentence)

    async def expect_text(self, text: str) -> None:
        """See a form that says so."""
        await expect(self._form).to_contain_text(text)

    async def name_device(self, *, device: str, area: str) -> None:
        """Name the device and choose its area."""
        last = self._form.locator("step-flow-create-entry")
        await last.locator("ha-input input").first.fill(device)
        await last.locator("ha-area-picker").click()
        await self._area(last, area).click()

    async def finish(self, *, device: str, area: str) -> None:
        """Name the device, choose its area, and see its page."""
        await self.name_device(device=device, area=area)
        await self.close(area=area)

    async def close(self, *, area: str) -> None:
        """Finish, and see the page of the device, which stands in this area."""
        await self._form.get_by_role("button", name=self._words[f"{_FLOW}.finish"]).click()
        device = self._page.locator("ha-config-device-page")
        await expect(device).to_contain_text(area)
        await expect(device.locator("ha-spinner")).to_have_count(0)

    def _area(self, step: Locator, area: str) -> Locator:
        return step.locator("ha-picker-combo-box ha-combo-box-item").filter(has_text=area)
