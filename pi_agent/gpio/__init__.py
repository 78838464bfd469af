"""What hangs on the Pi's pins: motion sensors, a buzzer, a servo, a remote control's receiver.

The library is imported only where a pin is configured: see `pins`.
"""

from .motion_sensor import MotionSensor
from .pan_head import PanHead, PanSettings
from .pins import PinsError, open_pins
from .remote import KEYS, Remote, find_receiver
from .siren import Siren
from .tones import TONES

__all__ = [
    "KEYS",
    "TONES",
    "MotionSensor",
    "PanHead",
    "PanSettings",
    "PinsError",
    "Remote",
    "Siren",
    "find_receiver",
    "open_pins",
]
