"""Settings: what a change may be, and what it leaves alone."""

from typing import Any

import pytest

from pi_agent.protocol import CameraSettings, ProtocolError, Rotation, SettingsPatch

TRIANGLE = [[0, 0], [1, 0], [0.5, 1]]


def test_a_change_touches_only_what_it_names() -> None:
    settings = CameraSettings(sensitivity=70, motion=False)
    changed = SettingsPatch({"rotation": 90}).apply(settings)
    assert changed == CameraSettings(sensitivity=70, motion=False, rotation=Rotation.RIGHT)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sensitivity": 0}, "sensitivity"),
        ({"sensitivity": 101}, "sensitivity"),
        ({"sensitivity": True}, "sensitivity"),
        ({"sensitivity": 50.5}, "sensitivity"),
        ({"motion": "on"}, "motion"),
        ({"rotation": 45}, "rotation"),
        ({"stream_fps": 1e400}, "stream_fps"),
        ({"zones": {}}, "zones"),
        ({"zones": [{"name": "a", "points": TRIANGLE[:2]}]}, "zones[0].points"),
        ({"zones": [{"name": "a", "points": [[0, 0], [1, 0], [2, 1]]}]}, "zones[0].points[2][0]"),
        ({"zones": [{"name": "\ud800", "points": TRIANGLE}]}, "zones[0].name"),
        ({"zones": [{"name": "", "points": TRIANGLE}]}, "zones[0].name"),
        ({"zones": [{"name": "a", "points": TRIANGLE}] * 2}, "zones"),
        ({"masks": [TRIANGLE] * 17}, "masks"),
        ({"sensitivty": 50}, "sensitivty"),
        ({"privacy": None}, "privacy"),
    ],
)
def test_a_wrong_value_names_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        SettingsPatch(change).apply(CameraSettings())
    assert caught.value.field == field
