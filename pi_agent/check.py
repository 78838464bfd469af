"""`pi-agent check`: what is wrong with this set-up, and the mend."""

import argparse
import asyncio
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pi_agent.app import DATABASE, MODELS
from pi_agent.capture import find_cameras
from pi_agent.capture.camera_modes import camera_modes, is_local
from pi_agent.capture.device_problems import holder_of
from pi_agent.check_power import knows_power, power_problem
from pi_agent.check_storage import check_data_directory, check_for_damage
from pi_agent.common_options import configuration_of
from pi_agent.configuration import CameraConfiguration, Configuration
from pi_agent.connections_configuration import MqttConfiguration
from pi_agent.copies import open_target
from pi_agent.errors import AgentError, CameraError
from pi_agent.found_cameras import as_configured
from pi_agent.gpio import PinsError, find_receiver
from pi_agent.gpio_configuration import GpioConfiguration
from pi_agent.gpio_wiring import GpioParts
from pi_agent.mqtt import try_broker
from pi_agent.objects import ModelFolder
from pi_agent.objects.open_model import open_model
from pi_agent.pipeline import CameraSet
from pi_agent.runtime import LoopBridge
from pi_agent.server import AgentCertificate
from pi_agent.sources import camera_source
from pi_agent.storage import CopyProgress, Database

