"""What counts as motion and what does not, on scenes that carry their own truth."""

import pytest

from pi_agent.protocol import CameraSettings, Zone

from .scenes import active_seconds, observed, walk

RIGHT_HALF = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))


def test_the_box_is_where_the_motion_is() -> None:
    (box,) = [o.box for o in observed(walk(6, 10)) if o.at == pytest.approx(8.0)]
    assert box is not None
    assert 0.3 < box.x + box.w / 2 < 0.7
    assert 0.3 < box.y + box.h / 2 < 0.9


def test_only_what_moves_in_a_zone_counts_and_names_it() -> None:
    settings = CameraSettings(zones=(Zone(name="door", points=RIGHT_HALF),))
    found = [o for o in observed(walk(6, 10), settings=settings) if o.active]
    assert found
    assert found[0].at >= 7.5  # not before the middle is reached
    assert {zone for o in found for zone in o.zones} == {"door"}


def test_what_moves_under_a_mask_never_counts() -> None:
    everywhere = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    assert active_seconds(observed(walk(6, 10), settings=CameraSettings(masks=(everywhere,)))) == []
