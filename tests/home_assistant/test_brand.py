"""The brand's images have the sizes that Home Assistant shows."""

import struct
from pathlib import Path

import pytest

INTEGRATION = Path(__file__).parents[2] / "custom_components" / "pi_motion_camera"
ICONS = {"icon": 256, "icon@2x": 512, "dark_icon": 256, "dark_icon@2x": 512}
LOGOS = {"logo": 128, "logo@2x": 256, "dark_logo": 128, "dark_logo@2x": 256}


def size_of(name: str) -> tuple[int, int]:
    data = (INTEGRATION / "brand" / f"{name}.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


@pytest.mark.parametrize(("name", "side"), ICONS.items())
def test_icons_are_square(name: str, side: int) -> None:
    assert size_of(name) == (side, side)


@pytest.mark.parametrize(("name", "height"), LOGOS.items())
def test_logos_are_wide(name: str, height: int) -> None:
    width, actual = size_of(name)
    assert actual == height
    assert width > height


def test_nothing_else_is_shipped() -> None:
    shipped = {path.stem for path in (INTEGRATION / "brand").iterdir()}
    assert shipped == ICONS.keys() | LOGOS.keys()
