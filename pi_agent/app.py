"""Builds the agent's parts, wires them, starts and stops them in order."""

import asyncio
import logging
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Self

from pi_agent import __version__
from pi_agent.capture import FrameSource
from pi_agent.configuration import CameraConfiguration, Configuration
from pi_agent.connections import Connections
from pi_agent.errors import AgentError
from pi_agent.events import EventFeed
from pi_agent.gpio_wiring import GpioParts
from pi_agent.objects import ModelFolder, ObjectLooker
from pi_agent.pipeline import CameraPipeline, CameraServices, CameraSet, Recording
from pi_agent.protocol import CameraSettings
from pi_agent.runtime import LoopBridge, settled_heap
from pi_agent.server import (
    AccessGuard,
    AgentCertificate,
    Announcer,
    HttpServer,
    Identity,
    MachineControls,
    ServerParts,
    StatusLed,
    SystemState,
    create_application,
)
from pi_agent.sources import camera_source
from pi_agent.storage import (
    AccessStore,
    Database,
    SettingsStore,
    ViewStore,
    agent_identity,
)

_LOGGER = logging.getLogger(__name__)
DATABASE, MODELS = "agent.db", "models"
_SWITCH_SECONDS = 0.0005


class WorkerDiedError(AgentError):
    """A thread or task that the agent cannot do without ended with an error; restart the agent."""


