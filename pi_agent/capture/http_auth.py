"""Answers to a camera's question for user and password: HTTP's Basic and Digest schemes."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Sequence
from urllib.request import parse_http_list, parse_keqv_list


def authorization(
    challenges: Sequence[str], *, user: str, password: str, method: str, target: str
) -> str | None:
    """The `Authorization` header for the best of these challenges; None where none is known.

    `challenges` are the values of `WWW-Authenticate`. Digest is taken before Basic, which sends
    the password itself.
    """
    by_scheme: dict[str, str] = {}
    for challenge in challenges:
        scheme, _, parameters = challenge.strip().partition(" ")
        by_scheme.setdefault(scheme.lower(), parameters)
    if "digest" in by_scheme:
        answer = _digest(by_scheme["digest"], user, password, method, target)
        if answer is not None:
            return answer
    if "basic" in by_scheme:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    return None


def _digest(parameters: str, user: str, password: str, method: str, target: str) -> str | None:
    """RFC 7616 with what cameras use of it; None where the challenge asks for something else."""
    try:
        asked = parse_keqv_list(parse_http_list(parameters))
    except (ValueError, IndexError):  # what cameras say is not always what they should
        return None
    realm, nonce = asked.get("realm", ""), asked.get("nonce", "")
    digest = _hash(asked.get("algorithm", "MD5"))
    qops = [qop.strip() for qop in asked.get("qop", "").split(",") if qop.strip()]
    if digest is None or (qops and "auth" not in qops):
        return None
    answer = {"username": user, "realm": realm, "nonce": nonce, "uri": target}
    middle: tuple[str, ...] = ()
    if qops:
        answer["cnonce"] = secrets.token_hex(8)
        middle = ("00000001", answer["cnonce"], "auth")
    secret, request = digest(f"{user}:{realm}:{password}"), digest(f"{method}:{target}")
    answer["response"] = digest(":".join((secret, nonce, *middle, request)))
    answer |= {name: asked[name] for name in ("opaque",) if name in asked}
    text = "Digest " + ", ".join(f'{name}="{_escaped(value)}"' for name, value in answer.items())
    # These stand without quotes, which some cameras insist on.
    text += f", algorithm={asked['algorithm']}" if "algorithm" in asked else ""
    return text + (", qop=auth, nc=00000001" if qops else "")


def _hash(algorithm: str) -> Callable[[str], str] | None:
    if algorithm.upper() == "MD5":  # no choice of ours: most cameras know nothing else
        return lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    if algorithm.upper() == "SHA-256":
        return lambda text: hashlib.sha256(text.encode()).hexdigest()
    return None


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
