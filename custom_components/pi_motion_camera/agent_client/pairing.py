"""The first contact: a pairing code for a token, given to the agent that the code was made by."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import override

import aiohttp

from .errors import AgentProtocolError
from .protocol import PairAnswer, PairingCode, PairRequest, ProtocolError, decode, from_json, routes
from .transport import AgentTransport


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedAgent:
    """What pairing gives: the token, and the SHA-256 of the certificate (64 hex digits) to pin."""

    agent_id: str
    token: str
    certificate_sha256: str


class _CodeFingerprint(aiohttp.Fingerprint):
    """Trusts the one certificate whose digest begins with the 60 bits in a pairing code.

    aiohttp asks after the TLS handshake and before the first byte of the request, so that
    neither the code's secret nor anything else reaches an impostor.
    """

    def __init__(self, code: PairingCode) -> None:
        super().__init__(bytes(32))  # the whole digest is not known yet; `check` is all that looks
        self._code = code
        self.sha256 = b""

    @override
    def check(self, transport: asyncio.Transport) -> None:
        digest = hashlib.sha256(_certificate_of(transport)).digest()
        if not self._code.matches_certificate(digest):
            host, port, *_ = transport.get_extra_info("peername")
            raise aiohttp.ServerFingerprintMismatch(self.fingerprint, digest, host, port)
        self.sha256 = digest


def _certificate_of(transport: asyncio.Transport) -> bytes:
    tls = transport.get_extra_info("ssl_object")
    return tls.getpeercert(binary_form=True) or b""


async def find_agent(session: aiohttp.ClientSession, *, host: str, port: int) -> None:
    """Return if an agent answers there, without a token and without trusting it.

    Raises AgentConnectionError where nobody answers, AgentProtocolError where it is no agent.
    """
    transport = AgentTransport(session, host=host, port=port, ssl=False)
    body = await transport.call("GET", routes.HEALTH)
    try:
        healthy = from_json(body).get("status") == "ok"
    except ProtocolError:
        healthy = False
    if not healthy:
        raise AgentProtocolError(f"what answers at {transport.address} is no agent")


async def pair(
    session: aiohttp.ClientSession, *, host: str, port: int, code: PairingCode, client_name: str
) -> PairedAgent:
    """Exchange a pairing code for a token under `client_name`, which replaces an older one.

    Raises AgentCertificateError, before anything is sent, where the code was not made by whoever
    answers; AgentAuthError for a wrong, used or expired code; AgentRequestError with code
    "locked" after too many wrong ones.
    """
    fingerprint = _CodeFingerprint(code)
    transport = AgentTransport(session, host=host, port=port, ssl=fingerprint)
    request = PairRequest(code=str(code), client=client_name)
    body = await transport.call("POST", routes.PAIR, body=request)
    try:
        answer = decode(PairAnswer, from_json(body))
    except ProtocolError as error:
        raise AgentProtocolError(f"the agent's answer does not fit: {error}") from error
    return PairedAgent(
        agent_id=answer.agent_id,
        token=answer.token,
        certificate_sha256=fingerprint.sha256.hex(),
    )
