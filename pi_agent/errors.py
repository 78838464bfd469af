"""The agent's errors, grouped by what the caller does about them.

AgentError
├── ConfigurationError    a human mends the configuration or the command line; exit status 2
├── CameraError           try again later: the camera's pictures do not come
├── NotFoundError         the request names something that does not exist
├── RequestError          the request is wrong; `field` says where
└── UnavailableError      right request, wrong moment: try again later
    └── StorageError      the disk does not take or give what it should: full, read-only, damaged
"""


class AgentError(Exception):
    """Anything that the agent reports in a sentence meant for a person."""


class ConfigurationError(AgentError):
    """The configuration or command line is wrong; the message names each field and its mend."""


class CameraError(AgentError):
    """A camera cannot be opened or stopped delivering; the message is its `offline` reason."""


class NotFoundError(AgentError):
    """There is no such camera, event or file."""


class RequestError(AgentError):
    """A request does not fit the contract; `field` is the dotted path of the wrong part."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class UnavailableError(AgentError):
    """What was asked for cannot be had at the moment (offline, privacy mode, still being made)."""


class StorageError(UnavailableError):
    """What should be kept cannot be; the message says in plain words what the disk does."""
