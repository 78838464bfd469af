"""The view that a camera is known by, as it is kept over restarts."""

import json
import zlib
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .lens_view import Sketch

_VERSION = 1  # one more with every change of what a sketch is
_LEVELS = 127
_LEAST_WEIGHT = 0.02  # so an edge that is gone is forgotten, though not in one night


class KnownView:
    """Edges, and the framing that they belong to: another size, turn or zoom is another view."""

    def __init__(self, framing: str, sketch: Sketch) -> None:
        self.framing = framing
        self.sketch = sketch

    def learn(self, seen: Sketch, rate: float) -> None:
        """Go with the light and the season; `rate` from 0 (not at all) to 1 (all of it).

        What shows no edge now, as most of a street at night, hardly changes what is known of it.
        """
        plain = np.linalg.norm(seen, axis=2, keepdims=True)
        self.sketch += rate * np.maximum(plain, _LEAST_WEIGHT) * (seen - self.sketch)

    def document(self) -> bytes:
        """Some kilobytes that `of_document` reads."""
        head = json.dumps({"version": _VERSION, "framing": self.framing, "rows": len(self.sketch)})
        levels = np.round(self.sketch * _LEVELS).astype(np.int8)
        return head.encode() + b"\n" + zlib.compress(levels.tobytes())

    @classmethod
    def of_document(cls, document: bytes) -> Self | None:
        """The view that was kept; None where another version wrote it or it is damaged."""
        head, _, body = document.partition(b"\n")
        try:
            known = json.loads(head)
            if known["version"] != _VERSION:
                return None
            levels: NDArray[np.int8] = np.frombuffer(zlib.decompress(body), np.int8)
            sketch = levels.reshape(int(known["rows"]), -1, 2) / _LEVELS
            framing = str(known["framing"])
        except (ValueError, KeyError, TypeError, zlib.error):
            return None
        return cls(framing, np.asarray(sketch, np.float32))
