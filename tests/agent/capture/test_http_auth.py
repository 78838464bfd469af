"""The answers to a camera's question for user and password, against the examples of the RFCs."""

import re

import pytest

from pi_agent.capture.http_auth import authorization

from .mjpeg_server import PASSWORD, USER, digest_is_right


def answer(*challenges: str) -> str | None:
    return authorization(challenges, user=USER, password=PASSWORD, method="GET", target="/a?b=1")


def test_basic_is_rfc_7617_s() -> None:
    given = authorization(
        ['Basic realm="WallyWorld"'],
        user="Aladdin",
        password="open sesame",
        method="GET",
        target="/",
    )
    assert given == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_is_rfc_7616_s(
    algorithm: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    monkeypatch.setattr("secrets.token_hex", lambda _: nonce)
    challenge = (
        'Digest realm="http-auth@example.org", qop="auth, auth-int", '
        f"algorithm={algorithm}, "
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    given = authorization(
        [challenge],
        user="Mufasa",
        password="Circle of Life",
        method="GET",
        target="/dir/index.html",
    )
    assert given is not None
    assert re.search(r'response="([^"]+)"', given)[1] == expected  # type: ignore[index]
    assert "qop=auth, nc=00000001" in given


def test_digest_of_old_cameras_has_no_qop() -> None:
    given = answer('Digest realm="camera", nonce="abc"')
    assert given is not None
    assert "qop" not in given
    assert digest_is_right(given, method="GET", nonce="abc")


def test_digest_is_taken_before_basic() -> None:
    given = answer('Basic realm="camera"', 'Digest realm="camera", nonce="abc"')
    assert given is not None
    assert given.startswith("Digest ")


@pytest.mark.parametrize(
    "challenge",
    [
        "Bearer",
        "",
        'Digest realm="a", nonce="b", algorithm=SHA-512-256',
        'Digest qop="auth-int"',
        "Digest realm",
        "Digest realm=",
    ],
)
def test_an_unknown_way_is_not_answered(challenge: str) -> None:
    assert answer(challenge) is None
    given = answer(challenge, "Basic realm=x")
    assert given is not None
    assert given.startswith("Basic ")
