"""The listening socket: TLS, bounds, and an orderly end."""

import asyncio
import ssl

from aiohttp import web

from pi_agent.errors import ConfigurationError

_GRACE_SECONDS = 2.0  # for answers that are under way when the agent stops


class HttpServer:
    """Listens on one address. `ssl_context` None means plain HTTP."""

    def __init__(
        self,
        application: web.Application,
        *,
        host: str,
        port: int,
        ssl_context: ssl.SSLContext | None,
    ) -> None:
        self._host = host
        self._port = port
        self._ssl_context = ssl_context
        # handler_cancellation: a viewer that leaves ends its handler at once.
        self._runner = web.AppRunner(
            application,
            handler_cancellation=True,
            access_log=None,
            shutdown_timeout=_GRACE_SECONDS,
            max_line_size=4096,
            max_field_size=4096,
        )

    @property
    def port(self) -> int:
        """The port listened on; the real one where 0 was asked for."""
        addresses: list[tuple[str, int]] = self._runner.addresses
        return addresses[0][1]

    async def start(self) -> None:
        """Listen; ConfigurationError where the address cannot be had."""
        await self._runner.setup()
        site = web.TCPSite(
            self._runner,
            self._host,
            self._port,
            ssl_context=self._ssl_context,
            backlog=128,
        )
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise ConfigurationError(
                f"server.port: cannot listen on {self._host}:{self._port}: {error.strerror}; "
                "choose another port or stop what uses it"
            ) from error

    async def close(self) -> None:
        """Stop listening and end what is open; may be called twice."""
        await asyncio.shield(self._runner.cleanup())
