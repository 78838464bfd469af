"""A day that leaves something behind is found, with the figure and its bound."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from scripts.soaking.figures import Figure, Sample, figures

SAMPLE = Sample(
    camera_seconds=0,
    resident_bytes=90_000_000,
    descriptors=20,
    threads=9,
    tasks=12,
    disk_bytes=30_000_000,
    events=0,
    waiting_clips=0,
)
# What a sample holds after so many hours of a leak.
LEAKS: dict[str, Callable[[int], Sample]] = {
    "memory": lambda hour: replace(SAMPLE, resident_bytes=90_000_000 + hour * 1_000_000),
    "file descriptors": lambda hour: replace(SAMPLE, descriptors=20 + hour),
    "threads": lambda hour: replace(SAMPLE, threads=9 + hour // 8),
    "asyncio tasks": lambda hour: replace(SAMPLE, tasks=12 + hour // 4),
    "disk": lambda hour: replace(SAMPLE, disk_bytes=30_000_000 + hour * 3_000_000),
    "clips that wait": lambda hour: replace(SAMPLE, waiting_clips=hour // 2),
}


def broken(samples: list[Sample]) -> list[Figure]:
    return [f for f in figures(samples, max_disk_bytes=40_000_000) if not f.is_kept]


def test_a_day_that_leaves_nothing_behind_breaks_no_bound() -> None:
    noisy = [replace(SAMPLE, descriptors=20 + hour % 3, tasks=12 + hour % 5) for hour in range(48)]
    assert broken(noisy) == []


@pytest.mark.parametrize("name", LEAKS)
def test_a_leak_is_found_and_nothing_else(name: str) -> None:
    (found,) = broken([LEAKS[name](hour) for hour in range(48)])
    assert found.name == name
    assert f"allowed: {found.bound:g} more" in str(found)


def test_what_grows_while_the_agent_warms_up_is_no_leak() -> None:
    warming = [replace(SAMPLE, resident_bytes=60_000_000 + hour * 3_000_000) for hour in range(10)]
    assert broken(warming + [SAMPLE] * 40) == []


def test_memory_may_never_be_more_than_its_limit() -> None:
    samples = [SAMPLE] * 30 + [replace(SAMPLE, resident_bytes=210_000_000)] + [SAMPLE] * 20
    (found,) = broken(samples)
    assert found.name == "memory"


def test_too_short_a_day_says_nothing() -> None:
    with pytest.raises(ValueError, match="19 samples"):
        figures([SAMPLE] * 19, max_disk_bytes=1)
