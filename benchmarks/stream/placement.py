"""Which cores a server and those who watch it run on, the same for every contender.

Measured: what a delivered frame costs a server depends by a third on where its readers happen to
be placed. On its own core they push it aside; on a sleeping one it pays for waking that.
"""

import os

_CORES = sorted(os.sched_getaffinity(0))


def place_server(pid: int) -> None:
    """Move the process, before it has threads, to the core that servers share."""
    if len(_CORES) > 1:
        os.sched_setaffinity(pid, _CORES[-1:])


def place_watcher(pid: int) -> None:
    """Move the process, before it has threads, to the other cores; 0 means this process."""
    if len(_CORES) > 1:
        os.sched_setaffinity(pid, _CORES[:-1])
