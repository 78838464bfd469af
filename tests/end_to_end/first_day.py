"""What a user does on the first day, step by step, each with its pictures."""

import json
from dataclasses import dataclass
from typing import Any

import aiohttp
from playwright.async_api import TimeoutError as PlaywrightTimeoutError, expect

from scripts.stage import (
    PASSWORD,
    USER,
    Browser,
    CameraEntities,
    DemoHome,
    eventually,
    find_entities,
)
from scripts.stage.dashboard import TITLE, URL_PATH

from .agent_client import OtherClient
from .integration_dialog import IntegrationDialog
from .notification_dialog import NotificationDialog
from .push_service import EndToEndPhone
from .screenshots import Screenshots
from .words import our_words

PHONE = "Pixel"
_MOTION_SECONDS = 60.0  # the recording is half a minute long
_CLIP_SECONDS = 240.0  # it is made when nobody else needs the processor
_CAMERA = "/api/v1/cameras/camera"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the user calls things."""

    device: str
    area: str
    notification: str


_NAMES = {
    "en": Names(device="Front door", area="Garden", notification="Somebody is there"),
    "es": Names(device="Puerta principal", area="Jardín", notification="Hay alguien"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstDay:
    """The day's steps, each with its pictures."""

    home: DemoHome
    browser: Browser
    screenshots: Screenshots
    language: str

    @property
    def names(self) -> Names:
        """What the user calls things in this language."""
        return _NAMES[self.language]

    async def pair(self) -> CameraEntities:
        """Address, code, name and area, all by clicking."""
        await self.home.api.socket.command("config/area_registry/create", name=self.names.area)
        await self.browser.log_in(USER, PASSWORD)
        dialog = IntegrationDialog(self.browser, language=self.language)
        await dialog.open("Pi Motion Camera")
        await dialog.fill("host", self.home.agent.address)
        await dialog.expect_text(our_words(self.language)["config.step.user.data_description.host"])
        await self.screenshots.save("address")
        await dialog.submit("host", self.home.agent.address)
        await dialog.fill("code", code := await self.home.agent.pairing_code())
        await dialog.expect_text(our_words(self.language)["config.step.pair.data_description.code"])
        await self.screenshots.save("code")
        await dialog.submit("code", code)
        await dialog.name_device(device=self.names.device, area=self.names.area)
        await self.screenshots.save("name_and_area")
        await dialog.close(area=self.names.area)
        await self.screenshots.save("device")
        return await find_entities(self.home.api)

    async def ask_for_notifications(self) -> None:
        """Three forms; the phone, and a button that shuts the lens."""
        url = self.home.home_assistant.url
        dialog = NotificationDialog(self.browser, url, language=self.language)
        await dialog.open()
        await dialog.choose_phone(name=self.names.notification, phone=PHONE)
        await self.screenshots.save("notification_who")
        await dialog.go_on("when")
        await self.screenshots.save("notification_when")
        await dialog.go_on("how")
        await dialog.tick("privacy")
        await self.screenshots.save("notification_how")
        await dialog.go_on("finish")
        await self.screenshots.save("notification_finish")
        await dialog.save(self.names.notification)
        await self.screenshots.save("notification_saved")

    async def see_motion(self, entities: CameraEntities) -> None:
        """The live card moves; the motion sensor turns on, in the user's words."""
        await _save_dashboard(self.home, entities)
        await self.browser.open_dashboard()
        await self.browser.until_moving(self.browser.live_card())
        await self.screenshots.save("live_card")
        await self.browser.until_shown(
            "hui-tile-card",
            await self._word("binary_sensor", "motion.state.on"),
            within_seconds=_MOTION_SECONDS,
        )
        await self.screenshots.save("motion")

    async def _word(self, domain: str, key: str) -> str:
        """How Home Assistant calls a state of entities of this domain."""
        answer = await self.home.api.socket.command(
            "frontend/get_translations",
            language=self.language,
            category="entity_component",
            integration=[domain],
        )
        return str(answer["resources"][f"component.{domain}.entity_component.{key}"])

    async def be_told(self, phone: EndToEndPhone, agent: OtherClient) -> dict[str, Any]:
        """The push, with the very frame that tripped the event, then its clip."""
        push = await phone.pushed()
        self.screenshots.keep("push.json", json.dumps(push, indent=2).encode())
        assert push["title"] == self.names.device
        assert push["message"] == our_words(self.language)["common.notify_motion"]
        kind, picture = await phone.fetch(push["data"]["image"])
        self.screenshots.keep("push.jpg", picture)
        event = push["data"]["image"].split("/")[-2]
        assert kind == "image/jpeg"
        assert picture == await agent.get_bytes(f"/api/v1/events/{event}/snapshot.jpg")
        assert await _status_for_strangers(self.home, push["data"]["image"]) == 403

        update = await phone.pushed(within_seconds=_CLIP_SECONDS)
        assert update["data"]["tag"] == push["data"]["tag"]
        kind, clip = await phone.fetch(update["data"]["video"])
        self.screenshots.keep("push.mp4", clip)
        assert (kind, clip[4:8]) == ("video/mp4", b"ftyp")
        return push

    async def shut_the_lens(
        self, phone: EndToEndPhone, agent: OtherClient, push: dict[str, Any]
    ) -> None:
        """Press the button of the push; the agent shuts its lens, and Home Assistant shows it."""
        assert not (await agent.get(f"{_CAMERA}/settings"))["privacy"]
        title = our_words(self.language)["common.notify_button_privacy"]
        (button,) = (a for a in push["data"]["actions"] if a["title"] == title)
        await phone.press(button["action"])

        async def look() -> bool | None:
            return (await agent.get(f"{_CAMERA}/settings"))["privacy"] or None

        await eventually("The agent's lens is shut", look, within_seconds=30)
        await eventually(
            "The camera, opened by a tap on the push",
            lambda: self._tap(push["data"]["clickAction"]),
            within_seconds=90,
        )
        await self.browser.page.locator("#ha-launch-screen").wait_for(state="detached")
        await self.screenshots.save("lens_shut")
        page = self.browser.page
        url = f"{self.home.home_assistant.url}/{URL_PATH}"
        await page.goto(url, wait_until="domcontentloaded")
        switch = page.locator("hui-tile-card").filter(has_text=title)
        await expect(switch).to_contain_text(await self._word("switch", "_.state.on"))
        await self.screenshots.save("card_of_shut_lens")

    async def _tap(self, link: str) -> bool | None:
        """Open what the push links to; True once the camera is shown.

        On a slow machine Home Assistant's way from its old start page to the new one now and then
        forgets which dialog was asked for; users tap again.
        """
        page = self.browser.page
        await page.goto(self.home.home_assistant.url + link, wait_until="domcontentloaded")
        dialog = page.locator("ha-more-info-dialog").filter(has_text=self.names.device)
        try:
            await dialog.wait_for(state="attached", timeout=20_000)
        except PlaywrightTimeoutError:
            return None
        return True


