"""The protocol's version, and who must be updated when two of them differ."""

PROTOCOL_VERSION = "1.0"
DEFAULT_PORT = 8788


class IncompatibleProtocolError(Exception):
    """The other side speaks another major protocol; the message says which side to update."""


def check_protocol(theirs: str, *, ours: str = PROTOCOL_VERSION) -> None:
    """Accept an agent's protocol version, such as "1.4"; called on the Home Assistant side.

    Raises IncompatibleProtocolError when the major number differs or cannot be read.
    """
    try:
        their_major, our_major = (int(version.split(".")[0]) for version in (theirs, ours))
    except ValueError as error:
        raise IncompatibleProtocolError(
            f"the agent's protocol version {theirs!r} cannot be read; update the agent"
        ) from error
    if their_major != our_major:
        side = "the agent" if their_major < our_major else "the Home Assistant integration"
        raise IncompatibleProtocolError(
            f"the agent speaks protocol {theirs}, this integration {ours}; update {side}"
        )
