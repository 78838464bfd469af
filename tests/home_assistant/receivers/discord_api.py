"""Discord's API as far as notifications need it.

Source: https://discord.com/developers/docs/reference
"""

import json
import warnings
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant

from .receiver import Arrivals, configure, read_form

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Python 3.14 finds in it is for its authors to mend
    from nextcord.http import RateLimit, Route

TOKEN: Final = "discord.secret"
CHANNEL: Final = "815"
ACTION: Final = "house"  # notify.house
_USER: Final = {"id": "1", "username": "House", "discriminator": "0", "avatar": None, "bot": True}
_APPLICATION: Final = {
    "id": "1",
    "name": "House",
    "description": "",
    "icon": None,
    "bot_public": False,
    "bot_require_code_grant": False,
    "owner": {**_USER, "id": "2", "bot": False},
    "verify_key": "0",
}
_CHANNEL: Final = {
    "id": CHANNEL,
    "type": 0,
    "guild_id": "3",
    "name": "porch",
    "position": 0,
    "permission_overwrites": [],
}
_MOST_BYTES: Final = 10 << 20


@dataclass(frozen=True, kw_only=True)
class DiscordMessage:
    """What was posted: its text, and its files by their name."""

    text: str
    files: dict[str, bytes] = field(default_factory=dict)


class DiscordApi:
    """One bot, and one channel that it may write to."""

    def __init__(self) -> None:
        """Nothing is written yet."""
        self.messages: Arrivals[DiscordMessage] = Arrivals()
        application = web.Application(client_max_size=64 << 20)
        add = application.router.add_route
        add("GET", "/users/@me", _for_bots(_USER))
        add("GET", "/oauth2/applications/@me", _for_bots(_APPLICATION))
        add("GET", f"/channels/{CHANNEL}", _for_bots(_CHANNEL))
        add("POST", f"/channels/{CHANNEL}/messages", self._post)
        self._server = TestServer(application, host="127.0.0.1")

    async def start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer in place of Discord, whose address its library knows by heart."""
        await self._server.start_server()
        address = str(self._server.make_url("")).rstrip("/")
        monkeypatch.setattr(Route, "BASE", address)
        wait = RateLimit.reset_remaining  # a timer that outlives its client
        monkeypatch.setattr(RateLimit, "reset_remaining", lambda limit, _: wait(limit, 0))

    async def close(self) -> None:
        """Answer no more."""
        await self._server.close()

    async def set_up(self, hass: HomeAssistant) -> None:
        """Add the bot to Home Assistant."""
        await configure(hass, "discord", {"api_token": TOKEN})
        assert hass.services.has_service("notify", ACTION)

    async def _post(self, request: web.Request) -> web.Response:
        files: dict[str, tuple[str, bytes]] = {}
        if request.content_type == "application/json":
            payload = await request.json()
        else:
            fields, files = await read_form(request)
            payload = json.loads(fields["payload_json"])
        if sum(len(content) for _, content in files.values()) > _MOST_BYTES:
            error = {"code": 40005, "message": "Request entity too large"}
            return _json(error, 413)
        message = DiscordMessage(text=payload["content"], files=dict(files.values()))
        await self.messages.add(message)
        return _json(_answer(message))


def _answer(message: DiscordMessage) -> dict[str, Any]:
    return {
        "id": "9",
        "channel_id": CHANNEL,
        "author": _USER,
        "content": message.text,
        "timestamp": "2026-11-21T12:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
    }


def _json(answer: dict[str, Any], status: int = 200) -> web.Response:
    """As Discord sends it: without a charset."""
    body = json.dumps(answer).encode()
    return web.Response(body=body, status=status, content_type="application/json")


def _for_bots(answer: dict[str, Any]) -> Any:
    async def _handle(request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _json({"message": "401: Unauthorized", "code": 0}, 401)
        return _json(answer)

    return _handle
