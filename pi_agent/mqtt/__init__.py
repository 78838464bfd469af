"""Every event, and the state of every camera, on an MQTT broker, where one is configured.

`session` imports the MQTT library, and is imported only when the agent connects.
"""

from .broker import Broker, BrokerError, open_session, require_library, try_broker
from .publisher import MqttPublisher
from .state_board import StateBoard

__all__ = [
    "Broker",
    "BrokerError",
    "MqttPublisher",
    "StateBoard",
    "open_session",
    "require_library",
    "try_broker",
]
