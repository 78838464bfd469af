"""What `pi-agent check` asks of the disk: whether it takes files, and the database is sound."""

import secrets
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from pi_agent.app import DATABASE
from pi_agent.errors import StorageError
from pi_agent.runtime.durable_files import disk_problem, write_durably
from pi_agent.storage import Database, databases_put_aside
from pi_agent.storage.opening import DamagedDatabaseError, connect

_PROBE = bytes(256 * 1024)  # as large as a snapshot: a full disk may still have a few bytes
_MEND = {
    "the disk is full": "delete something, or set [storage] min_free_gigabytes",
    "the disk is read-only": "a worn card makes itself so; look at `dmesg`, save it, replace it",
}
_CHECK_THE_CARD = "check the card and the rights on the folder"


def check_data_directory(folder: Path) -> str:
    """What is fine about it; StorageError and ConfigurationError say what is not, and the mend."""
    _write_and_remove(folder)
    if (folder / DATABASE).exists():
        _look_through(folder / DATABASE)
    Database(folder / DATABASE).close()
    return f"{folder} can be written"


def check_for_damage(folder: Path) -> str:
    """StorageError as long as a damaged database stands beside the one in use."""
    aside = databases_put_aside(folder / DATABASE)
    if aside:
        names = ", ".join(path.name for path in aside)
        raise StorageError(
            f"was damaged and has been replaced; the card may be worn out. What could be read was "
            f"taken over; remove {names} from {folder} when you need it no more"
        )
    return "sound"


def _write_and_remove(folder: Path) -> None:
    part = folder / f".check-{secrets.token_hex(4)}"
    probe = part.with_suffix(".done")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(probe, _PROBE, part=part)
    except OSError as error:
        problem = disk_problem(error)
        raise StorageError(f"{folder}: {problem}; {_MEND.get(problem, _CHECK_THE_CARD)}") from error
    finally:
        for path in (part, probe):
            with suppress(OSError):  # never made, or on a disk that takes no change: was told
                path.unlink()


def _look_through(path: Path) -> None:
    try:
        with closing(connect(path, check=True)):
            return
    except DamagedDatabaseError as error:
        raise StorageError(
            f"{path} is damaged ({error}); restart the agent, which keeps the file and takes over "
            "what can be read"
        ) from error
    except sqlite3.Error:
        return  # what else is wrong, opening it as the agent does will tell
