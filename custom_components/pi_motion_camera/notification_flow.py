"""The forms that make and change a notification hook: who and what, when, how, a test."""

import re
from collections.abc import Mapping
from typing import Any

import probatio
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME

from .notification_calls import DISCORD
from .notification_forms import HOW, WHEN, who
from .notification_hook import NotificationHook
from .notification_targets import NotificationSender, integration_of
from .notification_texts import NotificationTexts
from .runtime import AgentConfigEntry

_TARGETS = ("phones", "entities", "actions")
_CHANNEL = re.compile(r"\d{1,20}\Z", re.ASCII)


class NotificationFlow(ConfigSubentryFlow):
    """Three short forms, then a menu: keep it, or send a test first."""

    def __init__(self) -> None:
        """Nothing is filled in yet."""
        self._data: dict[str, Any] = {}

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """A new hook."""
        return await self.async_step_who(user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """A hook that is there already."""
        subentry = self._get_reconfigure_subentry()
        self._data = {CONF_NAME: subentry.title, **subentry.data}
        return await self.async_step_who()

    async def async_step_who(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Who is told, and of what."""
        entry: AgentConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_connected")
        errors: dict[str, str] = {}
        if user_input is not None:
            self._fill_in(who(self.hass, entry), user_input)
            errors = self._faults_of_receivers()
            if not errors:
                return await self.async_step_when()
        return self._show("who", who(self.hass, entry), errors)

    async def async_step_when(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """At what times."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._fill_in(WHEN, user_input)
            if ("quiet_from" in user_input) is ("quiet_to" in user_input):
                return await self.async_step_how()
            errors = {"quiet_to": "half_of_quiet_hours"}
        return self._show("when", WHEN, errors)

    async def async_step_how(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """With what."""
        if user_input is not None:
            self._fill_in(HOW, user_input)
            return await self.async_step_finish()
        return self._show("how", HOW, {})

    async def async_step_finish(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Keep it, or send a test."""
        return self.async_show_menu(step_id="finish", menu_options=["save", "send_test"])

    async def async_step_send_test(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Send a test and say who could not be told."""
        if user_input is not None:
            return await self.async_step_finish()
        entry: AgentConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_connected")
        hook = NotificationHook.of("test", self._data)
        test = NotificationTexts(self.hass, entry).test(hook)
        sender = NotificationSender(self.hass, entry.runtime_data.media_files)
        failed = await sender.async_send(hook, test)
        return self.async_show_form(
            step_id="send_test",
            data_schema=probatio.Schema({}),
            description_placeholders={"failed": ", ".join(failed) or "–"},
            errors={"base": "not_all_told"} if failed else {},
        )

    async def async_step_save(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Keep it; it counts from the next event on."""
        title = self._data[CONF_NAME]
        data = {key: value for key, value in self._data.items() if key != CONF_NAME}
        if self.source == SOURCE_RECONFIGURE:
            subentry = self._get_reconfigure_subentry()
            return self.async_update_and_abort(self._get_entry(), subentry, title=title, data=data)
        return self.async_create_entry(title=title, data=data)

    def _faults_of_receivers(self) -> dict[str, str]:
        if not any(self._data.get(target) for target in _TARGETS):
            return {"base": "no_target"}
        channels: list[str] = self._data.get("channels", [])
        actions: list[str] = self._data.get("actions", [])
        asks_where = any(integration_of(self.hass, name) == DISCORD for name in actions)
        are_ids = all(_CHANNEL.match(channel) for channel in channels)
        if not are_ids or (asks_where and not channels):
            return {"channels": "discord_channels"}
        return {}

    def _fill_in(self, schema: probatio.Schema, user_input: Mapping[str, Any]) -> None:
        """Take over a form; fields that were emptied are gone."""
        for marker in schema.schema:
            self._data.pop(str(marker), None)
        self._data.update(user_input)

    def _show(
        self, step_id: str, schema: probatio.Schema, errors: dict[str, str]
    ) -> SubentryFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, self._data),
            errors=errors,
        )
