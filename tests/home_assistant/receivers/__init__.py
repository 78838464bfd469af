"""Telegram, Discord and a mail server on 127.0.0.1, and Home Assistant set up to use them.

Each is set up as a user does it, through the forms of Home Assistant's own integration, and
refuses what the real one refuses.
"""

from .discord_api import DiscordApi
from .mail_server import MailServer
from .receiver import Arrivals
from .telegram_api import TelegramApi

__all__ = ["Arrivals", "DiscordApi", "MailServer", "TelegramApi"]
