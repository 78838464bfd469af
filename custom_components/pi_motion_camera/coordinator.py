"""Holds what is known of one agent and tells everyone who needs to know of a change."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .agent_client import AgentCertificateError, AgentClient, AgentError
from .agent_client.protocol import (
    AgentInfo,
    CameraSettings,
    EventMessage,
    Hello,
    MotionEvent,
    ServerMessage,
    SettingsMessage,
)
from .const import DOMAIN, EVENT_MOTION
from .errors import translate_setup_errors
from .issues import AgentIssues
from .motion_events import EventNotice, bus_data
from .state import AgentState, apply_message, event_phase, initial_state
from .told_moments import ToldMoments

if TYPE_CHECKING:
    from .runtime import AgentConfigEntry

_LOGGER = logging.getLogger(__name__)

type EventListener = Callable[[EventNotice], None]


class AgentCoordinator(DataUpdateCoordinator[AgentState]):
    """One agent's state: asked for once at setup, pushed by the event websocket from then on."""

    config_entry: AgentConfigEntry

    def __init__(self, hass: HomeAssistant, entry: AgentConfigEntry, client: AgentClient) -> None:
        """Know nothing yet; `async_config_entry_first_refresh` asks."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=None,  # everything is pushed
        )
        self.client = client
        self.told = ToldMoments()
        self.issues = AgentIssues(hass, entry)
        self._event_listeners: dict[str, list[EventListener]] = {}
        self._all_event_listeners: list[EventListener] = []

    @override
    async def _async_update_data(self) -> AgentState:
        with translate_setup_errors(self.name):
            info = await self._info()
            self._require_same_agent(info.agent_id)
            self.issues.note_info(info)
            settings = await self._settings(info)
            return initial_state(info, settings, await self._newest_events(info))

    async def _info(self) -> AgentInfo:
        try:
            return await self.client.info()
        except AgentError as error:
            if not isinstance(error, AgentCertificateError):  # that one starts a flow of its own
                self.issues.note_error(error)
            raise

    async def _settings(self, info: AgentInfo) -> dict[str, CameraSettings]:
        ids = [camera.id for camera in info.cameras]
        found = await asyncio.gather(*(self.client.settings(camera) for camera in ids))
        return dict(zip(ids, found, strict=True))

    async def _newest_events(self, info: AgentInfo) -> dict[str, MotionEvent]:
        ids = [camera.id for camera in info.cameras]
        pages = await asyncio.gather(*(self.client.events(camera=c, limit=1) for c in ids))
        return {c: page.events[0] for c, page in zip(ids, pages, strict=True) if page.events}

    def _require_same_agent(self, agent_id: str) -> None:
        if agent_id != self.config_entry.unique_id:
            raise ConfigEntryError(
                translation_domain=DOMAIN,
                translation_key="wrong_agent",
                translation_placeholders={"name": self.name},
            )

    @callback
    def async_handle_message(self, message: ServerMessage, *, replayed: bool = False) -> None:
        """Take in a message, then tell entities, event listeners and the bus.

        `replayed`: an event that is made up for, from before this connection.
        """
        self.issues.note_message(message)
        before = self.data
        after = apply_message(before, message, replayed=replayed)
        if isinstance(message, Hello) or after is not before:
            self.async_set_updated_data(after)
        if isinstance(message, EventMessage):
            self._tell(before, message.event, replayed=replayed)

    def _tell(self, before: AgentState, event: MotionEvent, *, replayed: bool) -> None:
        camera = before.cameras.get(event.camera)
        if camera is None:
            return
        notice = EventNotice(event=event, phase=event_phase(camera, event), replayed=replayed)
        if (moment := self.told.moment(notice)) is not None:
            data = bus_data(self.config_entry.entry_id, moment, notice)
            self.hass.bus.async_fire(EVENT_MOTION, data)
        of_camera = self._event_listeners.get(event.camera, ())
        for listener in (*of_camera, *self._all_event_listeners):
            listener(notice)

    @callback
    def async_set_unreachable(self, error: AgentError) -> None:
        """Note that the event websocket is down; entities become unavailable, once."""
        self.last_exception = error
        self.issues.note_error(error)
        if self.last_update_success:
            self.last_update_success = False
            self.async_update_listeners()

    @callback
    def async_subscribe_events(self, camera_id: str, listener: EventListener) -> CALLBACK_TYPE:
        """Have `listener` called with every change of a camera's events; returns the way out."""
        listeners = self._event_listeners.setdefault(camera_id, [])
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    @callback
    def async_subscribe_all_events(self, listener: EventListener) -> CALLBACK_TYPE:
        """The same for the events of every camera, also of those to come."""
        self._all_event_listeners.append(listener)
        return lambda: self._all_event_listeners.remove(listener)

    async def async_change_settings(self, camera_id: str, **changes: Any) -> None:
        """Change settings of a camera at the agent; the state has them on return."""
        settings = await self.client.change_settings(camera_id, changes)
        self.async_handle_message(SettingsMessage(camera=camera_id, settings=settings))

    async def async_refresh_info(self) -> None:
        """Ask anew for what a greeting does not tell: name, version, what it can do."""
        info = await self.client.info()
        known = replace(  # always news: it says at least when the agent was started
            self.data,
            name=info.name,
            version=info.version,
            model=info.model,
            capabilities=info.capabilities,
            system=info.system,
        )
        self.async_set_updated_data(known)
