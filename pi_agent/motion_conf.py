"""Reads the configuration files of Motion and motionEye: `option value`, a line each.

motionEye keeps what is its own in comments, `# @option value`; here they keep the @.
"""

from dataclasses import dataclass
from pathlib import Path

from pi_agent.errors import ConfigurationError

_OTHER_FILES = {"camera", "thread"}
_MOST_FILES = 64

Options = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionCamera:
    """One camera's options, those of the main file among them."""

    path: Path
    options: Options


def read_motion_cameras(path: Path) -> tuple[list[MotionCamera], list[str]]:
    """The cameras of a file, and why others that it names could not be read.

    A main file that names files of cameras is none itself. Raises ConfigurationError.
    """
    main, others = _read(path)
    cameras, problems = [], []
    for other in others[:_MOST_FILES]:
        try:
            options, _ = _read(other)
        except ConfigurationError as error:
            problems.append(str(error))
        else:
            cameras.append(MotionCamera(path=other, options={**main, **options}))
    if not others:
        cameras.append(MotionCamera(path=path, options=main))
    return cameras, problems


def _read(path: Path) -> tuple[Options, list[Path]]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    options: Options = {}
    others: list[Path] = []
    for line in text.splitlines():
        name, value = _option(line)
        if name in _OTHER_FILES:
            others.append(path.parent / value)
        elif name == "camera_dir":
            others += sorted((path.parent / value).glob("*.conf"))
        elif name:
            options[name] = value
    return options, others


def _option(line: str) -> tuple[str, str]:
    """Name and value; an empty name for what is only a comment."""
    line = line.strip()
    if line.startswith("# @"):
        line = line[2:]
    if not line or line[0] in "#;":
        return "", ""
    name, _, value = line.partition(" ") if "\t" not in line else line.partition("\t")
    return name.lower(), value.strip().strip("\"'")
