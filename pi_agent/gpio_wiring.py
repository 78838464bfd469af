"""Opens what hangs on the pins and connects it with the cameras; one part that fails is no more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from pi_agent.errors import AgentError
from pi_agent.gpio import MotionSensor, PanHead, PinsError, Remote, Siren, find_receiver, open_pins
from pi_agent.gpio.motion_sensor import HOLD_SECONDS
from pi_agent.gpio_configuration import GpioConfiguration, PirConfiguration, RemoteConfiguration
from pi_agent.pipeline import CameraPipeline, CameraSet
from pi_agent.protocol import EventCause, SettingsPatch, TriggerRequest
from pi_agent.runtime import LoopBridge

_LOGGER = logging.getLogger(__name__)
_ARMED = {"motion": True, "privacy": False}
_DISARMED = {"motion": False}


class GpioParts:
    """Owns the parts. One that cannot be used is told and left out: the cameras go on."""

    def __init__(
        self,
        settings: GpioConfiguration,
        cameras: CameraSet,
        bridge: LoopBridge,
    ) -> None:
        self._settings = settings
        self._cameras = cameras
        self._bridge = bridge
        self._stack = AsyncExitStack()
        self._sensors: list[MotionSensor] = []
        self._doing: set[asyncio.Task[None]] = set()
        self.siren: Siren | None = None
        self.problems: list[str] = []

    def open(self) -> None:
        """Take the pins; what cannot be had is in `problems`."""
        if self._settings.has_pins:
            self._try(self._open_on_pins)
        for problem in self.problems:
            _LOGGER.warning("%s", problem)

    def start(self) -> None:
        """Begin to hear of people and keys; the cameras run."""
        for sensor in self._sensors:
            sensor.start()
        if self._settings.remote is not None:
            remote = _remote(self._settings.remote, self._press)
            remote.start()
            self._stack.callback(remote.close)

    async def close(self) -> None:
        """Be still, stand still and let go of everything; may be called twice."""
        await self._stack.aclose()
        for task in tuple(self._doing):
            task.cancel()
        await asyncio.gather(*self._doing, return_exceptions=True)

    def _open_on_pins(self) -> None:
        pins = open_pins()
        self._stack.callback(pins.close)
        for pir in self._settings.pir:
            self._try(partial(self._open_sensor, pins, pir))
        self._try(partial(self._open_siren, pins))
        self._try(partial(self._open_servo, pins))

    def _try(self, opening: Callable[[], None]) -> None:
        try:
            opening()
        except PinsError as error:
            self.problems.append(str(error))

    def _open_sensor(self, pins: Any, pir: PirConfiguration) -> None:
        cameras = [c for c in self._cameras if not pir.cameras or c.id in pir.cameras]
        confirm = pir.confirm_within_seconds
        tell = _start_event if confirm is None else CameraPipeline.sensor_sees
        sensor = MotionSensor(pins, pir.pin, lambda: _each(tell, cameras), self._bridge)
        self._stack.callback(sensor.close)
        self._sensors.append(sensor)
        for camera in cameras:
            camera.has_pir = True
            if confirm is not None:
                camera.require_sensor(confirm)

    def _open_siren(self, pins: Any) -> None:
        buzzer = self._settings.buzzer
        if buzzer is None:
            return
        self.siren = Siren(
            pins, buzzer.pin, passive=buzzer.passive, longest_seconds=buzzer.longest_seconds
        )
        self._stack.push_async_callback(self.siren.close)

    def _open_servo(self, pins: Any) -> None:
        servo = self._settings.servo
        cameras = [c for c in self._cameras if servo and servo.camera in (c.id, None)]
        if servo is None or not cameras:
            return
        camera = cameras[0]
        camera.pan = PanHead(pins, servo.settings, on_change=camera.turned)
        self._stack.push_async_callback(camera.pan.close)

    def _press(self, action: str) -> None:
        """A key was pressed: do what it is for, behind the back of whoever reads keys."""
        task = asyncio.create_task(self._do(action), name=f"remote-{action}")
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    async def _do(self, action: str) -> None:
        _LOGGER.info("The remote control says: %s", action)
        try:
            await self._actions[action]()
        except AgentError as error:
            _LOGGER.warning("The remote control's %s cannot be done: %s", action, error)

    @property
    def _actions(self) -> dict[str, Callable[[], Awaitable[None]]]:
        return {
            "arm": lambda: self._set_all(_ARMED),
            "disarm": lambda: self._set_all(_DISARMED),
            "privacy": self._toggle_privacy,
            "siren": self._toggle_siren,
        }

    async def _set_all(self, changes: dict[str, Any]) -> None:
        for camera in self._cameras:
            await camera.change_settings(SettingsPatch(changes))

    async def _toggle_privacy(self) -> None:
        """All eyes are closed, unless all are already."""
        closed = all(camera.settings.privacy for camera in self._cameras)
        await self._set_all({"privacy": not closed})

    async def _toggle_siren(self) -> None:
        if self.siren is None:
            raise PinsError("there is no siren; see [gpio.buzzer] in the configuration")
        await self.siren.toggle()


def _remote(settings: RemoteConfiguration, press: Callable[[str], None]) -> Remote:
    device = settings.device
    return Remote(
        find_receiver if device is None else lambda: device,
        {code: partial(press, action) for code, action in settings.keys.items()},
    )


def _each(tell: Callable[[CameraPipeline], None], cameras: list[CameraPipeline]) -> None:
    for camera in cameras:
        tell(camera)


def _start_event(camera: CameraPipeline) -> None:
    """Or keep the present one going; not where the camera is not to look for any."""
    if camera.settings.motion and not camera.settings.privacy:
        camera.trigger(TriggerRequest(cause=EventCause.PIR, seconds=HOLD_SECONDS))
