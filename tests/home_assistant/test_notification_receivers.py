"""Hooks reach Telegram, Discord and mailboxes through Home Assistant's own integrations."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest
from homeassistant.components.notify.legacy import async_setup_legacy
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)

from custom_components.pi_motion_camera import notification_media, notification_targets
from custom_components.pi_motion_camera.agent_client import AgentConnectionError
from custom_components.pi_motion_camera.agent_client.protocol import (
    EventMessage,
    EventState,
    MotionEvent,
)
from tests.scripted_source import ScriptedSource

from .receivers import DiscordApi, MailServer, TelegramApi, discord_api, mail_server, telegram_api
from .test_notification_flow import HOW, WHEN, Flow
from .test_notifier import add_hook, event, tell
from .waiting import until

pytestmark = pytest.mark.usefixtures("home")
JPEG = b"\xff\xd8"
LINKS = "https://home.example.org/api/pi_motion_camera/event"


@pytest.fixture
async def recorded(loaded: MockConfigEntry, clip_path: str, event_id: str) -> MotionEvent:
    """An event that the agent has, with picture and clip."""
    recorded: MotionEvent = await loaded.runtime_data.client.event(event_id)
    assert recorded.snapshot
    assert recorded.clip
    return recorded


async def tell_twice(hass: HomeAssistant, entry: MockConfigEntry, recorded: MotionEvent) -> None:
    """Have the agent tell of an event as it begins, and again when its clip is ready."""
    await tell(hass, entry, begun(recorded), recorded)


def begun(recorded: MotionEvent) -> MotionEvent:
    return replace(recorded, state=EventState.STARTED, clip=None, zones=("front_door",))


def attachments(message: EmailMessage) -> list[tuple[str, str, bytes]]:
    """Type, name and content of what is in a mail beside its text."""
    parts = [part for part in message.walk() if part.get_filename()]
    return [
        (part.get_content_type(), str(part.get_filename()), part.get_content()) for part in parts
    ]


def kept(hass: HomeAssistant) -> list[Path]:
    """The files that are in the media folder now."""
    folder = Path(hass.config.media_dirs["local"])
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_telegram_gets_a_photo_and_then_the_clip_in_its_place(
    hass: HomeAssistant, loaded: MockConfigEntry, telegram: TelegramApi, source: ScriptedSource
) -> None:
    add_hook(hass, loaded, entities=[telegram_api.CHAT])
    source.still(3)
    source.walk(3)
    (photo,) = await telegram.messages.wait()
    assert photo.method == "sendPhoto"
    assert photo.text == "Porch Pi: Motion"
    assert photo.content.startswith(JPEG)
    assert str(photo.filename).endswith(".jpg")
    source.still(8)
    _, video = await telegram.messages.wait(2)
    assert video.method == "editMessageMedia"
    assert video.content[4:8] == b"ftyp"
    assert telegram.shown == {1: video}


async def test_names_are_no_markdown_to_telegram(
    hass: HomeAssistant, loaded: MockConfigEntry, telegram: TelegramApi, recorded: MotionEvent
) -> None:
    add_hook(hass, loaded, entities=[telegram_api.CHAT])
    await tell_twice(hass, loaded, recorded)
    (shown,) = telegram.shown.values()
    assert shown.method == "editMessageMedia"
    assert telegram.messages.all[0].text == "Porch Pi: Motion in front_door"


async def test_telegram_gets_the_clip_alone_without_a_sound_where_no_picture_is_wanted(
    hass: HomeAssistant, loaded: MockConfigEntry, telegram: TelegramApi, recorded: MotionEvent
) -> None:
    add_hook(hass, loaded, entities=[telegram_api.CHAT], picture=False)
    await tell_twice(hass, loaded, recorded)
    text, video = telegram.messages.all
    assert (text.method, text.text) == ("sendMessage", "Porch Pi\nMotion in front_door")
    assert (video.method, video.fields["disable_notification"]) == ("sendVideo", "true")


async def test_only_so_many_photos_can_still_be_replaced(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    telegram: TelegramApi,
    recorded: MotionEvent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notification_targets, "_MOST_SENT", 0)
    add_hook(hass, loaded, entities=[telegram_api.CHAT])
    await tell_twice(hass, loaded, recorded)
    methods = [message.method for message in telegram.messages.all]
    assert methods == ["sendPhoto", "sendVideo"]


async def test_a_mailbox_gets_the_picture_in_the_text_and_then_the_clip_as_an_attachment(
    hass: HomeAssistant, loaded: MockConfigEntry, mail: MailServer, recorded: MotionEvent
) -> None:
    add_hook(hass, loaded, entities=[mail_server.MAILBOX])
    await tell_twice(hass, loaded, recorded)
    first, second = await mail.messages.wait(2)
    assert first["Subject"] == second["Subject"] == "Porch Pi"
    plain, html = first.get_body(("plain",)), first.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == "Motion in front_door"
    assert '<img src="cid:picture"' in html.get_content()
    ((content_type, name, content),) = attachments(first)
    assert (content_type, content[:2]) == ("image/jpeg", JPEG)
    assert name.endswith(f"_{recorded.id}.jpg")
    (part,) = [part for part in first.walk() if part.get_filename()]
    assert (part["Content-ID"], part.get_content_disposition()) == ("<picture>", "inline")
    ((content_type, _, content),) = attachments(second)
    assert (content_type, content[4:8]) == ("video/mp4", b"ftyp")


async def test_discord_gets_the_picture_and_then_the_clip_in_its_channel(
    hass: HomeAssistant, loaded: MockConfigEntry, discord: DiscordApi, recorded: MotionEvent
) -> None:
    add_hook(hass, loaded, actions=[discord_api.ACTION], channels=[discord_api.CHANNEL])
    await tell_twice(hass, loaded, recorded)
    picture, clip = discord.messages.all
    assert clip.text == "Porch Pi: Motion"
    assert picture.text == "Porch Pi: Motion in front_door"
    ((name, content),) = picture.files.items()
    assert (name.endswith(".jpg"), content[:2]) == (True, JPEG)
    ((name, content),) = clip.files.items()
    assert (name.endswith(".mp4"), content[4:8]) == (True, b"ftyp")


async def test_the_older_ways_to_telegram_and_mailboxes_take_files_too(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    telegram: TelegramApi,
    mail: MailServer,
    *,
    recorded: MotionEvent,
) -> None:
    legacy = {"platform": "telegram", "name": "old", "chat_id": telegram_api.CHAT_ID}
    await asyncio.gather(*async_setup_legacy(hass, {"notify": [legacy]}))
    add_hook(hass, loaded, actions=["old", mail_server.ACTION])
    await tell_twice(hass, loaded, recorded)
    first, second = await mail.messages.wait(2)
    assert [kind for kind, _, _ in attachments(first)] == ["image/jpeg"]
    assert attachments(second)[0][2][4:8] == b"ftyp"
    photo, video = await telegram.messages.wait(2)
    assert (photo.method, photo.text) == ("sendPhoto", "Porch Pi: Motion in front_door")
    assert (video.method, video.fields["disable_notification"]) == ("sendVideo", "true")


async def test_a_test_from_the_form_arrives_with_the_newest_picture(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    telegram: TelegramApi,
    discord: DiscordApi,
    *,
    mail: MailServer,
    recorded: MotionEvent,
) -> None:
    flow = Flow(hass, loaded)
    await flow.open()
    who = {
        "name": "Porch",
        "entities": [telegram_api.CHAT, mail_server.MAILBOX],
        "actions": [discord_api.ACTION],
    }
    for channels in ([], ["the porch"]):
        refused = await flow.fill_in(**who, channels=channels)
        assert refused["errors"] == {"channels": "discord_channels"}
    await flow.fill_in(**who, channels=[discord_api.CHANNEL])
    await flow.fill_in(**WHEN)
    await flow.fill_in(**HOW)
    form = await flow.choose("send_test")
    assert form["errors"] == {}
    said = "A test: notifications of Porch Pi arrive here."
    (photo,) = telegram.messages.all
    (post,) = discord.messages.all
    (letter,) = mail.messages.all
    assert photo.text == post.text == f"Porch Pi: {said}"
    assert photo.content == next(iter(post.files.values())) == attachments(letter)[0][2]
    assert photo.content.startswith(JPEG)


async def test_the_summary_after_an_outage_comes_with_the_newest_picture(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    telegram: TelegramApi,
    discord: DiscordApi,
    *,
    mail: MailServer,
    recorded: MotionEvent,
) -> None:
    add_hook(
        hass,
        loaded,
        entities=[telegram_api.CHAT, mail_server.MAILBOX],
        actions=[discord_api.ACTION],
        channels=[discord_api.CHANNEL],
    )
    earlier = event("earlier", state=EventState.ENDED, started_at=recorded.started_at)
    older = replace(earlier, started_at=recorded.started_at - timedelta(minutes=1))
    await tell(hass, loaded, older, recorded, replayed=True)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=6))
    await hass.async_block_till_done()
    said = "Events while the connection was lost: 2 (Porch Pi 2)"
    (photo,) = await telegram.messages.wait()
    (post,) = await discord.messages.wait()
    (letter,) = await mail.messages.wait()
    assert photo.text == post.text == f"Porch Pi: {said}"
    assert recorded.id in str(photo.filename)
    assert [recorded.id in name for name in post.files] == [True]
    assert [recorded.id in name for _, name, _ in attachments(letter)] == [True]


async def test_what_is_too_large_or_gone_is_told_with_a_link(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    telegram: TelegramApi,
    discord: DiscordApi,
    *,
    mail: MailServer,
    recorded: MotionEvent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_hook(
        hass,
        loaded,
        entities=[telegram_api.CHAT, mail_server.MAILBOX],
        actions=[discord_api.ACTION],
        channels=[discord_api.CHANNEL],
    )
    monkeypatch.setattr(notification_media, "_MOST_BYTES", {"discord": 10, "smtp": 10})
    await tell(hass, loaded, begun(recorded))
    assert telegram.messages.all[0].method == "sendPhoto"
    monkeypatch.setattr(notification_media, "_MOST_BYTES_ELSEWHERE", 10)
    await tell(hass, loaded, recorded)
    link = f"{LINKS}/{loaded.entry_id}/{recorded.id}"
    assert telegram.messages.all[1].method == "sendMessage"
    for told, media in ((0, "snapshot.jpg"), (1, "clip.mp4")):
        assert f"\n{link}/{media}?authSig=" in discord.messages.all[told].text
        text = mail.messages.all[told].get_body(("plain",))
        assert text is not None
        assert f"{link}/{media}?authSig=" in text.get_content()
    assert f"{link}/clip.mp4?authSig=" in telegram.messages.all[1].text


async def test_an_agent_that_is_gone_meanwhile_keeps_nobody_from_being_told(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    telegram: TelegramApi,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def _gone(_: str) -> None:
        raise AgentConnectionError("no route to the Pi")

    monkeypatch.setitem(loaded.runtime_data.media_files._fetch, "snapshot", _gone)
    add_hook(hass, loaded, entities=[telegram_api.CHAT])
    await tell(hass, loaded, event())
    (message,) = telegram.messages.all
    assert message.text.startswith(f"Porch Pi\nMotion\n{LINKS}/")
    assert "The snapshot of event a is not sent: no route to the Pi" in caplog.text
    assert kept(hass) == []


async def test_a_chat_that_refuses_is_named_and_the_others_are_told(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    telegram: TelegramApi,
    discord: DiscordApi,
    *,
    recorded: MotionEvent,
    caplog: pytest.LogCaptureFixture,
) -> None:
    add_hook(
        hass,
        loaded,
        entities=[telegram_api.CHAT],
        actions=[discord_api.ACTION],
        channels=[discord_api.CHANNEL],
    )
    await tell(hass, loaded, begun(recorded))
    telegram.shown.clear()  # Ann has deleted it
    await tell(hass, loaded, recorded)
    assert len(discord.messages.all) == 2
    assert "notify.ann could not be notified" in caplog.text
    assert "Message to edit not found" in caplog.text


async def test_discord_without_a_channel_is_named(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    discord: DiscordApi,
    *,
    recorded: MotionEvent,
    caplog: pytest.LogCaptureFixture,
) -> None:
    add_hook(hass, loaded, actions=[discord_api.ACTION])
    await tell(hass, loaded, begun(recorded))
    assert discord.messages.all == []
    assert "notify.house could not be notified: Discord must be told" in caplog.text


async def test_two_hooks_each_replace_their_own_photo(
    hass: HomeAssistant, loaded: MockConfigEntry, telegram: TelegramApi, recorded: MotionEvent
) -> None:
    for _ in range(2):
        add_hook(hass, loaded, entities=[telegram_api.CHAT])
    await tell_twice(hass, loaded, recorded)
    assert [shown.method for shown in telegram.shown.values()] == ["editMessageMedia"] * 2


def _has(calls: list[ServiceCall], number: int) -> bool:
    return len(calls) == number


async def test_a_receiver_that_does_not_answer_holds_a_bounded_number_and_no_other(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(notification_targets, "_MOST_WAITING", 2)
    calls = async_mock_service(hass, "notify", "pager")
    answered = asyncio.Event()
    stuck: list[ServiceCall] = []

    async def _wait(call: ServiceCall) -> None:
        stuck.append(call)
        await answered.wait()
        raise HomeAssistantError("too late")

    hass.services.async_register("notify", "stuck", _wait)
    add_hook(hass, loaded, actions=["stuck", "pager"])
    coordinator = loaded.runtime_data.coordinator
    for number, name in enumerate(("a", "b", "c"), start=1):
        coordinator.async_handle_message(EventMessage(event(name)), replayed=False)
        await until(partial(_has, calls, number))
    assert len(stuck) == 1
    assert "notify.stuck still has 2 notifications to take" in caplog.text
    answered.set()
    await hass.async_block_till_done()
    assert len(stuck) == 2


async def test_files_go_away_by_themselves_and_with_the_entry(
    hass: HomeAssistant, loaded: MockConfigEntry, telegram: TelegramApi, recorded: MotionEvent
) -> None:
    add_hook(hass, loaded, entities=[telegram_api.CHAT])
    await tell(hass, loaded, begun(recorded))
    assert len(kept(hass)) == 1
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=11))
    await hass.async_block_till_done()
    assert kept(hass) == []
    await tell(hass, loaded, recorded)
    assert len(kept(hass)) == 1
    await hass.config_entries.async_unload(loaded.entry_id)
    assert kept(hass) == []
