"""A camera that serves motion JPEG over HTTP, in a process of its own.

Prints its port; ends with its standard input.
"""

import argparse
import contextlib
import itertools
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

from benchmarks.stream.pictures import write_pictures


@contextmanager
def running_camera(*, fps: float, kilobytes: float) -> Iterator[str]:
    """The address of a camera that runs while the block does; 0 frames a second is flat out."""
    arguments = ["--fps", str(fps), "--kilobytes", str(kilobytes)]
    command = [sys.executable, "-m", __name__, *arguments]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as camera:
        assert camera.stdin is not None  # noqa: S101
        assert camera.stdout is not None  # noqa: S101
        yield f"http://127.0.0.1:{int(camera.stdout.readline())}/"
        camera.stdin.close()


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fps", type=float, required=True)
    parser.add_argument("--kilobytes", type=float, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = write_pictures(Path(folder), kilobytes=options.kilobytes)
        pictures = [path.read_bytes() for path in paths]
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    threading.Thread(target=_serve, args=(listener, pictures, options.fps), daemon=True).start()
    sys.stdin.read()


def _serve(listener: socket.socket, pictures: list[bytes], fps: float) -> None:
    while True:
        viewer, _ = listener.accept()
        threading.Thread(target=_stream, args=(viewer, pictures, fps), daemon=True).start()


def _stream(viewer: socket.socket, pictures: list[bytes], fps: float) -> None:
    head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
    parts = [head % len(picture) + picture + b"\r\n" for picture in pictures]
    with contextlib.suppress(OSError), viewer:
        viewer.recv(65536)
        viewer.sendall(
            b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
        )
        begun = time.monotonic()
        for number, part in enumerate(itertools.cycle(parts)):
            if fps:
                time.sleep(max(0.0, begun + number / fps - time.monotonic()))
            viewer.sendall(part)


if __name__ == "__main__":
    _main()
