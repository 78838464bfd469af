"""Whether agent and integration understand one another."""

from .errors import AgentVersionError
from .protocol import PROTOCOL_VERSION, IncompatibleProtocolError, check_protocol


def require_compatible(theirs: str) -> None:
    """Accept an agent's protocol version; AgentVersionError says which side to update."""
    try:
        check_protocol(theirs)
    except IncompatibleProtocolError as error:
        raise AgentVersionError(str(error), agent_is_older=_is_older(theirs)) from error


def _is_older(theirs: str) -> bool:
    major = theirs.split(".", maxsplit=1)[0]
    ours = PROTOCOL_VERSION.split(".")[0]
    # What cannot be read as a version is taken for old, as `check_protocol` does.
    return not major.isdecimal() or int(major) < int(ours)
