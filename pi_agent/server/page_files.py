"""The files of the agent's own page, read once, as they go over the wire."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "web_page"
INDEX = "index.html"
# In the index: the folder that the other files are served in, and that a browser is to fetch all
# modules at once, where it would else learn of one by the other.
_VERSION, _MODULES = b"@VERSION@", b"@MODULES@"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFile:
    """One file, plain and packed; `immutable`: what is at this path never changes."""

    content_type: str
    body: bytes
    packed: bytes
    etag: str
    immutable: bool


@cache
def page_files() -> dict[str, PageFile]:
    """Every file by its path: the index at `/`, the rest in a folder named after their content.

    So a browser keeps them for good, and an agent that was updated serves others elsewhere.
    """
    paths = [path for path in sorted(FOLDER.rglob("*")) if path.suffix in _TYPES]
    bodies = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths}
    version = _digest(b"".join(name.encode() + body for name, body in bodies.items()))[:12]
    files = {
        f"/page/{version}/{name}": _page_file(name, body, immutable=True)
        for name, body in bodies.items()
        if name != INDEX
    }
    modules = [path for path in files if path.endswith(".js") and path.count("/") == 3]
    links = "\n".join(f'<link rel="modulepreload" href="{path}">' for path in modules)
    index = bodies[INDEX].replace(_VERSION, version.encode()).replace(_MODULES, links.encode())
    return {"/": _page_file(INDEX, index, immutable=False), **files}


def _page_file(name: str, body: bytes, *, immutable: bool) -> PageFile:
    return PageFile(
        content_type=_TYPES[Path(name).suffix],
        body=body,
        packed=gzip.compress(body, mtime=0),
        etag=_digest(body)[:32],
        immutable=immutable,
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
