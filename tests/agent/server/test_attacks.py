"""What somebody in the same network may try: odd framing, odd paths, too much of everything."""

import asyncio
import gzip
import re
import ssl
import warnings
import zlib
from collections.abc import AsyncIterator
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from pi_agent.protocol import routes
from pi_agent.server.application import ROUTES
from pi_agent.server.auth_middleware import OPEN_PATHS
from tests.agent_fixture import RunningAgent, running_agent
from tests.scripted_source import ScriptedSource

from .conftest import Api
from .test_bounds import said

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "XYZ")
TEMPLATES = sorted({template for _, template, _ in ROUTES} - OPEN_PATHS)
GETTABLE = {(method, template) for method, template, _ in ROUTES} - {("GET", routes.STREAM)}


async def conversation(agent: RunningAgent, text: bytes) -> bytes:
    """Everything that the agent answers to this until it closes the connection."""
    async with said(agent, text) as (reader, writer), asyncio.timeout(20):
        writer.write_eof() if writer.can_write_eof() else None
        answer = b""
        try:
            while data := await reader.read(65536):
                answer += data
                if _complete(answer):
                    break
        except ConnectionError:
            pass
        # Whatever follows the first answer is the answer to what was smuggled in.
        try:
            async with asyncio.timeout(0.3):
                answer += await reader.read(65536)
        except (TimeoutError, ConnectionError):
            pass
        return answer


def _complete(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return bool(found and length and len(body) >= int(length[1]))


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3})", answer)]


# --- listening in --------------------------------------------------------------------------------


async def test_plain_http_gets_no_answer(agent: RunningAgent) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", agent.port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    async with asyncio.timeout(10):
        with suppress(ConnectionError):
            assert b"HTTP" not in await reader.read()
    writer.close()


