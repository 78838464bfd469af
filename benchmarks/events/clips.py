"""What one second of clip costs, beside FFmpeg's own command line on the same pictures."""

import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pi_agent.clips.reel import MAGIC, ReelPicture, packed, packed_end

from .street import FPS, street_pictures

SECONDS = 15
_RUNS = 5
# The same encoder with the same settings, one thread, full range to limited.
_FFMPEG = (
    *("ffmpeg", "-v", "error", "-y", "-threads", "1", "-f", "mjpeg", "-framerate", "15"),
    *("-i", "{pictures}", "-vf", "scale=out_range=tv", "-c:v", "libx264", "-preset", "superfast"),
    *("-crf", "25", "-bf", "0", "-g", "30", "-threads", "1", "-pix_fmt", "yuv420p"),
    *("-movflags", "+faststart", "{clip}"),
)
_OURS = (sys.executable, "-m", "pi_agent.clips.encode", "{reel}", "{clip}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipCost:
    """CPU seconds for one second of video, best of some runs; bytes of one second."""

    name: str
    cpu_seconds: float
    bytes: int


def measure() -> list[ClipCost]:
    """Ours first; FFmpeg's where it is installed."""
    with tempfile.TemporaryDirectory() as folder:
        names = {name: str(Path(folder) / name) for name in ("reel", "pictures", "clip")}
        _write_pictures(Path(names["reel"]), Path(names["pictures"]))
        costs = [_cost("pi_agent.clips.encode", _OURS, names)]
        if shutil.which("ffmpeg"):
            ffmpeg = [part.replace("{clip}", "{clip}.mp4") for part in _FFMPEG]
            costs.append(_cost("ffmpeg", ffmpeg, names, suffix=".mp4"))
        return costs


def _write_pictures(reel: Path, stream: Path) -> None:
    jpegs = list(street_pictures(round(SECONDS * FPS)))
    pictures = [
        ReelPicture(monotonic_at=number / FPS, captured_at=1.8e9 + number / FPS, jpeg=jpeg)
        for number, jpeg in enumerate(jpegs)
    ]
    reel.write_bytes(MAGIC + packed(pictures) + packed_end(SECONDS))
    stream.write_bytes(b"".join(jpegs))


def _cost(
    name: str, command: Sequence[str], names: dict[str, str], *, suffix: str = ""
) -> ClipCost:
    filled = [part.format(**names) for part in command]
    best = min(_cpu_seconds(filled) for _ in range(_RUNS))
    size = Path(names["clip"] + suffix).stat().st_size
    return ClipCost(name=name, cpu_seconds=best / SECONDS, bytes=size // SECONDS)


def _cpu_seconds(command: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        if process.wait():
            raise RuntimeError(f"{command[0]} failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
