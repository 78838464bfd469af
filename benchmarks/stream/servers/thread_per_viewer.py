"""A thread for each viewer, woken by a Condition: the pattern of Picamera2's MJPEG example."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .serving import announce, end_with_caller, paced, part_head, pictures_of


class Newest:
    """The newest picture, and a Condition for those who wait for it."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.picture = (b"", 0.0)

    def put(self, picture: tuple[bytes, float]) -> None:
        """Wake every viewer."""
        with self.changed:
            self.picture = picture
            self.changed.notify_all()


newest = Newest()


class StreamHandler(BaseHTTPRequestHandler):
    """Writes each picture in the usual few writes: boundary and headers, JPEG, line end."""

    def do_GET(self) -> None:
        """Stream until the viewer leaves."""
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        try:
            while True:
                with newest.changed:
                    newest.changed.wait()
                    jpeg, captured_at = newest.picture
                self.wfile.write(b"--frame\r\n")
                self.wfile.write(part_head(jpeg, captured_at))
                self.wfile.write(jpeg)
                self.wfile.write(b"\r\n")
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Takes many viewers at once."""

    daemon_threads = True
    request_queue_size = 512


def main() -> None:
    """Serve until the caller ends."""
    fps, *paths = sys.argv[1:]
    server = Server(("127.0.0.1", 0), StreamHandler)
    end_with_caller()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    announce(server.server_address[1])
    for picture in paced(pictures_of(paths), float(fps)):
        newest.put(picture)


if __name__ == "__main__":
    main()
