"""Paths are made so that no name can leave its segment."""

from pi_agent.protocol import routes


def test_a_name_stays_one_segment_of_the_path() -> None:
    path = routes.path(routes.SNAPSHOT, camera="../a b/c?d")
    assert path == "/api/v1/cameras/..%2Fa%20b%2Fc%3Fd/snapshot.jpg"
