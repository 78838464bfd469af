"""What all measured servers share: the same pictures at one pace, and an end with the caller."""

import itertools
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path


def pictures_of(paths: list[str]) -> list[bytes]:
    """The JPEGs in these files."""
    return [Path(path).read_bytes() for path in paths]


def paced(pictures: list[bytes], fps: float) -> Iterator[tuple[bytes, float]]:
    """Pictures for ever, `fps` a second without drift, each with its time of capture (epoch)."""
    due = time.monotonic()
    for picture in itertools.cycle(pictures):
        due += 1 / fps
        time.sleep(max(0.0, due - time.monotonic()))
        yield picture, time.time()


def part_head(jpeg: bytes, captured_at: float) -> bytes:
    """The headers of a part, as the load client reads them."""
    return (
        f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n"
        f"X-Timestamp: {captured_at:.6f}\r\n\r\n"
    ).encode()


def announce(port: int, path: str = "/stream", headers: Mapping[str, str] | None = None) -> None:
    """Tell the caller, by one line of JSON, how a viewer gets the stream."""
    line = json.dumps({"port": port, "path": path, "headers": dict(headers or {})})
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def end_with_caller(end: Callable[[], object] = lambda: os._exit(0)) -> None:
    """Call `end` once standard input ends: the caller closed it or died."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 4096):  # unbuffered: a buffer has a lock to die with
            pass
        end()

    threading.Thread(target=wait, name="caller", daemon=True).start()
