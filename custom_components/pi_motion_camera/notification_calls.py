"""The actions that tell each kind of receiver, with picture or clip in the form that it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from homeassistant.components.notify import (
    ATTR_DATA,
    ATTR_MESSAGE,
    ATTR_TARGET,
    ATTR_TITLE,
    SERVICE_SEND_MESSAGE,
)
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, callback

from .notification_content import media_link, phone_data, text_with_link
from .notification_media import Told

DISCORD: Final = "discord"
MOBILE_APP: Final = "mobile_app"
SMTP: Final = "smtp"
TELEGRAM_BOT: Final = "telegram_bot"
TELEGRAM_SEND_PHOTO: Final = "send_photo"
_LONGEST_CAPTION: Final = 1024  # of Telegram
# Names are no Markdown: an underscore in one would make Telegram refuse the message.
_AS_IT_IS: Final = {"parse_mode": "plain_text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An action of Home Assistant."""

    domain: str
    action: str
    data: dict[str, Any]


@callback
def telegram_call(hass: HomeAssistant, chat: str, told: Told, message_id: int | None) -> Call:
    """To a chat: a photo, and later the clip in its place where `message_id` tells which it was."""
    note, file = told.note, told.file_for(TELEGRAM_BOT)
    data: dict[str, Any] = {ATTR_ENTITY_ID: chat, **_AS_IT_IS}
    if file is not None:
        data |= {"file": str(file.path), "caption": _caption(told)}
        if note.quiet and message_id is not None:
            data |= {"message_id": message_id, "media_type": "video"}
            return Call(domain=TELEGRAM_BOT, action="edit_message_media", data=data)
        action = "send_video" if note.quiet else TELEGRAM_SEND_PHOTO
    else:
        data |= {ATTR_TITLE: note.title, ATTR_MESSAGE: text_with_link(hass, note)}
        action = SERVICE_SEND_MESSAGE
    data["disable_notification"] = note.quiet
    return Call(domain=TELEGRAM_BOT, action=action, data=data)


@callback
def mail_call(hass: HomeAssistant, mailbox: str, told: Told) -> Call:
    """To somebody's mailbox: the picture in the text, the clip as an attachment."""
    note, file = told.note, told.file_for(SMTP)
    data: dict[str, Any] = {ATTR_ENTITY_ID: mailbox, ATTR_TITLE: note.title}
    if file is None:
        data[ATTR_MESSAGE] = text_with_link(hass, note)
        return Call(domain=SMTP, action=SERVICE_SEND_MESSAGE, data=data)
    data[ATTR_MESSAGE] = note.message
    media = {
        "media_content_id": file.media_content_id,
        "media_content_type": file.content_type,
    }
    attachment: dict[str, Any] = {"media_source": media, "filename": file.path.name}
    if not note.quiet:
        image = '<img src="cid:picture" alt="" style="max-width: 100%">'
        data["html"] = f"<p>{escape(note.message)}</p><p>{image}</p>"
        attachment["content_id"] = "picture"
    data["attachments"] = [attachment]
    return Call(domain=SMTP, action=SERVICE_SEND_MESSAGE, data=data)


@callback
def legacy_data(
    hass: HomeAssistant, integration: str | None, told: Told, channels: tuple[str, ...]
) -> dict[str, Any]:
    """The data of a notify action, for the integration that is behind it.

    Raises LookupError for Discord without a channel: it would drop the message in silence.
    """
    note = told.note
    data: dict[str, Any] = {ATTR_TITLE: note.title, ATTR_MESSAGE: note.message}
    if integration in _TAKE_PATHS:
        return {**data, ATTR_DATA: phone_data(note)}
    if integration == DISCORD:  # it shows no titles, and must be told where
        if not channels:
            raise LookupError("Discord must be told the ids of its channels")
        data |= {ATTR_MESSAGE: told.in_one_line, ATTR_TARGET: list(channels)}
    if integration in TAKE_FILES and (file := told.file_for(integration)):
        return {**data, ATTR_DATA: TAKE_FILES[integration](str(file.path), told)}
    link = media_link(hass, note)
    return data if link is None else {**data, ATTR_MESSAGE: f"{data[ATTR_MESSAGE]}\n{link}"}


def _telegram_data(path: str, told: Told) -> dict[str, Any]:
    media = [{"file": path, "caption": _caption(told), **_AS_IT_IS}]
    if told.note.quiet:
        return {"video": media, "disable_notification": True}
    return {"photo": media}


def _caption(told: Told) -> str:
    return told.in_one_line[:_LONGEST_CAPTION]


_TAKE_PATHS: Final = (MOBILE_APP, "group")  # a group hands everything on to its members
# Notify actions that read files from folders that Home Assistant allows.
TAKE_FILES: Final[dict[str | None, Callable[[str, Told], dict[str, Any]]]] = {
    DISCORD: lambda path, _: {"images": [path]},
    SMTP: lambda path, _: {"images": [path]},
    "signal_messenger": lambda path, _: {"attachments": [path]},
    "telegram": _telegram_data,
}