@pytest.mark.parametrize(
    ("newest", "spoken"), [(ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True)]
)
async def test_old_tls_is_not_spoken(
    agent: RunningAgent, newest: ssl.TLSVersion, spoken: bool
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = newest
    refused = pytest.raises((ssl.SSLError, ConnectionError))  # an alert, or a reset
    with nullcontext() if spoken else refused:
        _, writer = await asyncio.open_connection("127.0.0.1", agent.port, ssl=context)
        writer.transport.abort()


# --- framing -------------------------------------------------------------------------------------

SMUGGLED = b"GET /api/v1/info HTTP/1.1\r\nHost: x\r\n\r\n"
BODY = b'{"code": "x", "client": "y"}'
HEAD = b"POST /api/v1/pair HTTP/1.1\r\nHost: x\r\n"
AMBIGUOUS = {
    "length and chunks": HEAD
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    + SMUGGLED,
    "two lengths": HEAD + b"Content-Length: 0\r\nContent-Length: 40\r\n\r\n" + SMUGGLED,
    "a list of lengths": HEAD + b"Content-Length: 0, 40\r\n\r\n" + SMUGGLED,
    "a length with a sign": HEAD + b"Content-Length: +40\r\n\r\n" + SMUGGLED,
    "a length that is none": HEAD + b"Content-Length: 0x28\r\n\r\n" + SMUGGLED,
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n" + SMUGGLED,
    "an unknown coding": HEAD + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two codings": HEAD
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"
    + SMUGGLED,
    "a folded header": HEAD + b"X: a\r\n Content-Length: 40\r\n\r\n" + SMUGGLED,
    "a folded coding": HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a blank before the colon": HEAD + b"Content-Length : 40\r\n\r\n" + SMUGGLED,
    "a chunk that is none": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n" + SMUGGLED,
    "a chunk with a sign": HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + SMUGGLED,
    "a zero byte": HEAD + b"X: a\0b\r\n\r\n" + SMUGGLED,
    "a bare CR": HEAD + b"X: a\rContent-Length: 40\r\n\r\n" + SMUGGLED,
    "no name": HEAD + b": a\r\n\r\n" + SMUGGLED,
    "a version that is none": b"GET /healthz HTTP/1.1x\r\nHost: x\r\n\r\n" + SMUGGLED,
    "words in the request line": b"GET /healthz x HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
}


async def test_two_requests_in_one_go_are_both_answered(agent: RunningAgent) -> None:
    well_framed = HEAD + b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
    assert statuses(await conversation(agent, well_framed + SMUGGLED)) == [400, 401]


@pytest.mark.parametrize("request_text", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
async def test_ambiguous_framing_is_refused_and_ends_the_connection(
    agent: RunningAgent, request_text: bytes
) -> None:
    answer = await conversation(agent, request_text)
    assert len(statuses(answer)) <= 1, answer  # nothing was smuggled in
    assert all(400 <= status < 500 for status in statuses(answer)), answer


@pytest.mark.parametrize(
    "chunks",
    [b"%x;name=value\r\n%b\r\n0\r\n\r\n", b"%x\r\n%b\r\n0\r\nX-Trailer: 1\r\n\r\n"],
    ids=["extension", "trailer"],
)
async def test_what_chunks_may_carry_hides_no_request(agent: RunningAgent, chunks: bytes) -> None:
    text = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks % (len(BODY), BODY)
    assert statuses(await conversation(agent, text)) in ([400], [])


@pytest.mark.parametrize("line", [b"\n", b"\r\n"])
async def test_bare_line_feeds_split_nothing_differently(agent: RunningAgent, line: bytes) -> None:
    text = line.join([b"GET /healthz HTTP/1.1", b"Host: x", b"X: a", b"", b""])
    found = statuses(await conversation(agent, text))
    assert found == [200] or (line == b"\n" and found in ([400], []))


async def test_a_body_of_another_request_is_no_request(agent: RunningAgent) -> None:
    text = HEAD + b"Content-Length: %d\r\n\r\n%b" % (len(SMUGGLED), SMUGGLED)
    assert statuses(await conversation(agent, text)) == [400]


# --- too much ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + b"a" * 100_000 + b": x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n"
        + b"".join(b"X-%d: %b\r\n" % (n, b"a" * 1000) for n in range(1000))
        + b"\r\n",
    ],
    ids=["path", "value", "name", "number"],
)
async def test_headers_are_bounded(agent: RunningAgent, text: bytes) -> None:
    answer = await conversation(agent, text)
    assert all(400 <= status < 500 for status in statuses(answer)), answer


async def test_a_body_is_bounded_whether_its_length_is_told_or_not(stranger: Api) -> None:
    body = b'{"code": "' + b"x" * 70_000 + b'", "client": "y"}'
    status, error = await stranger.error("POST", routes.PAIR, data=body)
    assert (status, error["code"]) == (413, "too_large")

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    status, error = await stranger.error("POST", routes.PAIR, data=chunks())
    assert (status, error["code"]) == (413, "too_large")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_a_body_that_grows_when_it_is_unpacked_is_bounded(
    stranger: Api, encoding: str
) -> None:
    zeros = b"0" * 50_000_000
    body = gzip.compress(zeros) if encoding == "gzip" else zlib.compress(zeros)
    headers = {"Content-Encoding": encoding}
    async with (
        asyncio.timeout(20),
        stranger.request("POST", routes.PAIR, data=body, headers=headers) as answer,
    ):
        assert answer.status in {400, 413}


