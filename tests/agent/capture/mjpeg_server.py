"""A camera that serves motion JPEG over HTTP, as well or as badly as a test wants it."""

import base64
import hashlib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 64, 48
USER, PASSWORD = "viewer", "p@ss:wörd/%20"


def jpeg(
    level: int = 100,
    *,
    width: int = WIDTH,
    height: int = HEIGHT,
    pixels: NDArray[np.uint8] | None = None,
) -> bytes:
    """A picture of one grey level, or of these pixels."""
    picture = np.full((height, width, 3), level, np.uint8) if pixels is None else pixels
    done, data = cv2.imencode(".jpg", picture)
    assert done
    return data.tobytes()


class MjpegServer:
    """Serves `pictures` over and over on a port of its own, which stays the same over restarts."""

    def __init__(self) -> None:
        self.pictures = [jpeg(level) for level in range(40, 200, 20)]
        self.fps = 50.0
        self.boundary = "frame"  # as the header names it; in the body two dashes come before it
        self.lengths = True  # whether parts say their length
        self.chunked = False
        self.content_type: str | None = None
        self.status = 200
        self.redirect_to: str | None = None
        self.auth: str | None = None  # "basic" or "digest"
        self.between = b""  # what stands between two parts
        self.last_part: int | None = None  # the stream ends after so many
        self.piece: int | None = None  # bytes sent at a time, one piece a frame time
        self.requests: list[str | None] = []  # what came as Authorization
        self.port = 0
        self.tls: ssl.SSLContext | None = None
        self._frozen = threading.Event()
        self._gone = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The stream's address."""
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}/stream?token=secret"

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._gone.clear()
        self._frozen.clear()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                owner._serve(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = False
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        """End all streams and the server; may be called twice."""
        self._gone.set()
        server, self._server = self._server, None
        if server is not None and self._thread is not None:
            server.shutdown()
            server.server_close()
            self._thread.join()

    def freeze(self) -> None:
        """Keep connections, but send nothing any more."""
        self._frozen.set()

    def thaw(self) -> None:
        """Send again."""
        self._frozen.clear()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        self.requests.append(request.headers.get("Authorization"))
        request.close_connection = True
        if self.auth is not None and not self._knows(request):
            request.send_response(401)
            request.send_header("WWW-Authenticate", self._challenge())
            request.send_header("Content-Length", "0")
            request.end_headers()
        elif self.redirect_to is not None and "moved" not in request.path:
            request.send_response(302)
            request.send_header("Location", self.redirect_to)
            request.end_headers()
        else:
            self._stream(request)

    def _stream(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(self.status)
        multipart = f"multipart/x-mixed-replace; boundary={self.boundary}"
        request.send_header("Content-Type", self.content_type or multipart)
        if self.chunked:
            request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        try:
            for data in self._body():
                request.wfile.write(b"%x\r\n%b\r\n" % (len(data), data) if self.chunked else data)
                self._gone.wait(1 / self.fps)
        except OSError:
            pass  # the viewer has gone

    def _body(self) -> Iterator[bytes]:
        for part in self._parts():
            size = self.piece or len(part)
            for begin in range(0, len(part), size):
                while self._frozen.is_set() and not self._gone.is_set():
                    self._gone.wait(0.01)
                if self._gone.is_set():
                    return
                yield part[begin : begin + size]

    def _parts(self) -> Iterator[bytes]:
        delimiter = b"--" + self.boundary.strip('"').removeprefix("--").encode()
        number = 0
        while self.last_part is None or number < self.last_part:
            picture = self.pictures[number % len(self.pictures)]
            length = b"Content-Length: %d\r\n" % len(picture) if self.lengths else b""
            head = delimiter + b"\r\nContent-Type: image/jpeg\r\n" + length + b"\r\n"
            # With its end, for without a length the end is what comes next.
            yield self.between + head + picture + b"\r\n"
            number += 1
        yield delimiter + b"--\r\n"

    def _challenge(self) -> str:
        if self.auth == "basic":
            return 'Basic realm="camera"'
        return 'Digest realm="camera", qop="auth", nonce="abc", opaque="xyz", algorithm=MD5'

    def _knows(self, request: BaseHTTPRequestHandler) -> bool:
        given = request.headers.get("Authorization", "")
        if self.auth == "basic":
            expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            return given == f"Basic {expected}"
        return digest_is_right(given, method="GET", nonce="abc")


def digest_is_right(given: str, *, method: str, nonce: str) -> bool:
    """Whether this `Authorization: Digest` proves USER's password, as RFC 7616 computes it."""
    fields = dict(
        part.strip().replace('"', "").split("=", 1)
        for part in given.removeprefix("Digest ").split(",")
        if "=" in part
    )
    if fields.get("username") != USER or fields.get("nonce") != nonce:
        return False

    def md5(*parts: str) -> str:
        return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()

    secret = md5(USER, fields["realm"], PASSWORD)
    middle = (fields["nc"], fields["cnonce"], fields["qop"]) if "qop" in fields else ()
    expected = md5(secret, nonce, *middle, md5(method, fields["uri"]))
    return fields.get("response") == expected


@contextmanager
def mjpeg_server() -> Iterator[MjpegServer]:
    """A server that is started, and stopped when the block is left."""
    server = MjpegServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
