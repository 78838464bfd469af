"""The recipes of the documentation run as they are printed, up to where the message arrives."""

import re
from pathlib import Path
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.scripted_source import ScriptedSource

from .phone import Phone
from .receivers import DiscordApi, MailServer, TelegramApi
from .states import value_of

pytestmark = pytest.mark.usefixtures("home")
PAGE = Path(__file__).parents[2] / "docs" / "notifications.md"
JPEG = b"\xff\xd8"


def recipe(title: str) -> dict[str, Any]:
    """What the page prints under a title; only the camera's entity is called as it is here."""
    (chapter,) = re.findall(
        rf"^## {title}\n(.*?)(?=^## )", PAGE.read_text(), re.DOTALL | re.MULTILINE
    )
    (printed,) = re.findall(r"^```yaml\n(.*?)^```", chapter, re.DOTALL | re.MULTILINE)
    parsed = parse_yaml(re.sub(r"\bcamera\.porch\b", "camera.porch_pi", printed))
    assert isinstance(parsed, dict)
    return parsed


async def automate(hass: HomeAssistant, title: str) -> None:
    """Save a recipe as an automation."""
    config = recipe(title)
    assert await async_setup_component(hass, "automation", {"automation": config})
    await hass.async_block_till_done()
    name = str(config["alias"]).lower().replace(" ", "_").replace("-", "_")
    assert value_of(hass, f"automation.{name}") == "on"


def something_moves(source: ScriptedSource) -> None:
    source.still(3)
    source.walk(3)


async def test_phone(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    hass_client: ClientSessionGenerator,
) -> None:
    phone = Phone(hass, hass_client)
    await phone.register()
    await automate(hass, "Phone")
    something_moves(source)
    (first,) = await phone.pushed()
    status, content_type, jpeg = await phone.fetch(first["data"]["image"])
    assert (status, content_type, jpeg[:2]) == (200, "image/jpeg", JPEG)
    source.still(8)
    _, second = await phone.pushed(2)
    assert second["data"]["tag"] == first["data"]["tag"]
    assert (await phone.fetch(second["data"]["video"]))[:2] == (200, "video/mp4")
    await phone.close()


async def test_telegram(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource, telegram: TelegramApi
) -> None:
    await automate(hass, "Telegram")
    something_moves(source)
    (photo,) = await telegram.messages.wait()
    assert (photo.method, photo.text) == ("sendPhoto", "Something moves at the porch")
    assert photo.content.startswith(JPEG)
    source.still(8)
    _, video = await telegram.messages.wait(2)
    assert (video.text, video.content[4:8]) == ("Something moved at the porch", b"ftyp")
    assert telegram.shown == {1: video}


async def test_discord(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource, discord: DiscordApi
) -> None:
    await automate(hass, "Discord")
    something_moves(source)
    (picture,) = await discord.messages.wait()
    assert picture.text == "Something moves at the porch"
    assert [content[:2] for content in picture.files.values()] == [JPEG]
    source.still(8)
    _, clip = await discord.messages.wait(2)
    assert [content[4:8] for content in clip.files.values()] == [b"ftyp"]


async def test_e_mail(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource, mail: MailServer
) -> None:
    await automate(hass, "E-mail")
    something_moves(source)
    (letter,) = await mail.messages.wait()
    html = letter.get_body(("html",))
    assert letter["Subject"] == "Porch"
    assert html is not None
    assert 'src="cid:picture"' in html.get_content()
    (image,) = [part for part in letter.walk() if part.get_filename()]
    assert (image["Content-ID"], image.get_content()[:2]) == ("<picture>", JPEG)
    source.still(8)
    _, letter = await mail.messages.wait(2)
    (clip,) = list(letter.iter_attachments())
    assert (clip.get_filename(), clip.get_content_type()) == ("porch.mp4", "video/mp4")
    assert clip.get_content()[4:8] == b"ftyp"
