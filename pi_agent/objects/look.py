"""The process that looks: `python -m pi_agent.objects.look THREADS RUNTIME MODEL...`.

It is the first to go when memory runs out and the last to get the processor. On standard input it
takes one question at a time, a line of JSON and a JPEG of `size` bytes behind it; on standard
output it answers each with a line. The first line it prints tells what it can see, or why it
cannot. It ends when its standard input does.
"""

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np

from pi_agent.protocol import Box, Label, decode, encode

from .letterbox import Picture, Region, around, common_share, whole
from .model_error import ModelError
from .network import ANY
from .open_model import Model, open_model

_NICENESS = 10
_LEAST_CROP = 208  # pixels: twice as large in the input of YOLOX-nano
_MOST_BYTES = 32 * 2**20
_WORTH_A_CROP = 0.7  # of the picture's longer side; a larger crop shows no more than the whole
_SAME_THING = 0.5  # share of two boxes' union that they have in common


def main(arguments: list[str]) -> int:
    """Answer questions until there are no more."""
    _step_back()
    threads, runtime = int(arguments[0]), None if arguments[1] == ANY else arguments[1]
    cv2.setNumThreads(threads)
    try:
        models = [open_model(Path(a), threads=threads, runtime=runtime) for a in arguments[2:]]
    except ModelError as error:
        _say({"problem": str(error)})
        return 1
    _say(
        {
            "labels": sorted({label for model in models for label in model.labels}),
            "runtimes": {model.path.stem: model.runtime for model in models},
        }
    )
    while (question := _next_question(sys.stdin.buffer)) is not None:
        _say(_answer(models, *question))
    return 0


def _step_back() -> None:
    with suppress(OSError):
        os.nice(_NICENESS)
        Path("/proc/self/oom_score_adj").write_text("1000")


def _say(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def _next_question(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    line = stream.readline()
    if not line:
        return None
    question = json.loads(line)
    size = min(int(question["size"]), _MOST_BYTES)
    jpeg = stream.read(size)
    return None if len(jpeg) < size else (question, jpeg)


def _answer(models: list[Model], question: dict[str, Any], jpeg: bytes) -> dict[str, Any]:
    begun = time.process_time()
    picture: Any = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        return {"problem": "the picture cannot be decoded"}
    box = None if question["box"] is None else decode(Box, question["box"])
    shown = np.asarray(picture, np.uint8)
    seen = see(models, shown, box, least=float(question["least"]))
    return {
        "seen": [encode(label) for label in seen],
        "seconds": round(time.process_time() - begun, 4),
    }


def see(
    models: list[Model], picture: Picture, box: Box | None, *, least: float
) -> tuple[Label, ...]:
    """One look: what is in the picture with at least that confidence, each thing once."""
    found = [
        label
        for region in _regions(picture, box)
        for model in models
        for label in model.find(picture, region, least=least)
    ]
    return without_repetitions(found)


def _regions(picture: Picture, box: Box | None) -> tuple[Region, ...]:
    """The whole picture, and what moves as large as can be where that is little of it."""
    everything = whole(picture)
    if box is None:
        return (everything,)
    crop = around(box, picture, least=_LEAST_CROP)
    if max(crop.width, crop.height) > _WORTH_A_CROP * max(everything.width, everything.height):
        return (everything,)
    return (everything, crop)


def without_repetitions(found: list[Label]) -> tuple[Label, ...]:
    """Each thing once, though two regions showed it: surest first."""
    kept: list[Label] = []
    for label in sorted(found, key=lambda label: -label.confidence):
        same = (other.box for other in kept if other.name == label.name)
        if all(common_share(box, label.box) <= _SAME_THING for box in same):
            kept.append(label)
    return tuple(kept)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
