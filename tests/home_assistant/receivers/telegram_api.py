"""The Bot API of Telegram as far as notifications need it.

Source: https://core.telegram.org/bots/api
"""

import json
import time
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant
from telegram.request import HTTPXRequest

from .receiver import Arrivals, add_subentry, configure, read_form

TOKEN: Final = "123456:secret"
CHAT_ID: Final = 4711
CHAT: Final = "notify.ann"  # as Home Assistant calls it
_BOT: Final = {"id": 123456, "is_bot": True, "first_name": "House", "username": "house_bot"}
_PHOTO: Final = {"file_id": "p", "file_unique_id": "p", "width": 64, "height": 48}
_VIDEO: Final = {**_PHOTO, "duration": 1}
_BEGINS: Final = {"photo": (b"\xff\xd8", 0), "video": (b"ftyp", 4)}  # where in the file


@dataclass(frozen=True, kw_only=True)
class TelegramMessage:
    """What a bot asked for: `method` of the API, its fields, and the file it sent."""

    method: str
    fields: dict[str, str]
    filename: str | None = None
    content: bytes = b""

    @property
    def text(self) -> str:
        """What is written, below a picture or without one."""
        media = json.loads(self.fields.get("media", "{}"))
        return str(media.get("caption", self.fields.get("caption", self.fields.get("text"))))


class RefusalError(Exception):
    """What Telegram describes in its answer 400."""


class TelegramApi:
    """One chat, with Ann, and one bot that may write to it."""

    def __init__(self) -> None:
        """Nothing is written yet."""
        self.messages: Arrivals[TelegramMessage] = Arrivals()
        self.shown: dict[int, TelegramMessage] = {}  # what Ann sees, by its id
        self._clients: list[httpx.AsyncClient] = []
        application = web.Application(client_max_size=50 << 20)
        application.router.add_route("*", "/bot{token}/{method}", self._answer)
        self._server = TestServer(application, host="127.0.0.1")

    async def start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer."""
        await self._server.start_server()
        make = HTTPXRequest._build_client

        def _make(request: HTTPXRequest) -> httpx.AsyncClient:
            self._clients.append(make(request))
            return self._clients[-1]

        monkeypatch.setattr(HTTPXRequest, "_build_client", _make)

    async def close(self) -> None:
        """Answer no more; Home Assistant leaves the connections of its bots open."""
        for client in self._clients:
            await client.aclose()
        await self._server.close()

    async def set_up(self, hass: HomeAssistant) -> None:
        """Add the bot and the chat to Home Assistant."""
        endpoint = str(self._server.make_url("")).rstrip("/")
        bot = {
            "platform": "broadcast",
            "api_key": TOKEN,
            "additional_settings": {"api_endpoint": endpoint},
        }
        entry = await configure(hass, "telegram_bot", bot)
        await add_subentry(hass, entry, "allowed_chat_ids", {"chat_id": CHAT_ID})
        assert hass.states.get(CHAT) is not None

    async def _answer(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return _refuse(401, "Unauthorized")
        fields, files = await read_form(request)
        try:
            result = await self._act(request.match_info["method"], fields, files)
        except RefusalError as error:
            return _refuse(400, f"Bad Request: {error}")
        return web.json_response({"ok": True, "result": result})

    async def _act(
        self, method: str, fields: dict[str, str], files: dict[str, tuple[str, bytes]]
    ) -> Any:
        if method == "getMe":
            return _BOT
        if method == "getUpdates":
            return []
        if fields.get("chat_id") != str(CHAT_ID):
            raise RefusalError("chat not found")
        if method == "getChat":
            return {**_CHAT, "accent_color_id": 0, "max_reaction_count": 11}
        name, content = next(iter(files.values()), (None, b""))
        message = TelegramMessage(method=method, fields=fields, filename=name, content=content)
        kind = _kind(message)
        _check(message, kind)
        message_id = self._show(message)
        await self.messages.add(message)
        media = {"photo": [_PHOTO]} if kind == "photo" else {"video": _VIDEO} if kind else {}
        base = {"message_id": message_id, "date": int(time.time()), "chat": _CHAT, "from": _BOT}
        return {**base, **media, "text" if kind is None else "caption": message.text}

    def _show(self, message: TelegramMessage) -> int:
        if message.method != "editMessageMedia":
            self.shown[len(self.shown) + 1] = message
            return len(self.shown)
        message_id = int(message.fields["message_id"])
        if message_id not in self.shown:
            raise RefusalError("message to edit not found")
        self.shown[message_id] = message
        return message_id


_CHAT: Final = {"id": CHAT_ID, "type": "private", "first_name": "Ann"}


def _kind(message: TelegramMessage) -> str | None:
    match message.method:
        case "sendPhoto":
            return "photo"
        case "sendVideo":
            return "video"
        case "editMessageMedia":
            return str(json.loads(message.fields["media"])["type"])
        case "sendMessage":
            return None
    raise RefusalError(f"{message.method} is not known")


def _check(message: TelegramMessage, kind: str | None) -> None:
    media = json.loads(message.fields.get("media", "{}"))
    mode = media.get("parse_mode", message.fields.get("parse_mode"))
    if mode == "Markdown" and message.text.count("_") % 2:
        raise RefusalError("can't parse entities: Can't find end of the entity")
    if len(message.text) > (4096 if kind is None else 1024):
        raise RefusalError("message caption is too long")
    if kind is not None:
        begin, at = _BEGINS[kind]
        if not message.content.startswith(begin, at):
            raise RefusalError("IMAGE_PROCESS_FAILED")


def _refuse(status: int, description: str) -> web.Response:
    answer = {"ok": False, "error_code": status, "description": description}
    return web.json_response(answer, status=status)
