"""Where those who watch run, so that servers meet the same machine in each turn.

Measured: what a delivered frame costs a server depends by a third on where its readers happen to
be placed. On its own core they push it aside; on one that sleeps it pays for waking that. Servers
themselves are placed by the kernel: some have threads, and those fight for Python's lock as they
do anywhere.
"""

import os

_CORES = sorted(os.sched_getaffinity(0))


def place_watcher(pid: int) -> None:
    """Keep the process, before it has threads, off the last core; 0 means this process."""
    if len(_CORES) > 1:
        os.sched_setaffinity(pid, _CORES[:-1])


def place_anywhere(pid: int) -> None:
    """Let the process run on every core, whatever its parent may use."""
    os.sched_setaffinity(pid, _CORES)
