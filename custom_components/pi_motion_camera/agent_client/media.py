"""Files of an agent as they come: read in parts, asked for in ranges, never held whole."""

import base64
import binascii
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp

# What a player asks with, and what it must be told. Nothing else passes, in neither direction.
_ASKED_WITH = ("Range", "If-Range", "If-None-Match", "If-Modified-Since")
_ANSWERED_WITH = (
    "Accept-Ranges",
    "Content-Length",
    "Content-Range",
    "ETag",
    "Last-Modified",
    "Repr-Digest",
)
_SHA256 = re.compile(r"(?:^|,)\s*sha-256=:([^:]*):")
# Answers to a range or a condition, and no refusals: not modified, range not satisfiable.
NO_REFUSALS: Final = frozenset({304, 416})


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaAnswer:
    """`status` 200, 206, 304 or 416, the headers that belong to it, the body in chunks."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]

    @property
    def size(self) -> int | None:
        """How many bytes the body has, where the agent says so."""
        length = self.headers.get("Content-Length")
        return int(length) if length is not None else None

    @property
    def sha256(self) -> bytes | None:
        """The digest of the whole file, whichever part comes; None where an agent tells none.

        Source: https://www.rfc-editor.org/rfc/rfc9530#section-3
        """
        match = _SHA256.search(self.headers.get("Repr-Digest", ""))
        try:
            return base64.b64decode(match[1], validate=True) if match else None
        except binascii.Error:
            return None


def conditions_of(headers: Mapping[str, str]) -> dict[str, str]:
    """Those headers of a request that say which part is wanted, and if it is wanted at all."""
    return {name: headers[name] for name in _ASKED_WITH if name in headers}


def media_answer(response: aiohttp.ClientResponse) -> MediaAnswer:
    """What an agent answers, its body still to be read."""
    told = response.headers
    return MediaAnswer(
        status=response.status,
        headers={name: told[name] for name in _ANSWERED_WITH if name in told},
        chunks=response.content.iter_any(),
    )
