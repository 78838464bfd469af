"""How much moves right now, told at once when it changes and else not too often."""

import math

from pi_agent.protocol import MotionMessage

from .observation import MotionObservation

_HOLD_SECONDS = 1.0  # motion pauses for a look or two without being over
_EVERY_SECONDS = 0.5


class MotionMessages:
    """Makes the messages of one camera out of its observations."""

    def __init__(self, camera: str) -> None:
        self._camera = camera
        self._active = False
        self._last_seen: dict[str, float] = {}  # by zone
        self._last_motion = -math.inf
        self._told_at = -math.inf
        self._told: tuple[bool, tuple[str, ...]] = (False, ())

    def take(self, observation: MotionObservation) -> MotionMessage | None:
        """The message that is due after this observation, if any."""
        at = observation.at
        if observation.active:
            self._last_motion = at
            self._last_seen.update(dict.fromkeys(observation.zones, at))
        active = at - self._last_motion < _HOLD_SECONDS
        self._last_seen = {z: t for z, t in self._last_seen.items() if at - t < _HOLD_SECONDS}
        zones = tuple(sorted(self._last_seen)) if active else ()
        due = observation.active and at - self._told_at >= _EVERY_SECONDS
        if (active, zones) == self._told and not due:
            return None
        self._told, self._told_at = (active, zones), at
        return MotionMessage(
            camera=self._camera,
            active=active,
            zones=zones,
            score=observation.score if active else 0.0,
            box=observation.box if active else None,
        )

    def finish(self) -> MotionMessage | None:
        """The last word when nobody looks any more: None where motion was over already."""
        was_active = self._told[0]
        self._told, self._last_motion, self._last_seen = (False, ()), -math.inf, {}
        return MotionMessage(camera=self._camera, active=False) if was_active else None