async def _save_dashboard(home: DemoHome, entities: CameraEntities) -> None:
    """A card for the camera and one for its motion sensor, as users put them there."""
    await home.api.socket.command(
        "lovelace/dashboards/create",
        url_path=URL_PATH,
        title=TITLE,
        icon="mdi:cctv",
        mode="storage",
        show_in_sidebar=True,
        require_admin=False,
    )
    live = {"type": "picture-entity", "entity": entities.camera, "camera_view": "live"}
    motion = {"type": "tile", "entity": entities.motion}
    privacy = {"type": "tile", "entity": await _privacy_switch(home)}
    picture = {"type": "picture-entity", "entity": entities.last_motion, "show_state": False}
    wide = {"grid_options": {"columns": "full"}}
    sections = [
        {"type": "grid", "column_span": 2, "cards": [live | wide]},
        {"type": "grid", "cards": [motion | wide, privacy | wide, picture | wide]},
    ]
    view = {"type": "sections", "max_columns": 3, "sections": sections}
    await home.api.socket.command(
        "lovelace/config/save", url_path=URL_PATH, config={"views": [view]}
    )


async def _status_for_strangers(home: DemoHome, path: str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.get(home.home_assistant.url + path) as answer,
    ):
        return answer.status


async def _privacy_switch(home: DemoHome) -> str:
    registry = await home.api.socket.command("config/entity_registry/list")
    return next(str(e["entity_id"]) for e in registry if e["unique_id"].endswith("_privacy"))
