"""The last seconds in memory: bounded in time and bytes."""

import itertools

from pi_agent.clips.reel import ReelPicture
from pi_agent.clips.ring import PictureRing

FPS = 15


def picture(number: int, size: int = 100) -> ReelPicture:
    return ReelPicture(monotonic_at=number / FPS, captured_at=0, jpeg=bytes(size))


def filled(ring: PictureRing, count: int, size: int = 100) -> list[float]:
    for number in range(count):
        ring.add(picture(number, size))
    return [p.monotonic_at for p in ring.since(-1)]


def test_older_pictures_than_asked_for_are_let_go() -> None:
    ring = PictureRing(5.0)
    times = filled(ring, 200)
    assert times == [number / FPS for number in range(124, 200)]
    assert ring.bytes == 76 * 100
    assert [p.monotonic_at for p in ring.since(13.0)] == [n / FPS for n in range(195, 200)]


def test_too_many_bytes_cost_pictures_of_the_past_not_its_length() -> None:
    ring = PictureRing(20.0, most_bytes=15_000)  # half of what twenty seconds take
    times = filled(ring, 600)
    assert ring.bytes <= 15_000
    assert times[-1] - times[0] > 19
    fresh = [t for t in times if t > times[-1] - 2.9]
    assert len(fresh) == round(2.9 * FPS)
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert max(gaps) < 0.3  # 3 s at 15 a second leave 6 a second for the other 17


def test_pictures_that_are_too_large_even_so_stay_within_the_bound() -> None:
    ring = PictureRing(20.0, most_bytes=1000)
    assert filled(ring, 100, size=400) == [98 / FPS, 99 / FPS]
    assert filled(ring, 1, size=5000) == [0.0]


def test_a_clock_that_begins_anew_begins_a_new_ring() -> None:
    ring = PictureRing(5.0)
    filled(ring, 50)
    assert filled(ring, 1) == [0.0]
    assert ring.bytes == 100
