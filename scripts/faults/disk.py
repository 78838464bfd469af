"""A disk of the agent's own, an ext4 in a file: to be filled, to stop, to become read-only."""

import subprocess
import time
from contextlib import suppress
from pathlib import Path

_LET_GO_SECONDS = 10.0
_MEGABYTES = 256


class Disk:
    """Mounted at `folder` in our own mount namespace, so that nobody else sees it."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.folder = folder
        self._image = image
        self._ballast = folder / "ballast"

    def make(self) -> None:
        """Make and mount it; OSError where that is not possible here."""
        with self._image.open("wb") as file:
            file.truncate(_MEGABYTES * 1024**2)
        _run("mkfs.ext4", "-q", self._image)
        self.folder.mkdir()
        self.mount()

    def mount(self) -> None:
        """Mount it, as a start of the machine does, after its errors were mended."""
        # Status 1: it has mended some.
        _run("e2fsck", "-p", "-f", self._image, good=(0, 1))
        _run("mount", "-o", "loop,errors=remount-ro", self._image, self.folder)

    def unmount(self) -> None:
        """Let go of it; who used it was killed, and is gone within a moment."""
        ends_at = time.monotonic() + _LET_GO_SECONDS
        while True:
            try:
                _run("umount", self.folder)
            except OSError:
                if time.monotonic() > ends_at:
                    raise
                time.sleep(0.1)
            else:
                return

    def fill(self) -> None:
        """Leave no room for anybody."""
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while file.write(bytes(1024**2)):
                pass
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while file.write(bytes(1024)):
                pass

    def empty(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)

    def freeze(self) -> None:
        """Whoever writes waits from now on, as with a card that is busy with itself."""
        _run("fsfreeze", "--freeze", self.folder)

    def thaw(self) -> None:
        """Let them go on."""
        _run("fsfreeze", "--unfreeze", self.folder)

    def break_down(self) -> None:
        """What the kernel does of itself when a card breaks: read-only until the next start."""
        device = _run("findmnt", "--noheadings", "--output", "SOURCE", self.folder).strip()
        trigger = Path("/sys/fs/ext4", Path(device).name, "trigger_fs_error")
        trigger.write_text("1", encoding="ascii")


def _run(*command: str | Path, good: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode not in good:
        raise OSError(
            f"{' '.join(map(str, command))}: {done.stderr.strip() or done.stdout.strip()}"
        )
    return done.stdout