@pytest.mark.parametrize("opening", ["[", '{"a":'])
async def test_json_may_not_be_nested_without_end(api: Api, opening: str) -> None:
    for path, method in ((routes.PAIR, "POST"), ("/api/v1/cameras/porch/settings", "PATCH")):
        status, error = await api.error(method, path, data=opening * 10_000)
        assert (status, error["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    "body",
    ["9" * 5000, '{"code":' + "9" * 5000 + "}", '{"code": NaN}', '"\\ud800"', "\xff\xfe", ""],
)
async def test_json_that_is_odd_is_refused(stranger: Api, body: str) -> None:
    status, error = await stranger.error("POST", routes.PAIR, data=body.encode("latin-1"))
    assert (status, error["code"]) == (400, "invalid")


# --- doors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES)
async def test_no_method_opens_a_protected_path(agent: RunningAgent, template: str) -> None:
    path = routes.path(template, camera="porch", event="x", client="x")
    for method in METHODS:
        request = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        for status in statuses(await conversation(agent, request.encode())):
            assert status in {400, 401}, (method, path, status)


@pytest.mark.parametrize(
    "path",
    [
        *("/healthz/../api/v1/info", "/healthz/%2e%2e/api/v1/info", "/healthz%2f..%2fapi/v1/info"),
        *("//api/v1/info", "/./api/v1/info", "/api/v1/pair/../info", "/api//v1/info"),
        *("/healthz;/api/v1/info", "/healthz?/api/v1/info/..", "/%61pi/v1/info", "/healthz%00"),
        *("http://x/api/v1/info", "/healthz#/api/v1/info", "/healthz/", "/HEALTHZ", "*", "/index"),
    ],
)
async def test_no_spelling_of_a_path_opens_a_door(agent: RunningAgent, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await conversation(agent, request.encode())
    assert agent.agent_id.encode() not in answer
    for status in statuses(answer):
        assert status in {400, 401} or answer.endswith(b'{"status": "ok"}'), answer


@pytest.mark.parametrize(
    "name",
    [
        *(
            "..",
            "../..",
            "../../agent.db",
            "..%2f..%2fagent.db",
            "....//agent.db",
            "%2e%2e/agent.db",
        ),
        *("%252e%252e%252fagent.db", "..\\..\\agent.db", "/etc/passwd", "%2fetc%2fpasswd"),
        *("certificate.pem", "x%00.jpg", "x\u2215..", "-", "~", "a" * 3000),
    ],
)
async def test_no_name_in_a_path_reaches_a_file(api: Api, name: str) -> None:
    token = await api.agent.token("raw")
    for template in TEMPLATES:
        if "{" not in template or ("GET", template) not in GETTABLE:
            continue
        path = template.format(camera=name, event=name, client=name)
        request = (
            f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            "Connection: close\r\n\r\n"
        )
        answer = await conversation(api.agent, request.encode())
        for status in statuses(answer):
            assert status in {400, 401, 404}, (path, answer)
        assert b"root:" not in answer
        assert b"PRIVATE KEY" not in answer
        assert b"SQLite format" not in answer


# --- other agents --------------------------------------------------------------------------------


async def test_codes_tokens_and_ids_of_another_agent_are_worth_nothing(
    api: Api, tmp_path: Path
) -> None:
    source = ScriptedSource()
    async with running_agent(tmp_path / "other", sources={"scripted": source}) as other:
        code = await other.pairing_code()
        status, _ = await api.error("POST", routes.PAIR, json={"code": code, "client": "x"})
        assert status == 401
        headers = {"Authorization": f"Bearer {await other.token()}"}
        status, _ = await api.error("GET", routes.INFO, headers=headers)
        assert status == 401
        source.still(3)
        source.walk(3)
        event = await first_event(other)
        status, error = await api.error("GET", f"/api/v1/events/{event}")
        assert (status, error["code"]) == (404, "not_found")


async def first_event(agent: RunningAgent) -> str:
    with agent.agent.feed.subscribed() as subscription:
        async with asyncio.timeout(20):
            while (entry := await subscription.next()) is not None:
                if found := re.search(r'"type":"event".*?"id":"([^"]+)"', entry[1]):
                    return found[1]
    raise AssertionError("no event came")


async def test_a_revoked_token_opens_no_route(api: Api) -> None:
    await api.agent.agent.access.revoke_token("test")
    for method, template, _ in ROUTES:
        if template in OPEN_PATHS:
            continue
        path = routes.path(template, camera="porch", event="x", client="x")
        status, error = await api.error(method, path)
        assert (status, error["code"]) == (401, "unauthorized"), (method, path)
