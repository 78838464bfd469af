"""Why a camera of this machine cannot be used, and the mend."""

import errno
import getpass
import os
from pathlib import Path

_NO_DEVICE = {errno.ENOENT, errno.ENODEV, errno.ENXIO}
_HANGS = "no picture comes; unplug it and plug it in again"
_PLAIN = {
    errno.ENOTTY: "this is no camera; `pi-agent check` lists those that there are",
    errno.ETIMEDOUT: _HANGS,
    errno.EIO: "its data cannot be read; try another cable or port",
    errno.EPROTO: "its data cannot be read; try another cable or port",
    errno.ENOSPC: "the USB port is too slow for this size; choose a smaller one, or another port",
    errno.ENOMEM: "there is no memory left for its pictures; choose a smaller size",
    errno.EINTR: "it was let go of",
}


def device_problem(error: OSError, path: str) -> str:
    """What is wrong with the device, in a sentence with its mend."""
    number = error.errno or 0
    if number in _NO_DEVICE:
        return "it is not there; is it plugged in?"
    if number in (errno.EACCES, errno.EPERM):
        return permission_problem()
    if number == errno.EBUSY:
        return f"it is in use by {holder_of(path) or 'another program'}; end that first"
    return _PLAIN.get(number, f"the system says: {error.strerror}")


def permission_problem() -> str:
    """The mend for a user who may not use cameras."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        user = str(os.getuid())
    return f"no permission; run: sudo usermod -aG video {user}, then log in anew"


def holder_of(path: str) -> str | None:
    """The program that has this device open, as far as we may see; None if nobody is found."""
    device = os.path.realpath(path)
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        try:
            if any(os.path.realpath(file) == device for file in (process / "fd").iterdir()):
                name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
                return f"{name} (process {process.name})"
        except OSError:  # not ours to see, or gone
            continue
    return None
