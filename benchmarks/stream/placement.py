"""Where those who watch run, so that one source of chance is gone.

Seen in single runs: what a delivered frame cost a server differed by up to a third, depending on
whether its reader shared its core. Servers themselves are placed by the kernel: some have threads,
and those fight for Python's lock as they do anywhere.
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
