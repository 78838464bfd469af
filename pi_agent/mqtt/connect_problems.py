"""Why a broker cannot be reached or does not let us in, in plain words with the mend."""

import socket
import ssl

from aiomqtt import MqttError
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.reasoncodes import ReasonCode

from .broker import Broker, BrokerError

# Source: https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html, 3.2.2.2
_REFUSED = {
    0x84: "it does not speak MQTT 5; update the broker",
    0x85: "it does not take this client id; set another mqtt.client_id",
    0x86: "user or password is wrong; look at mqtt.user and mqtt.password",
    0x87: "it does not let this user in; look at mqtt.user, mqtt.password and the broker's rights",
    0x8A: "it has banned this client; look at the broker's settings",
}


def connect_problem(error: MqttError, broker: Broker) -> BrokerError:
    """What a failed attempt to connect means."""
    return BrokerError(f"{broker.machine}: {_connect_reason(error, broker)}")


def session_problem(broker: Broker) -> BrokerError:
    """What the end of a connection means; brokers rarely say why."""
    return BrokerError(
        f"{broker.machine}: the connection was lost; if that goes on, another client may have the "
        "same client id: set mqtt.client_id"
    )


def _connect_reason(error: MqttError, broker: Broker) -> str:
    if isinstance(error, MqttConnectError):
        code = error.rc.value if isinstance(error.rc, ReasonCode) else None
        return _REFUSED.get(code or 0, f"it refuses the connection: {error}")
    cause = error.__context__  # aiomqtt keeps no other trace of it
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not trusted ({cause.verify_message}); name the authority that "
            "signed it in mqtt.ca_file, and the name that it is for in mqtt.host"
        )
    if isinstance(cause, socket.gaierror):
        return "there is no machine of that name; look at mqtt.host"
    if isinstance(cause, ConnectionRefusedError):
        return "nothing listens there; look at mqtt.port, and whether the broker runs"
    if isinstance(cause, ssl.SSLError) or (broker.tls and isinstance(cause, ConnectionError)):
        return "it does not speak TLS on this port; look at mqtt.port and mqtt.tls"
    if isinstance(cause, ConnectionError) or "timed out" in str(error):
        wants = "" if broker.tls else "; it may want TLS: set mqtt.tls or mqtt.ca_file"
        return f"it does not answer as an MQTT broker does{wants}"
    return str(error)
