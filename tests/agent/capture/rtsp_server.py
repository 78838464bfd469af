"""A camera that is reached by RTSP over TCP, as well or as badly as a test wants it."""

import base64
import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .mjpeg_server import HEIGHT, PASSWORD, USER, WIDTH, digest_is_right, jpeg
from .rtp_packets import H264, JPEG, h264_pictures, jpeg_payloads, rtp

_OPENING = {
    "mjpeg": f"m=video 0 RTP/AVP {JPEG}\r\n",
    "h264": f"m=video 0 RTP/AVP {H264}\r\na=rtpmap:{H264} H264/90000\r\n"
    f"a=fmtp:{H264} packetization-mode=1\r\n",
    "unknown": f"m=video 0 RTP/AVP {H264}\r\na=rtpmap:{H264} X-NOTHING/90000\r\n",
    "sound": "m=audio 0 RTP/AVP 0\r\n",
}


class RtspServer:
    """Plays pictures over and over on a port of its own, the same over restarts."""

    def __init__(self, codec: str) -> None:
        self.codec = codec
        self.fps = 50.0
        self.auth: str | None = None  # "basic" or "digest"
        self.status = "200 OK"  # the answer to DESCRIBE
        self.lose_every: int | None = None  # of the packets, one in so many never leaves
        self.tls: ssl.SSLContext | None = None
        self.port = 0
        self.pictures = _pictures(codec)
        self._frozen = threading.Event()
        self._gone = threading.Event()
        self._listener: socket.socket | None = None
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """The stream's address."""
        return f"{'rtsps' if self.tls else 'rtsp'}://127.0.0.1:{self.port}/stream?token=secret"

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._gone.clear()
        self._frozen.clear()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._listener.settimeout(0.02)
        self.port = self._listener.getsockname()[1]
        self._run(self._accept)

    def stop(self) -> None:
        """Cut all connections, as when the camera is unplugged; may be called twice."""
        self._gone.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        if self._listener is not None:
            self._listener.close()

    def freeze(self) -> None:
        """Keep connections, but send nothing any more."""
        self._frozen.set()

    def thaw(self) -> None:
        """Send again."""
        self._frozen.clear()

    def _run(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        assert self._listener is not None
        while not self._gone.is_set():
            with contextlib.suppress(TimeoutError):
                self._run(self._serve, self._listener.accept()[0])

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(0.01)
            if self.tls is not None:
                connection.settimeout(5)
                connection = self.tls.wrap_socket(connection, server_side=True)
                connection.settimeout(0.01)
            with connection:
                self._answer_requests(connection)

    def _answer_requests(self, connection: socket.socket) -> None:
        received, player = b"", None
        while not self._gone.is_set():
            try:
                data = connection.recv(4096)
            except TimeoutError:
                data = None
            if data == b"":
                return
            received = _without_rtcp(received + (data or b""))
            while b"\r\n\r\n" in received and not self._frozen.is_set():
                request, _, received = received.partition(b"\r\n\r\n")
                connection.sendall(self._answer(request.decode()))
                if request.startswith(b"PLAY"):
                    player = self._packets()
            if player is not None and not self._frozen.is_set():
                connection.sendall(next(player))

    def _answer(self, request: str) -> bytes:
        first, *lines = request.split("\r\n")
        method, url, _ = first.split()
        headers = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
        status, answer, body = "200 OK", "", ""
        if method != "OPTIONS" and not self._knows(headers.get("authorization", ""), method):
            challenge = 'Basic realm="camera"'
            if self.auth == "digest":
                challenge = 'Digest realm="camera", nonce="abc"'
            status, answer = "401 Unauthorized", f"WWW-Authenticate: {challenge}\r\n"
        elif method == "DESCRIBE":
            status, body = self.status, self._description() if "200" in self.status else ""
            answer = "Content-Type: application/sdp\r\n" + f"Content-Base: {url}/\r\n"
        elif method == "SETUP":
            answer = f"Transport: {headers['transport']}\r\nSession: 1\r\n"
        elif method == "PLAY":
            answer = "Session: 1\r\n"
        number = headers.get("cseq", "0")
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        return f"RTSP/1.0 {status}\r\nCSeq: {number}\r\n{answer}{length}\r\n{body}".encode()

    def _description(self) -> str:
        head = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=test\r\nt=0 0\r\n"
        return f"{head}{_OPENING[self.codec]}a=control:track0\r\n"

    def _knows(self, given: str, method: str) -> bool:
        if self.auth == "basic":
            return given == "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return self.auth is None or digest_is_right(given, method=method, nonce="abc")

    def _packets(self) -> Iterator[bytes]:
        """What goes over the wire for one picture after the other, in time."""
        begun, sequence, number = time.monotonic(), 0, 0
        while True:
            due = number / self.fps
            if time.monotonic() - begun < due:
                yield b""
                continue
            payloads = self.pictures[number % len(self.pictures)]
            wire = b""
            for index, payload in enumerate(payloads, 1):
                sequence += 1
                kind, last = JPEG if self.codec == "mjpeg" else H264, index == len(payloads)
                packet = rtp(payload, kind=kind, sequence=sequence, seconds=due, last=last)
                if self.lose_every is None or sequence % self.lose_every:
                    wire += struct.pack("!cBH", b"$", 0, len(packet)) + packet
            number += 1
            yield wire


def _pictures(codec: str) -> list[list[bytes]]:
    if codec == "mjpeg":
        return [jpeg_payloads(jpeg(level), WIDTH, HEIGHT) for level in range(40, 200, 20)]
    if codec == "h264":
        return h264_pictures(WIDTH, HEIGHT, 24, key_every=8)
    return [[b""]]


def _without_rtcp(received: bytes) -> bytes:
    """Requests alone; what the client sends besides is a report on how well it receives."""
    while received.startswith(b"$") and len(received) >= 4:
        length = 4 + int.from_bytes(received[2:4], "big")
        if len(received) < length:
            break
        received = received[length:]
    return received


@contextmanager
def rtsp_server(codec: str) -> Iterator[RtspServer]:
    """A server that is started, and stopped when the block is left."""
    server = RtspServer(codec)
    server.start()
    try:
        yield server
    finally:
        server.stop()
