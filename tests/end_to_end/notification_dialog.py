"""The dialog by which a user makes a notification, clicked through in a real browser."""

from playwright.async_api import expect

from scripts.stage import Browser

from .words import frontend_words, our_words

_OURS = "config_subentries.notification"
_FINISH = "ui.panel.config.integrations.config_flow.finish"


class NotificationDialog:
    """The three forms and the menu behind "Add notification"; each method is what a user does."""

    def __init__(self, browser: Browser, url: str, *, language: str) -> None:
        self._page = browser.page
        self._url = url
        self._ours = our_words(language)
        self._theirs = frontend_words(language)
        self._form = self._page.locator("dialog-data-entry-flow")

    async def open(self) -> None:
        """From any page to the first form."""
        await self._page.goto(f"{self._url}/config/integrations/integration/pi_motion_camera")
        add = self._ours[f"{_OURS}.initiate_flow.user"]
        await self._page.get_by_role("button", name=add).first.click()
        await self._expect("who")

    async def choose_phone(self, *, name: str, phone: str) -> None:
        """Name the notification, and pick who gets it."""
        await self._form.locator("input[name=name]").fill(name)
        await self._form.locator("ha-selector-device ha-device-picker").click()
        found = self._page.locator("ha-picker-combo-box ha-combo-box-item")
        await found.filter(has_text=phone).first.click()
        picked = self._form.locator("ha-selector-device ha-device-picker").first
        await expect(picked).to_contain_text(phone)

    async def go_on(self, step: str) -> None:
        """Send the form; the next one is `step`."""
        await self._form.get_by_role("button", name=self._theirs["ui.common.submit"]).click()
        await self._expect(step)

    async def tick(self, button: str) -> None:
        """Have the notification carry this button, too."""
        await self._form.locator(f"ha-checkbox[value={button}]").click()
        box = self._form.locator(f"ha-checkbox[value={button}] input")
        await expect(box).to_be_checked()

    async def save(self, name: str) -> None:
        """Choose to keep it, and see it in the list."""
        choice = self._ours[f"{_OURS}.step.finish.menu_options.save"]
        await self._form.get_by_text(choice, exact=True).click()
        await self._form.get_by_role("button", name=self._theirs[_FINISH]).click()
        await expect(self._form.locator("ha-dialog")).to_be_hidden()
        kind = self._ours[f"{_OURS}.entry_type"]
        row = self._page.locator("ha-config-sub-entry-row").filter(has_text=name)
        await expect(row).to_contain_text(kind)

    async def _expect(self, step: str) -> None:
        await expect(self._form).to_contain_text(self._ours[f"{_OURS}.step.{step}.title"])
