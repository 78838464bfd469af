"""What users type or paste as an address."""

import pytest

from custom_components.pi_motion_camera.flow_address import Address, parse_address


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("porch.local", "porch.local", 8788),
        ("  porch.local ", "porch.local", 8788),
        ("192.168.1.5", "192.168.1.5", 8788),
        ("192.168.1.5:9000", "192.168.1.5", 9000),
        ("PORCH", "porch", 8788),
        ("https://porch.local:9000/view?x=1", "porch.local", 9000),
        ("http://porch.local", "porch.local", 8788),
        ("fd00::5", "fd00::5", 8788),
        ("[fd00::5]", "fd00::5", 8788),
        ("[fd00::5]:9000", "fd00::5", 9000),
    ],
)
def test_an_address_is_understood(text: str, host: str, port: int) -> None:
    assert parse_address(text) == Address(host=host, port=port)


@pytest.mark.parametrize("text", ["", "   ", "porch local", ":8788", "porch:port", "porch:99999"])
def test_what_is_no_address_is_refused(text: str) -> None:
    assert parse_address(text) is None


@pytest.mark.parametrize("text", ["porch.local", "porch.local:9000", "[fd00::5]", "[fd00::5]:9000"])
def test_an_address_is_shown_as_a_user_would_type_it(text: str) -> None:
    assert str(parse_address(text)) == text
