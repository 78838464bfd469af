"""How live pictures are framed for browsers.

Chromium shows a picture of a `multipart/x-mixed-replace` response only once it has read the
headers of the next part. So each JPEG is followed by those at once, and no part says its length:
the picture appears when it comes, not when the next one does.
"""

from typing import Final

_BOUNDARY: Final = "pi-motion-camera"
_NEXT_PART: Final = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\n".encode()

RESPONSE_HEADERS: Final = {
    "Content-Type": f"multipart/x-mixed-replace; boundary={_BOUNDARY}",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # a reverse proxy in front must pass pictures on at once
}
FIRST_PART: Final = _NEXT_PART


def browser_part(jpeg: bytes) -> bytes:
    """A picture and the opening of the part after it, in one buffer."""
    return b"".join((jpeg, b"\r\n", _NEXT_PART))
