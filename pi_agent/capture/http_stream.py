"""One HTTP request whose answer does not end, asked from a thread that blocks."""

import contextlib
import http.client
import socket
from dataclasses import replace
from urllib.parse import urljoin

from pi_agent.errors import CameraError, ConfigurationError

from .camera_address import CameraAddress
from .http_auth import authorization
from .network_errors import NEEDS_USER, REFUSED_USER, network_reason, tls_context

_MOST_REDIRECTS = 3
_REDIRECTS = {301, 302, 303, 307, 308}


class HttpStream:
    """Owns the connection; used by one thread, but for `interrupt`.

    Every wait for the network ends after `timeout` seconds. All errors are CameraError.
    """

    def __init__(self, address: CameraAddress, *, timeout: float, verify_tls: bool) -> None:
        self._address = address
        self._timeout = timeout
        self._verify_tls = verify_tls
        self._socket: socket.socket | None = None
        self._connection: http.client.HTTPConnection | None = None
        self._response: http.client.HTTPResponse | None = None

    def open(self) -> None:
        """Ask for the address, with user and password where the camera wants them."""
        address, access = self._address, None
        for _ in range(_MOST_REDIRECTS + 2):
            response = self._ask(address, access)
            if response.status == 401 and access is None:
                access = self._access(address, response)
            elif response.status in _REDIRECTS:
                address, access = _redirected(address, response), None
            elif response.status == 200:
                return
            else:
                raise CameraError(f"{address}: {_refusal(response.status)}")
            self.close()
        raise CameraError(f"{self._address}: it sends us from one address to the next")

    @property
    def headers(self) -> http.client.HTTPMessage:
        """The answer's headers."""
        assert self._response is not None, "open the stream first"  # noqa: S101
        return self._response.headers

    def read(self, most: int) -> bytes:
        """At most `most` bytes of the answer, as soon as there are any; b"" at its end."""
        if self._response is None:
            return b""
        try:
            return self._response.read1(most)
        except http.client.IncompleteRead:
            return b""  # cut off in the middle of a chunk
        except (OSError, http.client.HTTPException) as error:
            raise self._problem(error) from None

    def interrupt(self) -> None:
        """End a wait for the network; from any thread."""
        connected = self._socket
        if connected is not None:
            with contextlib.suppress(OSError):  # it may be closed already
                # Past ssl's own shutdown, which would pull its state from under the reader's feet.
                socket.socket.shutdown(connected, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection; may be called twice."""
        response, self._response = self._response, None
        connection, self._connection = self._connection, None
        self._socket = None
        for part in (response, connection):
            if part is not None:
                part.close()

    def _ask(self, address: CameraAddress, access: str | None) -> http.client.HTTPResponse:
        headers = {"User-Agent": "pi-agent", "Accept": "multipart/x-mixed-replace, image/jpeg"}
        if access is not None:
            headers["Authorization"] = access
        self._connection = connection = self._new_connection(address)
        try:
            connection.connect()
            self._socket = connection.sock
            connection.request("GET", address.target, headers=headers)
            self._response = response = connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise self._problem(error) from None
        return response

    def _new_connection(self, address: CameraAddress) -> http.client.HTTPConnection:
        if address.scheme == "https":
            context = tls_context(verify=self._verify_tls)
            return http.client.HTTPSConnection(
                address.host, address.port, timeout=self._timeout, context=context
            )
        return http.client.HTTPConnection(address.host, address.port, timeout=self._timeout)

    def _access(self, address: CameraAddress, response: http.client.HTTPResponse) -> str:
        if address.user is None:
            raise CameraError(f"{address}: {NEEDS_USER}")
        access = authorization(
            response.headers.get_all("WWW-Authenticate", []),
            user=address.user,
            password=address.password,
            method="GET",
            target=address.target,
        )
        if access is None:
            raise CameraError(f"{address}: it asks for the password in a way we do not know")
        return access

    def _problem(self, error: Exception) -> CameraError:
        if isinstance(error, OSError):
            return CameraError(f"{self._address}: {network_reason(error)}")
        return CameraError(f"{self._address}: it does not speak HTTP ({type(error).__name__})")


def _redirected(address: CameraAddress, response: http.client.HTTPResponse) -> CameraAddress:
    """Where the camera sends us; user and password go along to the same host alone."""
    target: CameraAddress | None
    try:
        location = urljoin(address.public_url, response.headers.get("Location", ""))
        target = CameraAddress.parse(location)
    except (ConfigurationError, ValueError):
        target = None
    if target is None or target.scheme not in ("http", "https"):
        raise CameraError(f"{address}: it sends us to an address that we cannot read")
    weaker = (address.scheme, target.scheme) == ("https", "http")
    if target.host != address.host or weaker:
        return replace(target, user=None, password="")
    return replace(target, user=address.user, password=address.password)


def _refusal(status: int) -> str:
    if status == 401:
        return REFUSED_USER
    if status == 403:
        return "it does not let this user see the stream"
    if status == 404:
        return "it has no stream at this path"
    if status in (429, 503):
        return f"it is busy (HTTP {status}); does somebody else watch it?"
    return f"it answers with HTTP {status}"
