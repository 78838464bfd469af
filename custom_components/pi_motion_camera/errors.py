"""The agent's errors become Home Assistant's here: translated, each with its mend."""

from collections.abc import Iterator
from contextlib import contextmanager

from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    ConfigEntryNotReady,
    HomeAssistantError,
    ServiceValidationError,
)

from .agent_client import (
    AgentAuthError,
    AgentCertificateError,
    AgentConnectionError,
    AgentError,
    AgentRequestError,
    AgentVersionError,
)
from .const import DOMAIN


def error_key(error: AgentError) -> str:
    """The key of the sentence about an error, the same in flows and exceptions."""
    match error:
        case AgentConnectionError():
            return "cannot_connect"
        case AgentAuthError():
            return "not_paired"
        case AgentCertificateError():
            return "certificate_changed"
        case AgentVersionError(agent_is_older=True):
            return "agent_too_old"
        case AgentVersionError():
            return "agent_too_new"
        case AgentRequestError():
            return "agent_refused"
        case _:
            return "not_an_agent"


def _translated[E: HomeAssistantError](kind: type[E], key: str, name: str, error: AgentError) -> E:
    return kind(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"name": name, "error": str(error)},
    )


@contextmanager
def translate_agent_errors(name: str) -> Iterator[None]:
    """In actions of entities: HomeAssistantError, or ServiceValidationError for a wrong value.

    The sentence names the agent by its `name`: not every user may know where it is.
    """
    try:
        yield
    except AgentConnectionError as error:
        raise _translated(HomeAssistantError, "unreachable", name, error) from error
    except AgentRequestError as error:
        wrong_value = error.status == 400
        kind = ServiceValidationError if wrong_value else HomeAssistantError
        raise _translated(kind, error_key(error), name, error) from error
    except AgentError as error:
        raise _translated(HomeAssistantError, error_key(error), name, error) from error


@contextmanager
def translate_media_errors(kind: type[HomeAssistantError], name: str) -> Iterator[None]:
    """In the media source, whose callers show errors of one `kind` and no other."""
    try:
        yield
    except AgentConnectionError as error:
        raise _translated(kind, "unreachable", name, error) from error
    except AgentRequestError as error:
        key = "no_such_event" if error.status == 404 else error_key(error)
        raise _translated(kind, key, name, error) from error
    except AgentError as error:
        raise _translated(kind, error_key(error), name, error) from error


@contextmanager
def translate_setup_errors(name: str) -> Iterator[None]:
    """While an entry is set up: what to retry, what to pair anew, what to give up on."""
    try:
        yield
    except (AgentAuthError, AgentCertificateError) as error:
        raise _translated(ConfigEntryAuthFailed, error_key(error), name, error) from error
    except AgentVersionError as error:
        raise _translated(ConfigEntryError, error_key(error), name, error) from error
    except AgentError as error:
        raise _translated(ConfigEntryNotReady, error_key(error), name, error) from error
