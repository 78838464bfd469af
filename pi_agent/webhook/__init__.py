"""Every event posted to an address of the user's own, signed, where one is configured."""

from .poster import Receiver, WebhookPoster, signature

__all__ = ["Receiver", "WebhookPoster", "signature"]
