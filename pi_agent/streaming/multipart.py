"""`multipart/x-mixed-replace`: one JPEG a part, with its length and its time of capture."""

BOUNDARY = "pi-motion-camera"


def multipart_chunk(jpeg: bytes, captured_at: float) -> tuple[bytes, memoryview]:
    """A part as one HTTP chunk, and the part alone within the same memory (for HTTP/1.0).

    The part runs from its headers to the boundary that follows it, so that a reader knows at once
    that the picture is complete; a response therefore begins with `FIRST_BOUNDARY`.
    `captured_at` is in seconds since the epoch.
    """
    headers = (
        f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n"
        f"X-Timestamp: {captured_at:.6f}\r\n\r\n"
    ).encode()
    size_line = b"%x\r\n" % (len(headers) + len(jpeg) + len(_END))
    chunk = b"".join((size_line, headers, jpeg, _END, b"\r\n"))
    return chunk, memoryview(chunk)[len(size_line) : -2]


_END = f"\r\n--{BOUNDARY}\r\n".encode()


FIRST_BOUNDARY = f"--{BOUNDARY}\r\n".encode()
