"""The agent's own TLS certificate, made at its first start."""

import hashlib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pi_agent.errors import ConfigurationError
from pi_agent.runtime.durable_files import write_durably

_VALID_FOR = timedelta(days=365 * 100)  # clients pin it: its end would only lock them out
# A Pi without a clock may start in 1970; the certificate must be valid all the same.
_VALID_FROM = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCertificate:
    """Where certificate and key are, and the SHA-256 of the certificate (DER) to pin."""

    path: Path
    sha256: bytes

    @classmethod
    def load_or_create(cls, data_dir: Path) -> "AgentCertificate":
        """The certificate in the data directory; ConfigurationError where it is damaged."""
        path = data_dir / "certificate.pem"
        try:
            if not path.exists():
                _create(path)
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"data directory: the certificate {path} cannot be used: {error}; where it is "
                "damaged, remove it to get a new one, then pair again"
            ) from error
        der = certificate.public_bytes(serialization.Encoding.DER)
        return cls(path=path, sha256=hashlib.sha256(der).digest())

    def ssl_context(self) -> ssl.SSLContext:
        """TLS 1.2 and newer with this certificate; reads the file, so not for the event loop."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.path)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                f"data directory: the key in {self.path} cannot be used: {error}"
            ) from error
        return context


def _create(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Pi Motion Camera")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_VALID_FROM)
        .not_valid_after(datetime.now(UTC) + _VALID_FOR)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    _write_private(path, pem)


def _write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    write_durably(path, data, part=part)  # an empty one would keep the agent from starting
