"""`GET /metrics` in Prometheus' text format.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Callable, Iterator
from typing import Any

from aiohttp import web

from pi_agent.copies import EventCopier
from pi_agent.errors import UnavailableError
from pi_agent.pipeline import CameraPipeline, Recording
from pi_agent.protocol import CameraState
from pi_agent.runtime import EventFollower

from .parts import PARTS, ServerParts


async def metrics(request: web.Request) -> web.Response:
    """Counters and gauges of the agent and of each camera."""
    parts = request.app[PARTS]
    lines = [
        *_lines(parts),
        *await _copy(parts.copier),
        *await _follower("mqtt", parts.mqtt),
        *await _follower("webhook", parts.webhook),
    ]
    text = "\n".join(lines) + "\n"
    return web.Response(text=text, headers={"Content-Type": "text/plain; version=0.0.4"})


# Of each camera: name, kind, what it is, its value (None where it is not known).
_OF_CAMERAS: tuple[tuple[str, str, str, Callable[[CameraPipeline], float | None]], ...] = (
    (
        "pi_agent_camera_online",
        "gauge",
        "Whether pictures come (1) or not (0).",
        lambda camera: camera.status.state is CameraState.ONLINE,
    ),
    (
        "pi_agent_camera_fps",
        "gauge",
        "Frames captured a second.",
        lambda camera: camera.status.fps,
    ),
    (
        "pi_agent_skipped_frames_total",
        "counter",
        "Pictures that came broken from the camera and were not passed on.",
        lambda camera: camera.skipped_frames,
    ),
    (
        "pi_agent_viewers",
        "gauge",
        "Viewers of the live stream.",
        lambda camera: camera.streams.viewers,
    ),
    (
        "pi_agent_dropped_frames_total",
        "counter",
        "Frames that viewers missed because the agent or they were too slow.",
        lambda camera: camera.dropped_frames,
    ),
    (
        "pi_agent_lost_pictures_total",
        "counter",
        "Pictures that no clip can have because the agent or the disk was too slow.",
        lambda camera: camera.lost_pictures,
    ),
    (
        "pi_agent_object_looks_total",
        "counter",
        "Pictures in which objects were looked for.",
        lambda camera: camera.objects.looks,
    ),
    (
        "pi_agent_object_seconds_total",
        "counter",
        "Processor seconds that these looks took.",
        lambda camera: camera.objects.seconds,
    ),
)


def _lines(parts: ServerParts) -> Iterator[str]:
    for name, kind, text, value_of in _OF_CAMERAS:
        yield from _family(name, kind, text, {p.id: value_of(p) for p in parts.cameras})
    yield from _recording(parts.recording)
    state = parts.system.read()
    yield from _single("pi_agent_free_disk_bytes", "Free bytes for events.", state.free_disk_bytes)
    yield from _single(
        "pi_agent_temperature_celsius", "Temperature of the processor.", state.temperature
    )


def _recording(recording: Recording) -> Iterator[str]:
    clips, retention = recording.clips, recording.retention
    yield from _single(
        "pi_agent_recording_ok",
        "Whether events can be recorded (1) or not (0).",
        float(recording.health.problem is None),
    )
    yield from _single("pi_agent_waiting_clips", "Reels that wait for their clip.", clips.waiting)
    yield from _single("pi_agent_clips_total", "Clips made.", clips.made, kind="counter")
    yield from _single(
        "pi_agent_deleted_events_total",
        "Events deleted by retention.",
        retention.deleted,
        kind="counter",
    )
    yield from _single(
        "pi_agent_lost_events_total",
        "Events that could not be saved and that nobody heard of.",
        recording.journal.lost_events,
        kind="counter",
    )


async def _copy(copier: EventCopier | None) -> list[str]:
    """How the copy to a second machine fares, where one is configured."""
    if copier is None:
        return []
    waiting = await _waiting(copier)
    ok = float(copier.problem is None)
    left_out = copier.left_out_files
    return [
        *_single("pi_agent_copy_ok", "Whether the other machine takes copies (1) or not (0).", ok),
        *_single("pi_agent_copy_waiting_events", "Events with changes to be copied.", waiting),
        *_single("pi_agent_copy_files_total", "Files copied.", copier.copied_files, kind="counter"),
        *_single("pi_agent_copy_bytes_total", "Bytes copied.", copier.copied_bytes, kind="counter"),
        *_single(
            "pi_agent_copy_left_out_files_total",
            "Files that could not be read here.",
            left_out,
            kind="counter",
        ),
    ]


async def _follower(name: str, follower: EventFollower[Any] | None) -> list[str]:
    """How the other side fares that events are told to, where one is configured."""
    if follower is None:
        return []
    waiting, ok = await _waiting(follower), float(follower.ok)
    return [
        *_single(f"pi_agent_{name}_ok", "Whether events are taken there (1) or not (0).", ok),
        *_single(f"pi_agent_{name}_waiting_events", "Events with changes to be told.", waiting),
        *_single(
            f"pi_agent_{name}_events_total",
            "Changes of events that were taken there.",
            follower.taken,
            kind="counter",
        ),
    ]


async def _waiting(follower: EventFollower[Any]) -> int | None:
    """None while the disk does not say: then, of all times, the other figures are looked at."""
    try:
        return await follower.waiting()
    except UnavailableError:
        return None


def _family(name: str, kind: str, text: str, values: dict[str, float | None]) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
    for camera, value in values.items():
        if value is not None:
            yield f'{name}{{camera="{_escaped(camera)}"}} {value:.15g}'


def _single(name: str, text: str, value: float | None, kind: str = "gauge") -> Iterator[str]:
    if value is not None:
        yield f"# HELP {name} {text}"
        yield f"# TYPE {name} {kind}"
        yield f"{name} {value}"


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
