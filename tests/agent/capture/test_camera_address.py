"""Addresses are read as users write them, and what is secret in them is never shown."""

import pytest

from pi_agent.capture import CameraAddress
from pi_agent.errors import ConfigurationError

SECRET = "rtsp://admin:s3cret@cam.local:8554/user=admin_password=s3cret?token=s3cret"


def test_an_address_is_taken_apart() -> None:
    address = CameraAddress.parse(SECRET)
    assert (address.scheme, address.host, address.port) == ("rtsp", "cam.local", 8554)
    assert address.target == "/user=admin_password=s3cret?token=s3cret"
    assert (address.user, address.password) == ("admin", "s3cret")
    assert address.secret_url == SECRET


def test_what_is_shown_of_it_is_no_secret() -> None:
    address = CameraAddress.parse(SECRET)
    assert str(address) == "rtsp://cam.local:8554"
    assert "s3cret" not in f"{address} {address!r}"
    assert "admin" not in f"{address} {address!r}"


@pytest.mark.parametrize(
    ("url", "port"),
    [("rtsp://a/", 554), ("rtsps://a/", 322), ("http://a", 80), ("https://a/x", 443)],
)
def test_a_port_that_is_left_out_is_the_usual_one(url: str, port: int) -> None:
    address = CameraAddress.parse(url)
    assert address.port == port
    assert address.target in ("/", "/x")
    assert ":" not in address.location


def test_letters_that_an_address_must_spell_out_are_understood() -> None:
    address = CameraAddress.parse("http://us%40er:p%3Aa%2Fs%25s@cam/")
    assert (address.user, address.password) == ("us@er", "p:a/s%s")
    assert CameraAddress.parse(address.secret_url) == address


def test_an_address_of_numbers_is_kept_in_its_brackets() -> None:
    assert str(CameraAddress.parse("http://[fe80::1]:81/a")) == "http://[fe80::1]:81"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("ftp://admin:s3cret@cam/", "no camera is reached by ftp://"),
        ("rtsp://admin:s3cret@/stream", "names no host, such as rtsp://"),
        ("http://admin:s3cret@cam:99999/", "its port is no number from 0 to 65535"),
        ("http://admin:s3cret@cam:s3cret/", "its port is no number from 0 to 65535"),
        ("http://[::1:s3cret/", "not valid"),
    ],
)
def test_a_mistake_is_named_without_the_secrets(url: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        CameraAddress.parse(url)
    assert "s3cret" not in str(caught.value)
    assert str(caught.value).startswith("source: ")
