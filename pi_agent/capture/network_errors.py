"""Secure connections to cameras in the network, and why one cannot be reached, for a person."""

import socket
import ssl

NO_ANSWER = "it does not answer; is it switched on and in this network?"
NO_RTSP = "what it says is not RTSP; are protocol and port right?"
NO_TLS = "no secure connection can be made with it; does it speak plain http or rtsp instead?"
UNTRUSTED = "its certificate is not trusted; if it made it itself, set verify_tls = false"
REFUSED_USER = "it refuses the user name or the password"
NEEDS_USER = "it asks for a user name and a password; put them before the host: USER:PASSWORD@HOST"


def network_reason(error: OSError) -> str:
    """What is wrong, and the mend where there is one; nothing of the address is repeated."""
    if isinstance(error, TimeoutError):
        return NO_ANSWER
    if isinstance(error, ConnectionRefusedError):
        return "it refuses the connection; is the port right?"
    if isinstance(error, socket.gaierror):
        return "there is no machine of that name; is it spelled right?"
    if isinstance(error, ssl.SSLCertVerificationError):
        return UNTRUSTED
    if isinstance(error, ssl.SSLError):
        return NO_TLS
    if isinstance(error, ConnectionError):
        return "it has cut the connection"
    return f"the network says: {error.strerror or type(error).__name__}"


def tls_context(*, verify: bool) -> ssl.SSLContext:
    """For a connection to a camera; without `verify` it takes any certificate."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
