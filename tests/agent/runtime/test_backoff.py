"""Pauses between attempts grow, within bounds, and never all alike."""

from pi_agent.runtime import Backoff


def test_pauses_double_up_to_the_longest_and_start_anew() -> None:
    backoff = Backoff(first=1.0, most=8.0)
    pauses = [backoff.pause() for _ in range(6)]
    for pause, most in zip(pauses, (1, 2, 4, 8, 8, 8), strict=True):
        assert 0.75 * most <= pause <= most
    backoff.reset()
    assert backoff.pause() <= 1.0


def test_two_clients_do_not_come_back_together() -> None:
    one, other = Backoff(), Backoff()
    assert [one.pause() for _ in range(5)] != [other.pause() for _ in range(5)]
