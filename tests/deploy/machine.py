"""A Debian to install on, with everything that it has more than the root of its suite."""

import hashlib
import shutil
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_SCRIPT = ROOT / "scripts" / "install-root"
_SECONDS = 400
_INSIDE = "srv"  # where the tests put what is to be installed
_SOURCES = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "deploy", "pi_agent")
Done = subprocess.CompletedProcess[str]


def install_root(*arguments: str | Path) -> Done:
    """Run the script that provides the roots."""
    return subprocess.run(
        [_SCRIPT, *arguments], capture_output=True, text=True, timeout=_SECONDS, check=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One machine: `changes` holds all that differs from the root of its suite."""

    suite: str
    changes: Path

    @property
    def files(self) -> Path:
        """Where files are to be put before the machine runs."""
        return self.changes / "upper"

    def copy(self, changes: Path) -> "Machine":
        """Another machine in the same state."""
        changes.mkdir()
        subprocess.run(["cp", "-a", self.files, changes], check=True)
        return Machine(suite=self.suite, changes=changes)

    def run(self, script: str) -> Done:
        """Run a shell script inside; there is no systemd, as in a chroot."""
        return install_root("run", self.suite, self.changes, "bash", "-euc", script)

    def boot(self, script: str) -> Done:
        """Boot it, run a shell script, switch it off."""
        return install_root("boot", self.suite, self.changes, "bash", "-euc", script)

    def put(self, path: str, text: str) -> None:
        """Write a file."""
        file = self.files / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def put_installer(self) -> None:
        """The installer, as it is piped into a shell."""
        self.put(f"{_INSIDE}/install.sh", (ROOT / "deploy" / "install.sh").read_text())

    def put_source(self, name: str, *, version: str, broken: dict[str, str] | None = None) -> str:
        """A version of the agent as `--from` takes it; `broken`: lines to append to its files."""
        source = self.files / _INSIDE / name
        for part in _SOURCES:
            _copy(ROOT / part, source / part)
        for path, lines in {
            "pi_agent/__init__.py": f'__version__ = "{version}"',
            **(broken or {}),
        }.items():
            with (source / path).open("a") as file:
                file.write(f"\n{lines}\n")
        return f"/{_INSIDE}/{name}"


def _copy(path: Path, to: Path) -> None:
    if path.is_dir():
        shutil.copytree(path, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, to)


def add_raspberry_pi_archive(machine: Machine) -> None:
    """Sources with a python3-picamera2 that, as the real one, wants the system's own numpy."""
    archive = machine.files / _INSIDE / "raspi"
    package = archive / "python3-picamera2"
    (package / "DEBIAN").mkdir(parents=True)
    (package / "DEBIAN" / "control").write_text(_CONTROL)
    module = package / "usr/lib/python3/dist-packages/picamera2/__init__.py"
    module.parent.mkdir(parents=True)
    module.write_text(_PICAMERA2)
    deb = archive / "python3-picamera2.deb"
    subprocess.run(["dpkg-deb", "--build", package, deb], check=True, capture_output=True)
    digest = hashlib.sha256(deb.read_bytes()).hexdigest()
    (archive / "Packages").write_text(
        f"{_CONTROL}Filename: ./{deb.name}\nSize: {deb.stat().st_size}\nSHA256: {digest}\n"
    )
    machine.put(
        "etc/apt/sources.list.d/raspi.list", f"deb [trusted=yes] file:/{_INSIDE}/raspi ./\n"
    )


_CONTROL = textwrap.dedent("""\
    Package: python3-picamera2
    Version: 0.3.99
    Architecture: all
    Maintainer: nobody <nobody@example.org>
    Depends: python3-numpy
    Description: stands for Raspberry Pi OS's own
""")
_PICAMERA2 = textwrap.dedent("""\
    import numpy

    if not numpy.__file__.startswith("/usr/lib/python3/"):
        raise ImportError(f"numpy.dtype size changed: I was not built for {numpy.__file__}")


    class Picamera2:
        @staticmethod
        def global_camera_info():
            return []
""")
