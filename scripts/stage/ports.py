"""Which port of 127.0.0.1 a program gets."""

import socket

LOOPBACK = "127.0.0.1"


def choose_port(preferred: int = 0) -> int:
    """`preferred` where nobody has it, else a free one that the system picks."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            # As servers do: a port that only old, closed connections still name is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"{LOOPBACK} has no free port")
