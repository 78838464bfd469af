"""The library that drives the pins, gpiozero on lgpio, and what can be wrong with it."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pi_agent.errors import AgentError

_NO_LIBRARY = (
    "gpio: the library is not installed; install it with the agent: pip install 'pi-agent[gpio]'"
)


class PinsError(AgentError):
    """A pin cannot be used; the message names the part and the mend where it can."""


def open_pins() -> Any:
    """What makes pins: gpiozero's factory. Raises PinsError; close it when done."""
    # lgpio makes a pipe where it is started, which the service may not write.
    os.environ.setdefault("LG_WD", tempfile.gettempdir())
    try:
        from gpiozero.pins.lgpio import LGPIOFactory
    except ImportError as error:
        raise PinsError(_NO_LIBRARY) from error
    with _told("gpio"):
        return LGPIOFactory()


def open_part(name: str, make: Callable[[], Any]) -> Any:
    """A device of gpiozero's; PinsError names the part that it is."""
    with _told(name):
        return make()


@contextmanager
def _told(name: str) -> Iterator[None]:
    from gpiozero import GPIOZeroError

    try:
        yield
    except (GPIOZeroError, OSError) as error:
        raise PinsError(f"{name}: the pin cannot be used: {error}") from error
    except Exception as error:  # lgpio has an error of its own that derives from nothing else
        if type(error).__module__ != "lgpio":
            raise
        busy = "busy" in str(error).lower()
        mend = "; another program holds it, or pi-agent runs already" if busy else ""
        raise PinsError(f"{name}: the pin cannot be used: {error}{mend}") from error
