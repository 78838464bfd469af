"""Requests to one agent over its pinned certificate; aiohttp's errors become ours here, once."""

import asyncio
import os
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp
from yarl import URL

from .errors import (
    AgentAuthError,
    AgentCertificateError,
    AgentConnectionError,
    AgentProtocolError,
    AgentRequestError,
)
from .protocol import ErrorDocument, ProtocolError, decode, from_json, to_json

_REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=10)
_MOST_BODY_BYTES = 32 * 1024 * 1024  # the largest JPEG of a 64-megapixel sensor stays below
_HANDSHAKE_SECONDS = 10.0

type Query = Mapping[str, str | int | float]


class AgentTransport:
    """Where an agent is, how it proves who it is, and the token that it knows us by.

    `ssl` is a fingerprint that the certificate must have; only a probe that sends no secret
    may pass False.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        host: str,
        port: int,
        ssl: aiohttp.Fingerprint | bool,
        token: str | None = None,
    ) -> None:
        """Nothing is opened yet."""
        self._session = session
        self._base = URL.build(scheme="https", host=host, port=port)
        self._ssl = ssl
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    @property
    def address(self) -> str:
        """Host and port, as messages name them."""
        return self._base.authority

    async def call(
        self, method: str, path: str, *, query: Query | None = None, body: Any = None
    ) -> bytes:
        """The body of a successful answer; raises AgentError."""
        async with self.open(method, path, query=query, body=body) as response:
            return await _read(response)

    @asynccontextmanager
    async def open(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: aiohttp.ClientTimeout | None = None,  # noqa: ASYNC109  (aiohttp's own)
        no_refusals: Collection[int] = (),
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """A successful answer whose body is still to be read; raises AgentError.

        `no_refusals`: statuses that are answers, too, though not successes.
        """
        with self._translated_errors():
            async with self._session.request(
                method,
                self._url(path, query),
                headers={**(headers or {}), **self._headers},
                data=None if body is None else to_json(body),
                ssl=self._ssl,
                timeout=timeout or _REQUEST_TIMEOUT,
                allow_redirects=False,  # the token goes to the pinned agent and nowhere else
            ) as response:
                if response.status >= 300 and response.status not in no_refusals:
                    raise await _refusal(response)
                yield response

    @asynccontextmanager
    async def open_websocket(
        self, path: str, *, query: Query | None = None
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """An open websocket that leaves pings and pongs to its reader; raises AgentError."""
        with self._translated_errors():
            async with asyncio.timeout(_HANDSHAKE_SECONDS):
                socket = await self._session.ws_connect(
                    self._url(path, query),
                    headers=self._headers,
                    ssl=self._ssl,
                    autoping=False,
                    timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
                )
            try:
                yield socket
            finally:
                await socket.close()

    def _url(self, path: str, query: Query | None) -> URL:
        return self._base.with_path(path, encoded=True).with_query(query)

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except aiohttp.ServerFingerprintMismatch as error:
            raise AgentCertificateError(
                f"{self.address} does not hold the certificate that is trusted"
            ) from error
        except aiohttp.WSServerHandshakeError as error:
            # Not chained: the error carries the request's headers, and with them the token.
            raise _handshake_refusal(error.status) from None
        except TimeoutError as error:
            raise AgentConnectionError(f"{self.address} did not answer in time") from error
        except (aiohttp.ClientError, OSError, EOFError) as error:
            raise AgentConnectionError(f"{self.address}: {_reason(error)}") from error
        except ProtocolError as error:
            raise AgentProtocolError(f"{self.address} sent what no agent sends: {error}") from error


def _reason(error: Exception) -> str:
    """What is wrong with a connection, in as few words as there are."""
    if isinstance(error, aiohttp.ClientConnectorError):
        error = error.os_error
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return str(error) or type(error).__name__


async def _read(response: aiohttp.ClientResponse) -> bytes:
    chunks = bytearray()
    async for chunk in response.content.iter_any():
        chunks += chunk
        if len(chunks) > _MOST_BODY_BYTES:
            raise AgentProtocolError(f"an answer of more than {_MOST_BODY_BYTES} bytes came")
    return bytes(chunks)


async def _refusal(
    response: aiohttp.ClientResponse,
) -> AgentAuthError | AgentProtocolError | AgentRequestError:
    try:
        error = decode(ErrorDocument, from_json(await _read(response))).error
    except ProtocolError:
        return AgentProtocolError(f"{response.host} answered {response.status}, as no agent does")
    if response.status == 401:
        return AgentAuthError(error.message)
    return AgentRequestError(
        status=response.status, code=error.code, message=error.message, field=error.field
    )


def _handshake_refusal(status: int) -> AgentAuthError | AgentConnectionError:
    if status == 401:
        return AgentAuthError("the token is wrong or was revoked")
    return AgentConnectionError(f"the event websocket was refused with status {status}")
