"""The forms behind repairs: they look again, and say whether it is mended."""

from typing import TYPE_CHECKING, cast

import probatio
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .agent_client import AgentAuthError, AgentCertificateError, AgentError
from .connection import client_of
from .errors import error_key
from .issues import CLOCK_OFF, is_clock_off

if TYPE_CHECKING:
    from .runtime import AgentConfigEntry


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """The form for an issue that `issues.py` has raised; `data` is what it left there."""
    data = data or {}
    entry = hass.config_entries.async_get_known_entry(str(data["entry_id"]))
    return LookAgainFlow(cast("AgentConfigEntry", entry), str(data["key"]))


class LookAgainFlow(RepairsFlow):
    """Tells what to do, then sees whether it was done.

    An agent that was installed anew has to be paired anew: that flow is started in its place.
    """

    def __init__(self, entry: AgentConfigEntry, key: str) -> None:
        """`key` is the issue, as in `issues.py`."""
        self._entry = entry
        self._key = key

    async def async_step_init(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin with the only form."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show what to do; look again when it is said to be done."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                problem = await self._look()
            except AgentAuthError, AgentCertificateError:
                self._entry.async_start_reauth(self.hass)
                return self.async_abort(reason="pair_again")
            if problem is None:
                return self._finish()
            errors = {"base": problem}
        return self.async_show_form(
            step_id="confirm",
            data_schema=probatio.Schema({}),
            description_placeholders={"name": self._entry.title},
            errors=errors,
        )

    async def _look(self) -> str | None:
        """What is still wrong, None for nothing."""
        try:
            info = await client_of(self.hass, self._entry).info()
        except AgentAuthError, AgentCertificateError:
            raise
        except AgentError as error:
            return error_key(error)
        return CLOCK_OFF if self._key == CLOCK_OFF and is_clock_off(info.clock) else None

    def _finish(self) -> RepairsFlowResult:
        if self._entry.state is not ConfigEntryState.LOADED:
            self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})
