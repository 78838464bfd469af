"""Pauses grow, stay within their bounds, and begin anew after a success."""

from custom_components.pi_motion_camera.backoff import Backoff


def test_pauses_double_up_to_the_longest() -> None:
    backoff = Backoff(first=1.0, most=60.0)
    bounds = [1, 2, 4, 8, 16, 32, 60, 60, 60]
    for bound in bounds:
        assert bound / 2 <= backoff.pause() <= bound


def test_a_success_begins_with_the_shortest_pause_again() -> None:
    backoff = Backoff(first=1.0, most=60.0)
    for _ in range(10):
        backoff.pause()
    backoff.reset()
    assert backoff.pause() <= 1.0


def test_pauses_differ_so_that_not_everyone_comes_back_at_once() -> None:
    pauses = {Backoff(first=10.0, most=60.0).pause() for _ in range(20)}
    assert len(pauses) > 10
