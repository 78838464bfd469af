"""What each engine finds in marked footage, looked at as the agent does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.motion.footage import Footage, size_of
from benchmarks.motion.ground_truth import Clip
from pi_agent.objects import ModelFolder
from pi_agent.objects.event_labels import LEAST_CONFIDENCE, wanted_of
from pi_agent.objects.look import see
from pi_agent.objects.open_model import Model, open_model
from pi_agent.protocol import Box, Label

from .chain import LabelledEvent, ObjectChain, See
from .scoring import Score, score

LOOKS_PER_SECOND = 2.0  # as delivered
LOOK_SECONDS = 0.3  # as on a Raspberry Pi 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One engine on one clip."""

    clip: str
    is_real: bool
    runtime: str
    score: Score


def judge_all(
    clips: Sequence[Clip],
    folder: ModelFolder,
    runtimes: Sequence[str],
    pictures: Path,
    tell: Callable[[str], None],
) -> list[Judgement]:
    """Every engine on every clip; their frames are kept in the folder `pictures`."""
    cv2.setNumThreads(1)
    footage = Footage(pictures)
    eyes = {runtime: eyes_of(folder, runtime) for runtime in runtimes}
    found = []
    for clip in clips:
        for runtime, (see_it, wanted) in eyes.items():
            tell(f"{clip.name}, {runtime}")
            events = labelled(footage, clip, see_it, wanted)
            found.append(
                Judgement(
                    clip=clip.name,
                    is_real=clip.is_real,
                    runtime=runtime,
                    score=score(clip, events),
                )
            )
    return found


def labelled(
    footage: Footage, clip: Clip, see_it: See, wanted: frozenset[str]
) -> list[LabelledEvent]:
    """The agent's events of a clip."""
    shots = footage.shots(clip)
    size = size_of(shots[0])
    chain = ObjectChain(
        see_it, wanted, looks_per_second=LOOKS_PER_SECOND, look_seconds=LOOK_SECONDS
    )
    for shot in shots:
        chain.take(shot, size)
    return chain.finished(shots[-1].at)


def eyes_of(folder: ModelFolder, runtime: str) -> tuple[See, frozenset[str]]:
    """What looks with the models in use, in this process; and what is looked for."""
    models: list[Model] = [open_model(path, runtime=runtime) for path in folder.files]

    def see_it(jpeg: bytes, box: Box | None) -> tuple[Label, ...]:
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        return see(models, np.asarray(picture, np.uint8), box, least=LEAST_CONFIDENCE)

    known = frozenset(label for model in models for label in model.labels)
    return see_it, wanted_of((), known)
