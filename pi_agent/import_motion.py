"""`pi-agent import-motion FILE`: our configuration of Motion's or motionEye's."""

import argparse
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from pi_agent.errors import ConfigurationError
from pi_agent.motion_conf import MotionCamera, Options, read_motion_cameras
from pi_agent.motion_words import RENAMED, UNUSED_VALUES, reason_for
from pi_agent.sources import create_source

_SIDES = range(16, 8193)


@dataclass(slots=True, kw_only=True)
class Imported:
    """A camera in our words: `entry` for the configuration, `settings` for the API."""

    entry: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    keep_days: float = 0.0
    left_out: dict[str, list[str]] = field(default_factory=dict)  # reason: options
    used: set[str] = field(default_factory=set)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, and no more."""
    parser.add_argument("file", type=Path, help="motion.conf, or motionEye's camera-1.conf")


def run(options: argparse.Namespace) -> int:
    """Write the configuration to stdout and what has no place in it to stderr; 1: no camera."""
    cameras, problems = read_motion_cameras(options.file)
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    taken: list[Imported] = []
    for camera in cameras:
        imported = import_camera(camera, {other.entry["id"] for other in taken})
        _tell(camera, imported)
        if "source" in imported.entry:
            taken.append(imported)
    if not taken:
        return 1
    sys.stdout.write(as_toml(taken))
    return 0


def import_camera(camera: MotionCamera, other_ids: set[str]) -> Imported:
    """What our words can say of it. No value of an option is ever told: it may be a password."""
    options = {RENAMED.get(name, name): value for name, value in camera.options.items()}
    imported = Imported()
    _take_name(options, camera.path, other_ids, imported)
    _take_source(options, imported)
    _take_size(options, imported)
    _take_settings(options, imported)
    for option, value in options.items():
        if option not in imported.used and value.lower() not in UNUSED_VALUES:
            imported.left_out.setdefault(reason_for(option), []).append(option)
    return imported


def as_toml(cameras: list[Imported]) -> str:
    """The configuration file; what the API takes stands in it as comments."""
    lines = []
    days = max(camera.keep_days for camera in cameras)
    if days:
        lines += ["[storage]", f"max_age_days = {days:g}", ""]
    for camera in cameras:
        lines.append("[[cameras]]")
        lines += [f"{key} = {_toml(value)}" for key, value in camera.entry.items()]
        if camera.settings:
            lines.append("# To be set once the agent runs, in Home Assistant or by the API:")
            lines.append(
                f"# PATCH /api/v1/cameras/{camera.entry['id']}/settings "
                f"{json.dumps(camera.settings)}"
            )
        lines.append("")
    return "\n".join(lines)


def _tell(camera: MotionCamera, imported: Imported) -> None:
    sys.stderr.write(f"{camera.path}: camera {imported.entry['id']}\n")
    for reason, options in imported.left_out.items():
        sys.stderr.write(f"  not taken over: {', '.join(sorted(options))}: {reason}\n")


def _take_name(options: Options, path: Path, others: set[str], imported: Imported) -> None:
    """An id and a name that no camera before it has."""
    name = options.get("camera_name", "")
    plain = re.sub(r"[^a-z0-9]+", "_", (name or path.stem).lower()).strip("_")[:60] or "camera"
    number = next(n for n in range(1, len(others) + 2) if _numbered(plain, n) not in others)
    imported.entry["id"] = _numbered(plain, number)
    imported.used.add("camera_name")
    if name:
        imported.entry["name"] = name if number == 1 else f"{name} {number}"


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}_{number}"


def _take_source(options: Options, imported: Imported) -> None:
    used, source = imported.used, None
    if any(options.get(name) for name in ("mmalcam_name", "libcam_device")):
        source = "picamera2"
    elif url := options.get("netcam_high_url") or options.get("netcam_url"):
        source = _network_source(url, options.get("netcam_userpass", ""))
    elif device := options.get("video_device"):
        source = device
    used.update(("mmalcam_name", "libcam_device", "netcam_high_url", "netcam_url"))
    used.update(("netcam_userpass", "video_device"))
    if source is None:
        return imported.left_out.update({"no camera is named": ["video_device, netcam_url"]})
    try:
        create_source(source)
    except ConfigurationError as error:
        return imported.left_out.update({str(error).removeprefix("source: "): ["netcam_url"]})
    imported.entry["source"] = source
    return None


def _network_source(url: str, userpass: str) -> str:
    if url.startswith("v4l2://"):
        return url.removeprefix("v4l2://")
    url = re.sub(r"^mjpe?g://", "http://", url)
    if userpass and "@" not in urlsplit(url).netloc and "://" in url:
        scheme, _, rest = url.partition("://")
        user, _, password = userpass.partition(":")
        return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{rest}"
    return url


def _take_size(options: Options, imported: Imported) -> None:
    """Cameras of the network send what they are set to themselves."""
    names = ("width", "height", "framerate")
    if "://" in str(imported.entry.get("source", "")):
        return
    width, height, fps = (_number(options, name, imported) for name in names)
    if width in _SIDES and height in _SIDES:
        imported.entry |= {"width": int(width or 0), "height": int(height or 0)}
    if fps is not None and 0.5 <= fps <= 120:
        imported.entry["fps"] = fps


def _take_settings(options: Options, imported: Imported) -> None:
    settings = imported.settings
    fps = _number(options, "framerate", imported) or 15.0
    for option, setting, unit, low, high in (
        ("pre_capture", "pre_roll_seconds", 1 / fps, 0.0, 60.0),
        ("post_capture", "post_roll_seconds", 1 / fps, 0.0, 60.0),
        ("event_gap", "cool_down_seconds", 1.0, 0.5, 600.0),
        ("movie_max_time", "longest_event_seconds", 1.0, 5.0, 3600.0),
        ("stream_maxrate", "stream_fps", 1.0, 0.5, 60.0),
    ):
        value = _number(options, option, imported)
        if value is not None and value > 0:
            settings[setting] = round(min(max(value * unit, low), high), 1)
    if (quality := _number(options, "stream_quality", imported)) is not None:
        settings["stream_quality"] = int(min(max(quality, 10), 100))
    if (degrees := _number(options, "rotate", imported)) in (90.0, 180.0, 270.0):
        settings["rotation"] = int(degrees or 0)
    flip = {"h": "flip_vertical", "v": "flip_horizontal"}.get(options.get("flip_axis", "")[:1])
    if flip is not None:
        settings[flip] = True
    if "%T" in options.get("text_right", "") + options.get("text_left", ""):
        settings["timestamp_overlay"] = True
        imported.used.update(("text_right", "text_left"))
    if options.get("@motion_detection", "on") == "off":
        settings["motion"] = False
    imported.used.update(("flip_axis", "@motion_detection"))
    imported.keep_days = _number(options, "@preserve_movies", imported) or 0.0


def _number(options: Options, option: str, imported: Imported) -> float | None:
    imported.used.add(option)
    try:
        return float(options[option])
    except (KeyError, ValueError):
        return None


def _toml(value: str | float) -> str:
    """JSON's texts and numbers are TOML's."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else f"{value:g}"
