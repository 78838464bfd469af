"""What a client may have the machine do; each part is there only where it works."""

from collections.abc import Callable
from dataclasses import dataclass

from pi_agent.gpio import Siren

from .status_led import StatusLed


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineControls:
    """`restart` starts the agent anew; `led` shows which Pi is meant; `siren` is heard."""

    restart: Callable[[], None] | None = None
    led: StatusLed | None = None
    siren: Siren | None = None

    @property
    def capabilities(self) -> tuple[str, ...]:
        """Their names, as `GET /api/v1/info` tells them."""
        parts = {"restart": self.restart, "identify": self.led, "siren": self.siren}
        return tuple(name for name, part in parts.items() if part is not None)
