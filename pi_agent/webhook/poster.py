"""Posts every change of events in order, signed, until the receiver has taken it."""

import hashlib
import hmac
import logging
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from pi_agent.errors import UnavailableError
from pi_agent.protocol import MotionEvent, to_json
from pi_agent.runtime import EventFollower, EventSource, Progress

_LOGGER = logging.getLogger(__name__)
_IDLE_SECONDS = 60.0
_TIMEOUT = aiohttp.ClientTimeout(total=20)
# The receiver will never take this event, however often it is posted; the others go on.
_REFUSALS = frozenset({400, 413, 415, 422})


class WebhookError(UnavailableError):
    """The receiver takes nothing at the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Where events are posted; address and secret are for nobody else's eyes."""

    url: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def machine(self) -> str:
        """Host and port alone, for messages: the path may be a secret."""
        url = URL(self.url)
        return f"{url.host}:{url.port}"

    @property
    def name(self) -> str:
        """What names this place for good, without telling the address."""
        return f"webhook:{hashlib.sha256(self.url.encode()).hexdigest()}"


def signature(secret: str, seconds: int, body: bytes) -> str:
    """The header's value: when it was sent, and who sent it. A replay has an old time."""
    signed = b"%d.%b" % (seconds, body)
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


class WebhookPoster(EventFollower[aiohttp.ClientSession]):
    """Takes any answer of 2xx for a receipt; with another it comes again, ever less often."""

    def __init__(
        self,
        events: EventSource,
        progress: Progress,
        receiver: Receiver,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(
            events, progress, name=f"Webhook, {receiver.machine}", idle_seconds=_IDLE_SECONDS
        )
        self._receiver = receiver
        self._now = now
        self.refused = 0

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[aiohttp.ClientSession]:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            yield session

    async def _take(self, event: MotionEvent, sink: aiohttp.ClientSession) -> bool:
        try:
            status = await self._post(to_json(event).encode(), sink)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise WebhookError(self._reason(error)) from error
        if status in _REFUSALS:
            self.refused += 1
            _LOGGER.warning("%s refuses event %s: status %d", self._name, event.id, status)
        elif not 200 <= status < 300:
            raise WebhookError(f"it answers with status {status}")
        return True

    async def _post(self, body: bytes, session: aiohttp.ClientSession) -> int:
        headers = {
            "Content-Type": "application/json",
            "X-Pi-Agent-Signature": signature(self._receiver.secret, int(self._now()), body),
        }
        async with session.post(
            URL(self._receiver.url), data=body, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status

    def _reason(self, error: Exception) -> str:
        """In plain words, without the address: aiohttp's own text may hold it."""
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            return "its certificate is not trusted"
        if isinstance(error, TimeoutError):
            return "it does not answer in time"
        if isinstance(error, aiohttp.ClientConnectorError):
            number = error.os_error.errno
            reason = os.strerror(number) if number and number > 0 else "no machine of that name"
            return f"it cannot be reached: {reason}"
        return f"the connection failed ({type(error).__name__})"
