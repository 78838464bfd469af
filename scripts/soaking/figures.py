"""What the agent held over its day, and whether it was more at the end. Pure: no I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

_WARM_UP = 0.2  # of the samples: caches fill, the first clips are made
_WINDOW = 0.15  # of the samples, at the start and at the end
_FEWEST_SAMPLES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the agent held at one moment; `camera_seconds` is its camera's time."""

    camera_seconds: float
    resident_bytes: int
    descriptors: int
    threads: int  # of those that someone of us started
    tasks: int
    disk_bytes: int
    events: int
    waiting_clips: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One resource: medians of a stretch after warm-up and of the last one, and the most ever.

    `bound` is how much more there may be at the end, `most` how much there may ever be.
    """

    name: str
    unit: str
    before: float
    after: float
    peak: float
    bound: float
    most: float | None = None

    @property
    def is_kept(self) -> bool:
        """Whether the bounds were kept."""
        grown = self.after - self.before
        return grown <= self.bound and (self.most is None or self.peak <= self.most)

    def __str__(self) -> str:
        most = "" if self.most is None else f", never over {self.most:g}"
        return (
            f"{self.name}: {self.before:.1f} {self.unit} at first, {self.after:.1f} at the end, "
            f"{self.peak:.1f} at most; allowed: {self.bound:g} more{most}"
        )


def figures(samples: Sequence[Sample], *, max_disk_bytes: int) -> tuple[Figure, ...]:
    """Each resource with its bounds; ValueError where there are too few samples to tell."""
    if len(samples) < _FEWEST_SAMPLES:
        raise ValueError(f"{len(samples)} samples say nothing; {_FEWEST_SAMPLES} are needed")
    most_disk = max_disk_bytes / 1e6 + 40  # the pre-roll, the database and its log, one open clip
    return tuple(
        Figure(
            name=name,
            unit=unit,
            before=median(values[round(len(values) * _WARM_UP) :][: _window(values)]),
            after=median(values[-_window(values) :]),
            peak=max(values),
            bound=bound,
            most=most,
        )
        for name, unit, bound, most, values in _resources(samples, most_disk)
    )


def _resources(
    samples: Sequence[Sample], most_disk: float
) -> Iterator[tuple[str, str, float, float | None, list[float]]]:
    yield "memory", "MB", 12, 200, [s.resident_bytes / 1e6 for s in samples]
    yield "file descriptors", "open", 4, None, [s.descriptors for s in samples]
    yield "threads", "alive", 1, None, [s.threads for s in samples]
    yield "asyncio tasks", "alive", 3, None, [s.tasks for s in samples]
    yield "disk", "MB", max(most_disk, 0), most_disk, [s.disk_bytes / 1e6 for s in samples]
    yield "clips that wait", "reels", 5, None, [s.waiting_clips for s in samples]


def _window(values: Sequence[float]) -> int:
    return max(3, round(len(values) * _WINDOW))
