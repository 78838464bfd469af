"""What a user can mend, told in Home Assistant's repairs and taken back once it is mended."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .agent_client import AgentCertificateError, AgentError, AgentVersionError
from .agent_client.protocol import AgentInfo, Hello, ServerMessage, SystemMessage
from .const import DOCUMENTATION, DOMAIN
from .errors import error_key

if TYPE_CHECKING:
    from .runtime import AgentConfigEntry

AGENT_TOO_NEW = "agent_too_new"
AGENT_TOO_OLD = "agent_too_old"
CERTIFICATE_CHANGED = "certificate_changed"
CLOCK_OFF = "clock_off"
RECORDING_PROBLEM = "recording_problem"

_KEPT_FROM_CONNECTING = (AGENT_TOO_NEW, AGENT_TOO_OLD, CERTIFICATE_CHANGED)
_TOLD_WHILE_CONNECTED = (CLOCK_OFF, RECORDING_PROBLEM)
# What a form can look at again. A disk that records again is told by the agent itself, and a newer
# integration comes with a restart.
FIXABLE = frozenset({AGENT_TOO_OLD, CERTIFICATE_CHANGED, CLOCK_OFF})
# Far more than a greeting is delayed, and less than anybody overlooks in a list of events.
_MOST_CLOCK_ERROR = timedelta(seconds=30)


def is_clock_off(clock: datetime) -> bool:
    """Whether an agent's clock is so wrong that its events stand at wrong times."""
    return abs(dt_util.utcnow() - clock) > _MOST_CLOCK_ERROR


class AgentIssues:
    """The issues of one agent. Raising one twice, or deleting what is not there, is harmless."""

    def __init__(self, hass: HomeAssistant, entry: AgentConfigEntry) -> None:
        """None is raised yet."""
        self._hass = hass
        self._entry = entry
        self._recording_problem: str | None = None

    @callback
    def note_error(self, error: AgentError) -> None:
        """Raise the issue that an error is the sign of, if any."""
        if isinstance(error, AgentVersionError | AgentCertificateError):
            self._raise(error_key(error))

    @callback
    def note_message(self, message: ServerMessage) -> None:
        """Raise or take back what a message tells about."""
        if isinstance(message, Hello):
            self.note_connected(message.clock)
        elif isinstance(message, SystemMessage):
            self._note_recording(message.recording_problem)

    @callback
    def note_info(self, info: AgentInfo) -> None:
        """Raise or take back what an agent says of itself."""
        self.note_connected(info.clock)
        if info.system is not None:
            self.note_message(info.system)

    @callback
    def note_connected(self, clock: datetime) -> None:
        """The agent has answered as it should; `clock` is the time that it has."""
        self._delete(_KEPT_FROM_CONNECTING)
        if is_clock_off(clock):
            self._raise(CLOCK_OFF, ir.IssueSeverity.WARNING)
        else:
            self._delete((CLOCK_OFF,))

    @callback
    def forget_connected(self) -> None:
        """Take back what only a connected agent can say."""
        self._recording_problem = None
        self._delete(_TOLD_WHILE_CONNECTED)

    @callback
    def forget_all(self) -> None:
        """Take back everything: the agent is removed."""
        self._delete((*_KEPT_FROM_CONNECTING, *_TOLD_WHILE_CONNECTED))

    def _note_recording(self, problem: str | None) -> None:
        if problem == self._recording_problem:
            return  # said twice a minute
        self._recording_problem = problem
        if problem is None:
            self._delete((RECORDING_PROBLEM,))
        else:
            self._raise(RECORDING_PROBLEM, problem=problem)

    def _raise(
        self,
        key: str,
        severity: ir.IssueSeverity = ir.IssueSeverity.ERROR,
        **placeholders: str,
    ) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id(key),
            data={"entry_id": self._entry.entry_id, "key": key},
            is_fixable=key in FIXABLE,
            learn_more_url=f"{DOCUMENTATION}#troubleshooting",
            severity=severity,
            translation_key=key,
            translation_placeholders={"name": self._entry.title, **placeholders},
        )

    def _delete(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            ir.async_delete_issue(self._hass, DOMAIN, self._issue_id(key))

    def _issue_id(self, key: str) -> str:
        return f"{key}_{self._entry.entry_id}"
