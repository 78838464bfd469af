"""Takes notifications to phones, chats, mailboxes and notify actions, each in its form."""

import asyncio
import logging
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from homeassistant.components.notify import (
    ATTR_DATA,
    ATTR_MESSAGE,
    ATTR_TITLE,
    DOMAIN as NOTIFY,
    SERVICE_SEND_MESSAGE,
)
from homeassistant.components.notify.legacy import NOTIFY_SERVICES
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, ServiceResponse, callback
from homeassistant.helpers import entity_registry as er

from .media_files import MediaFiles
from .notification_calls import (
    MOBILE_APP,
    SMTP,
    TAKE_FILES,
    TELEGRAM_BOT,
    TELEGRAM_SEND_PHOTO,
    Call,
    legacy_data,
    mail_call,
    telegram_call,
)
from .notification_content import Notification, phone_data, text_with_link
from .notification_hook import NotificationHook
from .notification_media import KEEP_FILES, NotificationMedia, Told

_LOGGER = logging.getLogger(__name__)
_MOST_WAITING: Final = 16  # notifications for one receiver that does not answer
_MOST_SENT: Final = 128  # messages that may still be replaced

type _Tell = Callable[[], Awaitable[None]]


class NotificationSender:
    """Tells the receivers of one agent's hooks. Lives on the event loop.

    A receiver is told in order, so that no clip comes before its picture; none waits for another.
    """

    def __init__(self, hass: HomeAssistant, files: MediaFiles) -> None:
        """Nothing is sent yet."""
        self._hass = hass
        self._files = files
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: defaultdict[str, int] = defaultdict(int)
        # The ids of photos, by chat, hook and tag.
        self._sent: OrderedDict[tuple[str, str, str], int] = OrderedDict()

    async def async_send(self, hook: NotificationHook, note: Notification) -> list[str]:
        """Tell all receivers of a hook at once; the names of those that could not be told.

        What only follows an earlier message quietly goes to those who can show a clip.
        """
        ways = self._ways(hook, NotificationMedia(self._files, note))
        told = await asyncio.gather(*(self._in_turn(name, tell) for name, tell in ways.items()))
        return [name for name, is_told in zip(ways, told, strict=True) if not is_told]

    async def _in_turn(self, name: str, tell: _Tell) -> bool:
        if self._waiting[name] >= _MOST_WAITING:
            _LOGGER.warning("%s still has %s notifications to take", name, _MOST_WAITING)
            return False
        self._waiting[name] += 1
        try:
            async with self._turns[name], asyncio.timeout(KEEP_FILES.total_seconds()):
                await tell()
        except Exception as error:  # noqa: BLE001  (whatever it is, the others are told)
            _LOGGER.warning("%s could not be notified: %s", name, str(error) or repr(error))
            return False
        finally:
            self._waiting[name] -= 1
        return True

    @callback
    def _ways(self, hook: NotificationHook, media: NotificationMedia) -> dict[str, _Tell]:
        """How each receiver is told, by its name."""
        note = media.note
        ways: dict[str, _Tell] = {p: partial(self._tell_phone, p, note) for p in hook.phones}
        for action in hook.actions:
            integration = integration_of(self._hass, action)
            if integration == MOBILE_APP or integration in TAKE_FILES or not note.quiet:
                tell = partial(self._tell_by_action, action, integration, hook.channels, media)
                ways[f"{NOTIFY}.{action}"] = tell
        others = []
        for entity_id in hook.entities:
            if by_kind := self._tell_entity.get(_platform_of(self._hass, entity_id)):
                ways[entity_id] = partial(by_kind, self, entity_id, hook.id, media)
            else:
                others.append(entity_id)
        if others and not note.quiet:
            ways[", ".join(others)] = partial(self._tell_entities, others, note)
        return ways

    async def _tell_phone(self, phone: str, note: Notification) -> None:
        action = _action_of_phone(self._hass, phone)
        if action is None:
            raise LookupError(f"There is no phone {phone}, or it takes no notifications")
        data = {
            ATTR_TITLE: note.title,
            ATTR_MESSAGE: note.message,
            ATTR_DATA: phone_data(note),
        }
        await self._call(Call(domain=NOTIFY, action=action, data=data))

    async def _tell_by_action(
        self,
        action: str,
        integration: str | None,
        channels: tuple[str, ...],
        media: NotificationMedia,
    ) -> None:
        takes_file = integration in TAKE_FILES
        told = await media.with_file() if takes_file else Told(note=media.note)
        data = legacy_data(self._hass, integration, told, channels)
        await self._call(Call(domain=NOTIFY, action=action, data=data))

    async def _tell_chat(self, chat: str, hook_id: str, media: NotificationMedia) -> None:
        key = (chat, hook_id, media.note.tag)
        call = telegram_call(self._hass, chat, await media.with_file(), self._sent.get(key))
        if call.action != TELEGRAM_SEND_PHOTO:
            await self._call(call)
            return
        answer: Any = await self._call(call, return_response=True)
        self._sent[key] = answer["chats"][0]["message_id"]
        while len(self._sent) > _MOST_SENT:
            self._sent.popitem(last=False)

    async def _tell_mailbox(self, mailbox: str, _: str, media: NotificationMedia) -> None:
        await self._call(mail_call(self._hass, mailbox, await media.with_file()))

    async def _tell_entities(self, entity_ids: list[str], note: Notification) -> None:
        data = {
            ATTR_ENTITY_ID: entity_ids,
            ATTR_TITLE: note.title,
            ATTR_MESSAGE: text_with_link(self._hass, note),
        }
        await self._call(Call(domain=NOTIFY, action=SERVICE_SEND_MESSAGE, data=data))

    async def _call(self, call: Call, *, return_response: bool = False) -> ServiceResponse:
        return await self._hass.services.async_call(
            call.domain, call.action, call.data, blocking=True, return_response=return_response
        )

    _tell_entity: Final = {TELEGRAM_BOT: _tell_chat, SMTP: _tell_mailbox}  # by integration


def _platform_of(hass: HomeAssistant, entity_id: str) -> str:
    """The integration of an entity; empty where Home Assistant does not know it."""
    entity = er.async_get(hass).async_get(entity_id)
    return entity.platform if entity else ""


def _action_of_phone(hass: HomeAssistant, device_id: str) -> str | None:
    if MOBILE_APP not in hass.config.components:
        return None
    # Not above: where nobody has a phone, what it needs may not be installed.
    from homeassistant.components.mobile_app.util import (
        get_notify_service,
        webhook_id_from_device_id,
    )

    webhook_id = webhook_id_from_device_id(hass, device_id)
    try:
        return get_notify_service(hass, webhook_id) if webhook_id else None
    except KeyError:
        return None  # Home Assistant is starting: the app's notify actions are not there yet


@callback
def integration_of(hass: HomeAssistant, action: str) -> str | None:
    """The integration behind a notify action; None where Home Assistant does not tell."""
    for integration, services in hass.data.get(NOTIFY_SERVICES, {}).items():
        for service in services:
            names = {service._service_name, *service.registered_targets}  # noqa: SLF001
            if action in names:
                return integration
    return None
