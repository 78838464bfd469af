"""A camera that is reached by RTSP, over TCP."""

import errno
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

from pi_agent.errors import CameraError
from pi_agent.frames import Frame

from .av_pictures import BOUNDS, PacketDecoder, Picture, video_stream
from .camera_address import CameraAddress
from .frame_counter import FrameCounter
from .network_errors import (
    NEEDS_USER,
    NO_ANSWER,
    NO_RTSP,
    NO_TLS,
    REFUSED_USER,
    network_reason,
    tls_context,
)
from .skipped_frames import SkippedFrames

if TYPE_CHECKING:
    from av.container import InputContainer


class RtspSource:
    """Passes motion JPEG on as it comes; H.264, H.265 and the like are decoded once.

    `timeout`: seconds without an answer, and without a picture three times that, until the camera
    counts as lost. TCP alone: over UDP a busy WLAN loses packets, and one spoils a whole second.
    """

    def __init__(
        self, address: CameraAddress, *, timeout: float = 5.0, verify_tls: bool = True
    ) -> None:
        self._address = address
        self._timeout = timeout
        self._verify_tls = verify_tls
        self._container: InputContainer | None = None
        self._pictures: Iterator[Picture | None] = iter(())
        self._encoder = "unknown"
        self._interrupted = threading.Event()
        self._frames = FrameCounter()
        self._skipped = SkippedFrames(address)

    @property
    def encoder(self) -> str:
        """What makes the JPEGs that viewers see; known once the camera was reached."""
        return self._encoder

    @property
    def skipped_frames(self) -> int:
        """Broken pictures that were not passed on."""
        return self._skipped.count

    def renewed(self) -> Self:
        """A fresh source of the same camera."""
        return type(self)(self._address, timeout=self._timeout, verify_tls=self._verify_tls)

    def open(self) -> None:
        """Connect and start to play; CameraError says why that cannot be."""
        import av

        self._interrupted.clear()
        begun = time.monotonic()
        try:
            self._container = container = av.open(
                self._address.secret_url,
                options=self._options(),
                timeout=(self._timeout, self._timeout),
            )
            stream = video_stream(container)
        except (OSError, av.FFmpegError, CameraError) as error:
            self.close()
            # Not `from error`: FFmpeg's own words repeat the address with the password in it.
            waited = time.monotonic() - begun
            raise CameraError(f"{self._address}: {self._refusal(error, waited)}") from None
        decoder = PacketDecoder(stream, self._skipped)
        self._encoder = decoder.encoder
        self._pictures = _pictures(container, decoder)

    def read(self) -> Frame:
        """The next whole picture."""
        import av

        deadline = time.monotonic() + 3 * self._timeout
        try:
            for picture in self._pictures:
                if picture is not None:
                    return picture.framed(self._frames)
                if self._interrupted.is_set() or time.monotonic() > deadline:
                    break
            else:
                raise CameraError(f"{self._address}: it has ended the stream")
        except (OSError, av.FFmpegError) as error:
            raise CameraError(f"{self._address}: {_reason(error)}") from None
        raise CameraError(f"{self._address}: no whole picture came in {3 * self._timeout:g} s")

    def interrupt(self) -> None:
        """End a wait in `read` at the next packet; FFmpeg itself cannot be woken."""
        self._interrupted.set()

    def close(self) -> None:
        """Hang up; may be called twice."""
        container, self._container = self._container, None
        self._pictures = iter(())
        if container is not None:
            container.close()

    def _refusal(self, error: Exception, waited: float) -> str:
        """Why it cannot be opened, after so many seconds."""
        import av

        if isinstance(error, av.error.InvalidDataError):
            # Also what FFmpeg makes of a camera that takes the connection and says nothing.
            return NO_ANSWER if waited >= self._timeout else NO_RTSP
        reason = _reason(error)
        if reason == REFUSED_USER and self._address.user is None:
            return NEEDS_USER
        if isinstance(error, av.FFmpegError) and error.errno == errno.EIO:
            return self._connection_problem() or reason
        return reason

    def _connection_problem(self) -> str | None:
        """What FFmpeg does not tell apart: a name that nobody has, a certificate, no TLS."""
        address, connected = self._address, False
        try:
            with socket.create_connection((address.host, address.port), self._timeout) as plain:
                connected = True
                if address.scheme == "rtsps":
                    context = tls_context(verify=self._verify_tls)
                    context.wrap_socket(plain, server_hostname=address.host).close()
        except TimeoutError:  # a camera without TLS waits for the rest of a request
            return NO_TLS if connected else NO_ANSWER
        except OSError as error:
            return network_reason(error)
        except UnicodeError:  # no name of a machine is like that
            return network_reason(socket.gaierror())
        return None

    def _options(self) -> dict[str, str]:
        # Not to guess the frame rate saves a second, whose pictures would all come at once, late.
        options = {**BOUNDS, "rtsp_transport": "tcp", "fpsprobesize": "0"}
        if self._address.scheme == "rtsps":
            options["tls_verify"] = str(int(self._verify_tls))
            trusted = ssl.get_default_verify_paths()
            options["ca_file"] = trusted.cafile or trusted.openssl_cafile
        return options


def _pictures(container: "InputContainer", decoder: PacketDecoder) -> Iterator[Picture | None]:
    """Each picture; None for a packet that completes none, so that the reader can look up."""
    for packet in container.demux(video=0):
        yield from tuple(decoder.pictures(packet)) or (None,)


def _reason(error: Exception) -> str:
    import av

    if isinstance(error, CameraError):
        return str(error)
    if isinstance(error, av.error.ExitError):  # our time-out cut FFmpeg short
        return NO_ANSWER
    if isinstance(error, av.error.HTTPUnauthorizedError):  # RTSP has HTTP's codes
        return REFUSED_USER
    if isinstance(error, av.error.HTTPNotFoundError):
        return "it has no stream at this path"
    if isinstance(error, av.error.HTTPForbiddenError):
        return "it does not let this user see the stream"
    if getattr(error, "errno", None) == errno.EIO:
        return "the connection to it broke"
    if isinstance(error, OSError):
        return network_reason(error)
    return f"FFmpeg cannot play it: {getattr(error, 'strerror', None) or type(error).__name__}"