_LEAST_FREE_BYTES = 200 * 1024 * 1024
_NO_CAMERA = (
    "none is configured and none was found; connect one, or name one in [[cameras]] of the "
    "configuration, or run with --demo"
)
_IN_USE = "in use by the agent that runs already"
_RELEASED = datetime(2026, 1, 1, tzinfo=UTC)  # a clock before that was never set


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `problem` says what is wrong and the mend."""

    subject: str
    detail: str = ""
    problem: str | None = None


def run(options: argparse.Namespace) -> int:
    """Print a line for each finding; 1 when any of them is a problem."""
    configuration = configuration_of(options)
    failed = False
    for finding in findings(configuration):
        failed |= finding.problem is not None
        mark, text = ("FAIL", finding.problem) if finding.problem else ("ok", finding.detail)
        print(f"{mark:5} {finding.subject}: {text}")
    return int(failed)


def findings(configuration: Configuration) -> Iterator[Finding]:
    """Look at everything in turn."""
    yield Finding(subject="configuration", detail=f"{len(configuration.cameras)} camera(s)")
    yield _guarded("data directory", lambda: _data_directory(configuration))
    yield _guarded("database", lambda: check_for_damage(configuration.data_dir))
    yield _disk(configuration)
    yield _clock()
    yield _power()
    yield _guarded("objects", lambda: _objects(configuration))
    if configuration.copy is not None:
        yield _guarded("copy", lambda: asyncio.run(_copy(configuration)))
    if configuration.mqtt is not None:
        yield _guarded("mqtt", partial(_mqtt, configuration.mqtt))
    gpio = configuration.gpio
    if gpio is not None:
        yield _guarded("gpio", lambda: asyncio.run(_gpio(gpio)))
    yield from _cameras(configuration)


def _guarded(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject=subject, detail=look())
    except AgentError as error:
        return Finding(subject=subject, problem=str(error))


def _data_directory(configuration: Configuration) -> str:
    fine = check_data_directory(configuration.data_dir)
    AgentCertificate.load_or_create(configuration.data_dir)
    return fine


def _disk(configuration: Configuration) -> Finding:
    try:
        free = shutil.disk_usage(configuration.data_dir).free
    except OSError as error:
        return Finding(subject="disk", problem=f"cannot be looked at: {error}")
    if free < _LEAST_FREE_BYTES:
        mend = f"only {free // 2**20} MB free; delete old events or use a larger card"
        return Finding(subject="disk", problem=mend)
    return Finding(subject="disk", detail=f"{free / 2**30:.1f} GB free")


async def _copy(configuration: Configuration) -> str:
    """Connect to the other machine, as the agent does."""
    assert configuration.copy is not None  # noqa: S101
    destination = configuration.copy.destination(configuration.data_dir)
    async with open_target(destination) as target:
        await target.prepare()
    with closing(Database(configuration.data_dir / DATABASE)) as database:
        waiting = await CopyProgress(database, destination.url).waiting()
    where = f"{destination.user}@{destination.machine}, {destination.directory}"
    return f"{where} can be written; {waiting} event(s) wait"


def _mqtt(settings: MqttConfiguration) -> str:
    """Connect to the broker as the agent does, but tell nobody."""
    broker = settings.broker("of-nobody")
    asyncio.run(try_broker(broker))
    encrypted = "with TLS" if broker.tls else "not encrypted"
    return f"{broker.machine} lets {broker.user or 'anybody'} in, {encrypted}; {broker.topic('#')}"


async def _gpio(settings: GpioConfiguration) -> str:
    """Take the pins as the agent does, and let them go."""
    bridge = LoopBridge(asyncio.get_running_loop())
    parts = GpioParts(settings, CameraSet(()), bridge)
    try:
        parts.open()
        if settings.remote is not None and settings.remote.device is None:
            find_receiver()
    finally:
        await parts.close()
        bridge.close()
    if parts.problems:
        raise PinsError("; ".join(parts.problems))
    return "every pin can be used"


def _clock() -> Finding:
    now = datetime.now(UTC)
    if now < _RELEASED:
        mend = f"says {now:%Y-%m-%d}; let the Pi reach a time server (timedatectl status)"
        return Finding(subject="clock", problem=mend)
    return Finding(subject="clock", detail=f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _power() -> Finding:
    detail = "fine" if knows_power() else "cannot be told here"
    return Finding(subject="power", detail=detail, problem=power_problem())


def _objects(configuration: Configuration) -> str:
    folder = ModelFolder(configuration.data_dir / MODELS, fixed=configuration.objects.models)
    objects = configuration.objects
    models = [
        open_model(path, threads=objects.threads, runtime=objects.runtime) for path in folder.files
    ]
    found = ", ".join(f"{model.path.stem} ({model.runtime})" for model in models)
    return found or "none are looked for; see `pi-agent models`"


def _cameras(configuration: Configuration) -> Iterator[Finding]:
    found = find_cameras()
    known = {camera.source for camera in configuration.cameras}
    for camera in configuration.cameras:
        yield _guarded(f"camera {camera.id}", partial(_configured, camera))
    for camera in as_configured(found):
        if camera.source not in known:
            yield _guarded(f"found {camera.name}", partial(_found, camera.source))
    if not configuration.cameras:
        for problem in found.problems:
            yield Finding(subject="cameras", problem=problem)
        if not found.cameras and not found.problems:
            yield Finding(subject="cameras", problem=_NO_CAMERA)


def _configured(camera: CameraConfiguration) -> str:
    try:
        seen = _first_frame(camera)
    except CameraError:
        if not _is_ours(camera.source):
            raise
        seen = _IN_USE
    if not is_local(camera.source):
        return seen
    return f"{seen}; modes: {_modes(camera.source)}"


def _first_frame(camera: CameraConfiguration) -> str:
    begun = time.monotonic()
    with closing(camera_source(camera)) as source:
        source.open()
        frame = source.read()
        encoder = source.encoder
    seconds = time.monotonic() - begun
    size = f"{frame.width}x{frame.height}"
    return f"{size}, first picture after {seconds:.1f} s, JPEGs by {encoder}"


def _found(source: str) -> str:
    return f'source = "{source}": {_modes(source)}'


def _modes(source: str) -> str:
    try:
        return "; ".join(camera_modes(source)) or "not listed"
    except CameraError:
        if not _is_ours(source):
            raise
        return _IN_USE


def _is_ours(source: str) -> bool:
    """Whether an agent that runs has the camera open, as far as we may see."""
    paths = [source] if source.startswith("/dev/") else map(str, Path("/dev").glob("media*"))
    return any((holder_of(path) or "").startswith("pi-agent ") for path in paths)
