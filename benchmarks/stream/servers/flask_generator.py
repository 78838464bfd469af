"""A generator for each viewer in Flask's threaded server: the pattern of many camera projects.

Needs flask (benchmarks/requirements.txt).
"""

import logging
import sys
import threading
from collections.abc import Iterator

from flask import Flask, Response
from werkzeug.serving import make_server

from .serving import announce, end_with_caller, paced, part_head, pictures_of
from .thread_per_viewer import Newest

newest = Newest()
application = Flask(__name__)


@application.route("/stream")
def stream() -> Response:
    """Parts until the viewer leaves."""
    return Response(_parts(), mimetype="multipart/x-mixed-replace; boundary=frame")


def _parts() -> Iterator[bytes]:
    while True:
        with newest.changed:
            newest.changed.wait()
            jpeg, captured_at = newest.picture
        yield b"--frame\r\n" + part_head(jpeg, captured_at) + jpeg + b"\r\n"


def main() -> None:
    """Serve until the caller ends."""
    fps, *paths = sys.argv[1:]
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    end_with_caller()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    announce(server.server_port)
    for picture in paced(pictures_of(paths), float(fps)):
        newest.put(picture)


if __name__ == "__main__":
    main()
