"""Which settings of the camera itself a camera has, and how far they go."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .agent_client.protocol import OfferedControls
from .const import DOMAIN
from .entity_ids import camera_unique_id
from .setting_limits import limits_of
from .state import AgentState, CameraData

type Limits = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class CameraControl:
    """A number among these settings, in the units of the contract.

    `limits_fn` tells how far it goes on a camera, None where the camera does not have it.
    """

    setting: str
    limits_fn: Callable[[OfferedControls], Limits | None]

    def limits(self, camera: CameraData) -> Limits:
        """How far it goes; as far as the contract allows where the camera has not told yet."""
        allowed = limits_of(self.setting)
        low, high = self.limits_fn(camera.status.controls) or (allowed.low, allowed.high)
        return max(low, allowed.low), min(high, allowed.high)

    def value(self, camera: CameraData) -> float | None:
        """What it is set to; None while that is left to the camera."""
        value: float | None = getattr(camera.settings, self.setting)
        return value


_AS_ALLOWED: Limits = (-math.inf, math.inf)

EXPOSURE = CameraControl(
    setting="exposure_seconds", limits_fn=lambda controls: controls.exposure_seconds
)
GAIN = CameraControl(
    setting="gain", limits_fn=lambda controls: _AS_ALLOWED if controls.gain else None
)
FOCUS = CameraControl(
    setting="focus", limits_fn=lambda controls: _AS_ALLOWED if controls.focus else None
)
ZOOM = CameraControl(
    setting="zoom",
    limits_fn=lambda controls: (1.0, controls.most_zoom) if controls.most_zoom > 1 else None,
)
SLOWEST_FPS = CameraControl(
    setting="slowest_fps",
    limits_fn=lambda controls: _AS_ALLOWED if controls.frame_duration else None,
)


def has_control(
    hass: HomeAssistant,
    platform: Platform,
    state: AgentState,
    camera: CameraData,
    key: str,
    *,
    offered: bool,
) -> bool:
    """Whether a camera has the control behind the entity with this key.

    A camera that was not open since its agent was started offers nothing; it is taken to have
    what it had before, by what Home Assistant has in its registry.
    """
    if camera.knows_controls:
        return offered
    unique_id = camera_unique_id(state.agent_id, camera.id, key)
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id) is not None
