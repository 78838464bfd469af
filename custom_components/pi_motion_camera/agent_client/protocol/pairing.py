"""The pairing code: 40 secret bits and 60 bits of the agent's certificate, as one string."""

import hmac
from dataclasses import dataclass

from .codec import ProtocolError

# Crockford's base 32 without I, L, O and U: none easily mistaken for another.
# Source: https://www.crockford.com/base32.html
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_GROUPS, _GROUP_LENGTH = 4, 5
_SECRET_BITS, _FINGERPRINT_BITS = 40, 60
SECRET_BYTES = _SECRET_BITS // 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingCode:
    """`secret`: 5 bytes; `fingerprint`: the first 60 bits of the certificate's SHA-256."""

    secret: bytes
    fingerprint: int

    @classmethod
    def create(cls, secret: bytes, certificate_sha256: bytes) -> "PairingCode":
        """A code from 5 secret bytes and the 32-byte digest of the certificate (DER)."""
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"secret must have {SECRET_BYTES} bytes, not {len(secret)}")
        return cls(secret=secret, fingerprint=_leading_bits(certificate_sha256))

    @classmethod
    def parse(cls, text: str) -> "PairingCode":
        """Read what a user typed; case, blanks and dashes do not matter, nor O for 0, I or L for 1.

        Raises ProtocolError (field "code") where it cannot be a pairing code.
        """
        symbols = "".join(c for c in text.upper() if not c.isspace() and c not in "-–—_.")
        symbols = symbols.translate(_MISREAD)
        wanted = _GROUPS * _GROUP_LENGTH
        if len(symbols) != wanted:
            raise ProtocolError(
                "code", f"must have {wanted} letters and digits, not {len(symbols)}"
            )
        wrong = next((c for c in symbols if c not in _ALPHABET), None)
        if wrong is not None:
            raise ProtocolError("code", f"{wrong!r} is never part of a pairing code")
        number = 0
        for symbol in symbols:
            number = number << 5 | _ALPHABET.index(symbol)
        return cls(
            secret=(number >> _FINGERPRINT_BITS).to_bytes(SECRET_BYTES, "big"),
            fingerprint=number & (1 << _FINGERPRINT_BITS) - 1,
        )

    def matches_certificate(self, certificate_sha256: bytes) -> bool:
        """Whether the code was made for the certificate with this 32-byte digest."""
        theirs = _leading_bits(certificate_sha256).to_bytes(8, "big")
        return hmac.compare_digest(theirs, self.fingerprint.to_bytes(8, "big"))

    def __str__(self) -> str:
        """Four groups of five letters and digits, joined by dashes."""
        number = int.from_bytes(self.secret, "big") << _FINGERPRINT_BITS | self.fingerprint
        count = _GROUPS * _GROUP_LENGTH
        symbols = [_ALPHABET[number >> 5 * (count - 1 - i) & 31] for i in range(count)]
        return "-".join(
            "".join(symbols[i : i + _GROUP_LENGTH]) for i in range(0, count, _GROUP_LENGTH)
        )


def _leading_bits(digest: bytes) -> int:
    if len(digest) != 32:
        raise ValueError(f"a SHA-256 digest has 32 bytes, not {len(digest)}")
    return int.from_bytes(digest, "big") >> (256 - _FINGERPRINT_BITS)
