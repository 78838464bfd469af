"""The pairing code: one string that carries the secret and names the certificate."""

import hashlib
import re

import pytest

from pi_agent.protocol import PairingCode, ProtocolError

SECRET = bytes(range(1, 6))
DIGEST = hashlib.sha256(b"certificate").digest()


def test_a_code_is_four_groups_of_five_that_are_read_back() -> None:
    text = str(PairingCode.create(SECRET, DIGEST))
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}", text)
    assert PairingCode.parse(text) == PairingCode.create(SECRET, DIGEST)
    assert PairingCode.parse(text).secret == SECRET


def test_a_code_may_be_typed_carelessly() -> None:
    code = PairingCode.create(bytes(5), DIGEST)
    typed = f"  {str(code).lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')}\n"
    assert PairingCode.parse(typed) == code


def test_a_code_belongs_to_one_certificate() -> None:
    code = PairingCode.create(SECRET, DIGEST)
    other = bytes([DIGEST[0] ^ 0x80]) + DIGEST[1:]
    assert code.matches_certificate(DIGEST)
    assert not code.matches_certificate(other)
    last_of_sixty_bits = DIGEST[:7] + bytes([DIGEST[7] ^ 0x10]) + DIGEST[8:]
    assert not code.matches_certificate(last_of_sixty_bits)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not 0"),
        ("ABCDE-FGHJK-MNPQR", "not 15"),
        ("ABCDE-FGHJK-MNPQR-STVW!", "'!' is never part"),
        ("ABCDE-FGHJK-MNPQR-STVWU", "'U' is never part"),
    ],
)
def test_what_cannot_be_a_code_is_refused_before_anything_is_sent(text: str, problem: str) -> None:
    with pytest.raises(ProtocolError, match=problem) as caught:
        PairingCode.parse(text)
    assert caught.value.field == "code"
