"""A servo that turns a camera: gently, within its limits, and without trembling where it stands."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pi_agent.errors import RequestError
from pi_agent.protocol import PanRequest, PanState

from .pins import open_part

_STEP_SECONDS = 0.02  # a servo takes a new angle with each pulse, fifty a second
_SETTLE_SECONDS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class PanSettings:
    """Angles in degrees.

    `min_angle` and `max_angle` are where the servo's shortest and longest pulses turn it, `low` and
    `high` how far it may be turned.
    """

    pin: int
    min_angle: float = -90.0
    max_angle: float = 90.0
    low: float = -90.0
    high: float = 90.0
    degrees_per_second: float = 60.0
    presets: Mapping[str, float] = field(default_factory=dict)


class PanHead:
    """Owns the servo's pin. `on_change` is called when it was told to turn. On the event loop.

    No pulses are sent to a servo that stands, or it would hum and tremble in the picture.
    """

    def __init__(
        self, pins: Any, settings: PanSettings, *, on_change: Callable[[], None] = lambda: None
    ) -> None:
        """Raises PinsError. Nothing turns before it is asked for."""
        self.on_change = on_change
        self._settings = settings
        self._angle: float | None = None  # where it is told to go, or stands
        self._at: float | None = None  # where the pulses have it by now
        self._task: asyncio.Task[None] | None = None
        self._device = open_part("gpio.servo", lambda: _servo(pins, settings))

    @property
    def state(self) -> PanState:
        """Where the camera looks or will look in a moment."""
        settings = self._settings
        return PanState(
            low=settings.low,
            high=settings.high,
            angle=self._angle,
            presets=tuple(settings.presets),
        )

    def request(self, request: PanRequest) -> None:
        """Begin to turn; RequestError names an angle or preset that there is not."""
        angle = self._angle_of(request)
        self._angle = angle
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.create_task(self._turn(angle), name="pan")
        self.on_change()

    async def close(self) -> None:
        """Stop where it is and let go of the pin; may be called twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._device.close()

    def _angle_of(self, request: PanRequest) -> float:
        settings = self._settings
        if request.preset is not None:
            if request.preset not in settings.presets:
                known = ", ".join(settings.presets) or "none"
                raise RequestError(f"is not known; presets are: {known}", field="preset")
            return settings.presets[request.preset]
        angle = request.angle or 0.0
        if not settings.low <= angle <= settings.high:
            raise RequestError(
                f"must be from {settings.low:g} to {settings.high:g} degrees", field="angle"
            )
        return angle

    async def _turn(self, goal: float) -> None:
        step = self._settings.degrees_per_second * _STEP_SECONDS
        at = goal if self._at is None else self._at  # where it stands at first, nobody knows
        while at != goal:
            at = min(goal, at + step) if goal > at else max(goal, at - step)
            await self._stand(at, _STEP_SECONDS)
        await self._stand(goal, _SETTLE_SECONDS)
        self._device.detach()

    async def _stand(self, angle: float, seconds: float) -> None:
        self._at = self._device.angle = angle
        await asyncio.sleep(seconds)


def _servo(pins: Any, settings: PanSettings) -> Any:
    from gpiozero import AngularServo

    return AngularServo(
        settings.pin,
        initial_angle=None,
        min_angle=settings.min_angle,
        max_angle=settings.max_angle,
        pin_factory=pins,
    )