class Agent:
    """The whole agent: `async with Agent(configuration) as agent: await agent.run()`."""

    def __init__(
        self,
        configuration: Configuration,
        *,
        create_source: Callable[[CameraConfiguration], FrameSource] = camera_source,
        problems: Sequence[str] = (),
        can_restart: bool = False,
    ) -> None:
        """`can_restart`: whoever runs it starts it anew if `wants_restart` is true after `run`."""
        self.wants_restart = False
        self._can_restart = can_restart
        self._configuration = configuration
        self._problems = tuple(problems)
        self._create_source = create_source
        self._stack = AsyncExitStack()
        self._ending: asyncio.Future[None] | None = None
        self._cameras: CameraSet | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def run(self) -> None:
        """Return once `stop` was called; WorkerDiedError when a worker ended with an error."""
        assert self._ending is not None, "enter the agent first"  # noqa: S101
        with settled_heap():
            await self._ending

    def restart(self) -> None:
        """Make `run` return, and ask to be started anew."""
        self.stop()
        self.wants_restart = True

    def stop(self) -> None:
        """Make `run` return, for good; on the event loop."""
        self.wants_restart = False
        if self._ending is not None and not self._ending.done():
            self._ending.set_result(None)

    async def _start(self) -> None:
        configuration = self._configuration
        # A thread that comes back from the disk waits so long for one that computes. Measured: the
        # slowest of fifty events is told after 20 ms instead of 60.
        sys.setswitchinterval(_SWITCH_SECONDS)
        loop = asyncio.get_running_loop()
        self._ending = loop.create_future()
        self._bridge = LoopBridge(loop)
        self._stack.callback(self._bridge.close)
        self.database = await asyncio.to_thread(self._open_database)
        self._stack.push_async_callback(asyncio.to_thread, self.database.close)
        self.feed = EventFeed()
        self.access = AccessStore(self.database, now=time.time)
        self.recording = Recording(
            self.database,
            configuration.data_dir,
            configuration.storage.limits,
            self.feed,
            self._bridge,
            on_worker_death=self._on_worker_death,
        )
        self.events = self.recording.events
        await self.recording.start()
        self._stack.push_async_callback(self.recording.close)
        self._start_looker()
        self.cameras = self._cameras = await self._create_cameras()
        self.identity = await self._identity()
        self.gpio = self._open_gpio()
        self.connections = Connections(configuration, self.database, self.recording, self.feed)
        self._stack.push_async_callback(self.connections.close)
        self.connections.start(
            self.identity.agent_id, lambda: [camera.hello for camera in self.cameras]
        )
        await self._start_server()
        self._stack.push_async_callback(self.cameras.close)
        self.cameras.start()
        if self.gpio is not None:
            self.gpio.start()

    def _open_database(self) -> Database:
        return Database(
            self._configuration.data_dir / DATABASE,
            repair=True,
            on_damage=lambda error: self._bridge.post(self._fail, error),  # mended at the restart
        )

    def _start_looker(self) -> None:
        objects = self._configuration.objects
        folder = ModelFolder(self._configuration.data_dir / MODELS, fixed=objects.models)
        self.looker = ObjectLooker(
            folder,
            threads=objects.threads,
            runtime=objects.runtime,
            on_change=self._tell_cameras_status,
        )
        self._stack.push_async_callback(self.looker.close)
        self.looker.start()

    def _tell_cameras_status(self) -> None:
        for camera in self._cameras or ():
            camera.tell_status()

    def _open_gpio(self) -> GpioParts | None:
        if self._configuration.gpio is None:
            return None
        parts = GpioParts(self._configuration.gpio, self.cameras, self._bridge)
        self._stack.push_async_callback(parts.close)
        parts.open()
        return parts

    async def _create_cameras(self) -> CameraSet:
        services = CameraServices(
            bridge=self._bridge,
            feed=self.feed,
            journal=self.recording.journal,
            settings_store=SettingsStore(self.database),
            view_store=ViewStore(self.database),
            reels=self.recording.reel_writer,
            lose_clip=self.recording.clips.lose,
            looker=self.looker,
            looks_per_second=self._configuration.objects.looks_per_second,
            on_worker_death=self._on_worker_death,
        )
        return CameraSet(
            [await self._create_camera(camera, services) for camera in self._configuration.cameras]
        )

    async def _create_camera(
        self, camera: CameraConfiguration, services: CameraServices
    ) -> CameraPipeline:
        source = self._create_source(camera)
        settings = await services.settings_store.load(camera.id) or CameraSettings()
        view = await services.view_store.load(camera.id)
        return CameraPipeline(camera.id, camera.name, source, settings, services, view=view)

    async def _start_server(self) -> None:
        guard = AccessGuard(self.access)
        guard.start()
        self._stack.push_async_callback(guard.close)
        health = self.recording.health
        siren = self.gpio.siren if self.gpio else None
        system = SystemState(
            self._configuration.data_dir,
            self.feed,
            load=self._load,
            recording_problem=lambda: health.problem,
            tell_cameras=self.cameras.tell,
            siren=lambda: siren.is_on if siren else None,
        )
        if siren is not None:
            siren.on_change = system.tell
        health.add_listener(system.tell)
        system.start()
        self._stack.push_async_callback(system.close)
        parts = ServerParts(
            identity=self.identity,
            cameras=self.cameras,
            feed=self.feed,
            recording=self.recording,
            access=self.access,
            guard=guard,
            system=system,
            copier=self.connections.copier,
            mqtt=self.connections.mqtt,
            webhook=self.connections.webhook,
            problems=self._problems,
            controls=self._controls(),
        )
        await self._listen(parts)

    def _controls(self) -> MachineControls:
        led = StatusLed.find()
        if led is not None:
            self._stack.push_async_callback(led.close)
        return MachineControls(
            restart=self.restart if self._can_restart else None,
            led=led,
            siren=self.gpio.siren if self.gpio else None,
        )

    async def _listen(self, parts: ServerParts) -> None:
        settings = self._configuration.server
        self.certificate: AgentCertificate | None = None
        ssl_context = None
        if settings.tls:
            self.certificate = await asyncio.to_thread(
                AgentCertificate.load_or_create, self._configuration.data_dir
            )
            ssl_context = await asyncio.to_thread(self.certificate.ssl_context)
            parts = replace(parts, certificate_sha256=self.certificate.sha256)
        self.server = HttpServer(
            create_application(parts),
            host=settings.host,
            port=settings.port,
            ssl_context=ssl_context,
        )
        await self.server.start()
        self._stack.push_async_callback(self.server.close)
        announcer = Announcer(parts.identity, host=settings.host, port=self.server.port)
        announcer.start()
        self._stack.push_async_callback(announcer.close)
        scheme = "https" if settings.tls else "http"
        _LOGGER.info("Listening on %s://%s:%d", scheme, settings.host, self.server.port)

    async def _identity(self) -> Identity:
        return Identity(
            agent_id=await agent_identity(self.database),
            boot_id=secrets.token_hex(8),
            name=self._configuration.name,
            version=__version__,
        )

    def _load(self) -> tuple[int, int]:
        """Viewers and missed frames of all cameras."""
        cameras = tuple(self.cameras)
        return sum(c.streams.viewers for c in cameras), sum(c.dropped_frames for c in cameras)

    def _on_worker_death(self, name: str, error: Exception) -> None:
        self._bridge.post(self._fail, WorkerDiedError(f"{name} died: {error!r}"))

    def _fail(self, error: Exception) -> None:
        if self._ending is not None and not self._ending.done():
            self._ending.set_exception(error)
