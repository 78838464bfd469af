"""What the contract allows a setting to be, so that a form never offers what is refused."""

from typing import get_args, get_type_hints

from .agent_client.protocol import CameraSettings
from .agent_client.protocol.codec import Between

_HINTS = get_type_hints(CameraSettings, include_extras=True)


def limits_of(setting: str) -> Between:
    """The lowest and the highest value of a number among the settings of a camera."""
    hint = _HINTS[setting]
    number = hint if hasattr(hint, "__metadata__") else get_args(hint)[0]  # of `number | None`
    (limits,) = (m for m in number.__metadata__ if isinstance(m, Between))
    return limits
