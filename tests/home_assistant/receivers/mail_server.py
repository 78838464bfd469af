"""A real SMTP server that keeps what it is given."""

import asyncio
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Final

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from homeassistant.core import HomeAssistant

from .receiver import Arrivals, add_subentry, configure

SENDER: Final = "house@example.org"
RECIPIENT: Final = "ann@example.org"
MAILBOX: Final = "notify.house_example_org_ann"  # as Home Assistant calls it
ACTION: Final = "house_example_org"  # the older way: notify.house_example_org
_LOGIN: Final = LoginPassword(b"house", b"secret")


class MailServer:
    """Takes mail for Ann from who can log in."""

    def __init__(self) -> None:
        """Nothing has arrived."""
        self.messages: Arrivals[EmailMessage] = Arrivals()

    async def start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Listen. Home Assistant's tests may ask no name server, as smtplib does for its own."""
        monkeypatch.setattr(socket, "getfqdn", lambda *_: "home.example.org")
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, "127.0.0.1", 0)

    async def close(self) -> None:
        """Listen no more."""
        self._server.close()
        self._server.close_clients()
        await self._server.wait_closed()

    async def set_up(self, hass: HomeAssistant) -> None:
        """Add the account and Ann to Home Assistant."""
        account = {
            "sender": SENDER,
            "server": "127.0.0.1",
            "port": self._server.sockets[0].getsockname()[1],
            "encryption": "none",
            "username": _LOGIN.login.decode(),
            "password": _LOGIN.password.decode(),
            "verify_ssl": False,
            "options": {},
        }
        entry = await configure(hass, "smtp", account)
        await add_subentry(hass, entry, "recipient", {"name": "Ann", "recipient": RECIPIENT})
        await hass.config_entries.async_reload(entry.entry_id)  # the older way knows Ann only now
        await hass.async_block_till_done()
        assert hass.states.get(MAILBOX) is not None

    async def handle_DATA(  # noqa: N802  (its name is aiosmtpd's)
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep a message."""
        if not session.authenticated:
            return "530 Log in first"
        if envelope.rcpt_tos != [RECIPIENT]:
            return "550 There is no such mailbox here"
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        await self.messages.add(message)
        return "250 OK"

    def _session(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.example.org",
            auth_require_tls=False,
            authenticator=_authenticate,
        )


def _authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _: str, login: Any) -> Any:
    return AuthResult(success=login == _LOGIN)
