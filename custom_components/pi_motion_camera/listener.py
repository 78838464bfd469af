"""Keeps the event websocket up: connect, make up for what was missed, listen, back off, again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .agent_client import AgentAuthError, AgentClient, AgentConnectionError, AgentError, EventStream
from .agent_client.protocol import EventMessage, Hello, ServerMessage
from .backoff import Backoff
from .coordinator import AgentCoordinator
from .revision_store import RevisionStore

_LOGGER = logging.getLogger(__name__)
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 10.0  # a Pi that comes back is heard of soon; to ask costs next to nothing


@dataclass(kw_only=True)
class ListenerStatistics:
    """What diagnostics tell of the connection."""

    connections: int = 0
    failures: int = 0
    messages: int = 0
    replayed_events: int = 0
    skipped_messages: int = 0
    last_message_at: datetime | None = None
    last_error: str | None = None


class AgentEventListener:
    """Feeds the coordinator from the event websocket; `run` lives in a task of the entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        client: AgentClient,
        coordinator: AgentCoordinator,
        revisions: RevisionStore,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nothing is opened yet."""
        self.statistics = ListenerStatistics()
        self._hass = hass
        self._client = client
        self._coordinator = coordinator
        self.revisions = revisions
        self._sleep = sleep
        self._backoff = Backoff(first=_FIRST_PAUSE_SECONDS, most=_LONGEST_PAUSE_SECONDS)
        self._is_info_old = False  # of an agent that began anew

    async def run(self) -> None:
        """Listen until cancelled, or until the token is revoked, which starts a reauth flow."""
        while True:
            try:
                await self._listen()
            except AgentAuthError as error:
                self._note_failure(error)
                self._coordinator.config_entry.async_start_reauth(self._hass)
                return
            except AgentError as error:
                self._note_failure(error)
            except Exception as error:  # a defect: say so, and go on rather than stay deaf
                _LOGGER.exception("A message of %s could not be handled", self._client.address)
                self._note_failure(AgentConnectionError(repr(error)))
            await self._sleep(self._backoff.pause())

    async def _listen(self) -> None:
        async with self._client.listen(since=self.revisions.revision) as stream:
            await self._greet(stream.hello)
            async for message in stream:
                self._handle(message, stream)

    async def _greet(self, hello: Hello) -> None:
        self._backoff.reset()
        self.statistics.connections += 1
        if not self._coordinator.last_update_success:
            _LOGGER.info("%s is back", self._client.address)
        if hello.events_lost:
            _LOGGER.info(
                "%s has deleted events that Home Assistant never heard of", self._client.address
            )
        known_boot_id = self._coordinator.data.boot_id
        self._coordinator.async_handle_message(hello)
        self._note_revision_of(hello)
        if known_boot_id not in (None, hello.boot_id):  # it may have been updated meanwhile
            self._is_info_old = True
        if self._is_info_old:
            await self._coordinator.async_refresh_info()
            self._is_info_old = False

    def _note_revision_of(self, hello: Hello) -> None:
        """Begin to count at the first connection ever, and with an agent that has begun anew."""
        known = self.revisions.revision
        if known is None or known > hello.revision:
            self.revisions.async_set(hello.revision)

    def _handle(self, message: ServerMessage, stream: EventStream) -> None:
        self.statistics.messages += 1
        self.statistics.skipped_messages += stream.take_skipped()
        self.statistics.last_message_at = dt_util.utcnow()
        if not isinstance(message, EventMessage):
            self._coordinator.async_handle_message(message)
            return
        revision = message.event.revision
        replayed = revision <= stream.hello.revision
        self.statistics.replayed_events += replayed
        self._coordinator.async_handle_message(message, replayed=replayed)
        self.revisions.async_set(revision)

    def _note_failure(self, error: AgentError) -> None:
        self.statistics.failures += 1
        self.statistics.last_error = str(error)
        first = self._coordinator.last_update_success
        _LOGGER.log(
            logging.WARNING if first else logging.DEBUG,
            "Lost the connection to %s: %s",
            self._client.address,
            error,
        )
        self._coordinator.async_set_unreachable(error)
