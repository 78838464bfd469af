"""Follows an agent's events and tells whom the notification hooks name."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .agent_client.protocol import MotionEvent
from .const import DOMAIN
from .coordinator import AgentCoordinator
from .entity_ids import camera_unique_id
from .missed_events import MissedEvents
from .motion_events import EventNotice
from .notification_content import Notification, parse_button
from .notification_hook import SUBENTRY_NOTIFICATION, HookButton, NotificationHook
from .notification_targets import NotificationSender
from .notification_texts import NotificationTexts
from .runtime import AgentConfigEntry

EVENT_BUTTON: Final = "mobile_app_notification_action"
SILENCE_SECONDS: Final = 30 * 60.0
_MOST_KNOWN = 128  # events: far more than are still changing


@dataclass(slots=True)
class _HookState:
    """What has been told by one hook; `decided` are events that will not be told (again)."""

    decided: deque[str] = field(default_factory=lambda: deque(maxlen=_MOST_KNOWN))
    clip_awaited: deque[str] = field(default_factory=lambda: deque(maxlen=_MOST_KNOWN))
    told_at: dict[str, float] = field(default_factory=dict)  # by camera
    silenced_until: float = float("-inf")


class Notifier:
    """Lives as long as the entry is loaded. Hooks are read as they are at each event."""

    def __init__(self, hass: HomeAssistant, entry: AgentConfigEntry) -> None:
        """Nothing is followed yet."""
        self._hass = hass
        self._entry = entry
        self._coordinator: AgentCoordinator = entry.runtime_data.coordinator
        self._texts = NotificationTexts(hass, entry)
        self._sender = NotificationSender(hass, entry.runtime_data.media_files)
        self._missed = MissedEvents(hass, self._tell_missed)
        self._states: dict[str, _HookState] = {}
        cameras = self._coordinator.data.cameras.values()
        # Told already, before a reload, or too old to be told: what becomes of it is no news.
        self._begun_before = frozenset(c.event.id for c in cameras if c.event is not None)

    @callback
    def async_start(self) -> CALLBACK_TYPE:
        """Follow events and buttons; returns the way out."""
        ways_out = (
            self._coordinator.async_subscribe_all_events(self._on_notice),
            self._hass.bus.async_listen(EVENT_BUTTON, self._on_button),
            self._missed.cancel,
        )

        @callback
        def _stop() -> None:
            for way_out in ways_out:
                way_out()

        return _stop

    def _hooks(self) -> Iterator[tuple[NotificationHook, _HookState]]:
        for subentry in self._entry.subentries.values():
            if subentry.subentry_type == SUBENTRY_NOTIFICATION:
                hook = NotificationHook.of(subentry.subentry_id, subentry.data)
                yield hook, self._states.setdefault(hook.id, _HookState())

    @callback
    def _on_notice(self, notice: EventNotice) -> None:
        if notice.event.id in self._begun_before and not notice.replayed:
            return
        for hook, state in self._hooks():
            if notice.event.id in state.decided:
                self._follow_up(hook, state, notice.event)
            elif hook.wants(notice.event) and not _is_old_news(notice):
                state.decided.append(notice.event.id)
                self._decide(hook, state, notice)

    def _decide(self, hook: NotificationHook, state: _HookState, notice: EventNotice) -> None:
        event = notice.event
        if notice.replayed:
            if hook.summary:
                self._missed.add(hook.id, event)
            return
        if not self._may_tell(hook, state, event.camera):
            return
        state.told_at[event.camera] = self._hass.loop.time()
        if hook.clip and event.clip is None:
            state.clip_awaited.append(event.id)
        self._send(hook, self._texts.motion(hook, event))

    def _follow_up(self, hook: NotificationHook, state: _HookState, event: MotionEvent) -> None:
        """Put the clip into what was told, once it is there."""
        if event.clip is not None and event.id in state.clip_awaited:
            state.clip_awaited.remove(event.id)
            self._send(hook, self._texts.clip(hook, event))

    def _may_tell(self, hook: NotificationHook, state: _HookState, camera: str) -> bool:
        now = self._hass.loop.time()
        cooled_down = now - state.told_at.get(camera, float("-inf")) >= hook.cool_down_seconds
        return cooled_down and self._is_active(hook, state)

    def _is_active(self, hook: NotificationHook, state: _HookState) -> bool:
        is_silenced = self._hass.loop.time() < state.silenced_until
        return not is_silenced and hook.is_active(self._hass, dt_util.now())

    @callback
    def _tell_missed(self, missed: dict[str, list[MotionEvent]]) -> None:
        for hook, state in self._hooks():
            if hook.id in missed and self._is_active(hook, state):
                self._send(hook, self._texts.summary(hook, missed[hook.id]))

    def _send(self, hook: NotificationHook, note: Notification) -> None:
        self._entry.async_create_task(
            self._hass,
            self._sender.async_send(hook, note),
            f"notification of {self._entry.title}",
        )

    async def _on_button(self, event: Event[dict[str, Any]]) -> None:
        pressed = parse_button(str(event.data.get("action", "")))
        if pressed is None or not await self._may_act(event, pressed[2]):
            return
        button, hook_id, camera_id = pressed
        for hook, state in self._hooks():
            if hook.id != hook_id:
                continue
            if button is HookButton.SILENCE:
                state.silenced_until = self._hass.loop.time() + SILENCE_SECONDS
            elif button is HookButton.PRIVACY:
                await self._shut_eyes(camera_id)

    async def _shut_eyes(self, camera_id: str) -> None:
        await self._hass.services.async_call(
            Platform.SWITCH,
            "turn_on",
            {"entity_id": self._entity_id(Platform.SWITCH, camera_id, "privacy")},
            blocking=True,
        )

    async def _may_act(self, event: Event[dict[str, Any]], camera_id: str) -> bool:
        """Whether whoever pressed a button may control the camera."""
        entity_id = self._entity_id(Platform.CAMERA, camera_id)
        if entity_id is None or event.context.user_id is None:
            return entity_id is not None
        user = await self._hass.auth.async_get_user(event.context.user_id)
        return user is not None and user.permissions.check_entity(entity_id, POLICY_CONTROL)

    def _entity_id(self, platform: Platform, camera_id: str, key: str | None = None) -> str | None:
        unique_id = camera_unique_id(self._coordinator.data.agent_id, camera_id, key)
        return er.async_get(self._hass).async_get_entity_id(platform, DOMAIN, unique_id)


def _is_old_news(notice: EventNotice) -> bool:
    """Whether an event was over and told long ago, and now changes only in the record."""
    event = notice.event
    is_done = event.clip is not None or event.clip_error is not None
    return notice.phase is None and is_done and not notice.replayed
