"""A connection to the broker, by aiomqtt; imported only where one is configured."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiomqtt

from pi_agent.errors import AgentError

from .broker import Broker, BrokerError, Session, States
from .connect_problems import connect_problem, session_problem

_LOGGER = logging.getLogger(__name__)
_LIBRARY_LOGGER = logging.getLogger(f"{__name__}.library")
_LIBRARY_LOGGER.setLevel(logging.CRITICAL)  # what goes wrong is told once, in words with a mend
_STATUS, _ONLINE, _OFFLINE = "status", "online", "offline"
_ANSWER_SECONDS = 10.0  # until the broker has answered, else the connection counts as lost
_GOODBYE_SECONDS = 2.0
_KEEP_ALIVE_SECONDS = 30
_AT_LEAST_ONCE = 1
_REFUSED_FROM = 0x80  # MQTT's reason codes from here on are failures


class _Client(aiomqtt.Client):
    """aiomqtt's client, which else takes a refused message for a delivered one."""

    refusal: str | None = None

    def _on_publish(
        self, client: Any, userdata: Any, mid: int, reason_code: Any, properties: Any
    ) -> None:
        if reason_code.value >= _REFUSED_FROM:
            self.refusal = str(reason_code)
        super()._on_publish(client, userdata, mid, reason_code, properties)


class _TlsSocket(ssl.SSLSocket):
    """Closed at once where TLS is refused; paho would leave it to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


class MqttSession:
    """One open connection; a message is under way only after the one before was acknowledged."""

    def __init__(self, client: _Client, broker: Broker) -> None:
        self._client = client
        self._broker = broker
        self._turn = asyncio.Lock()  # one message under way: order, and bounded memory

    async def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Return once the broker has it. Raises BrokerError."""
        try:
            async with self._turn:
                await self._client.publish(topic, payload, qos=_AT_LEAST_ONCE, retain=retain)
        except aiomqtt.MqttError as error:
            raise session_problem(self._broker) from error
        if self._client.refusal is not None:
            reason, self._client.refusal = self._client.refusal, None
            raise BrokerError(
                f"{self._broker.machine}: it does not take {topic} ({reason}); give the user the "
                f"right to write {self._broker.topic('#')}"
            )

    async def until_lost(self) -> None:
        """Raise BrokerError as soon as the connection is lost."""
        try:
            async for _ in self._client.messages:
                pass  # we subscribe to nothing
        except aiomqtt.MqttError as error:
            raise session_problem(self._broker) from error


@asynccontextmanager
async def opened(broker: Broker, states: States) -> AsyncIterator[Session]:
    """Connect with a last will, tell that we are there, and keep the states up to date."""
    async with _connected(broker, broker.client_id, with_will=True) as client:
        session = MqttSession(client, broker)
        lost, told = False, asyncio.Event()
        try:
            await session.publish(broker.topic(_STATUS), _ONLINE, retain=True)
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(session.until_lost()),
                    group.create_task(states.publish_to(session, told.set)),
                ]
                await told.wait()
                yield session
                for task in tasks:
                    task.cancel()
        except BrokerError:
            lost = True
            raise
        except BaseExceptionGroup as errors:
            lost = True
            raise _first(errors) from errors
        finally:
            if not lost:
                await _say_goodbye(session, broker)


async def try_to_connect(broker: Broker) -> None:
    """Connect and leave; under another id, so that an agent that runs keeps its connection."""
    async with _connected(broker, f"{broker.client_id}-check", with_will=False):
        return


@asynccontextmanager
async def _connected(broker: Broker, client_id: str, *, with_will: bool) -> AsyncIterator[_Client]:
    will = aiomqtt.Will(broker.topic(_STATUS), _OFFLINE, qos=_AT_LEAST_ONCE, retain=True)
    client = _Client(
        broker.host,
        broker.port,
        identifier=client_id,
        username=broker.user,
        password=await asyncio.to_thread(broker.read_password),
        logger=_LIBRARY_LOGGER,
        protocol=aiomqtt.ProtocolVersion.V5,
        will=will if with_will else None,
        timeout=_ANSWER_SECONDS,
        keepalive=_KEEP_ALIVE_SECONDS,
        tls_context=await asyncio.to_thread(_tls_context, broker),
    )
    await _enter(client, broker)
    try:
        yield client
    finally:
        with suppress(aiomqtt.MqttError):
            await client.__aexit__(None, None, None)


async def _enter(client: _Client, broker: Broker) -> None:
    """Connect; when cancelled, not before the thread that connects is done with it."""
    entering = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.shield(entering)
    except aiomqtt.MqttError as error:
        raise connect_problem(error, broker) from error
    except ValueError as error:  # what paho does not take, such as a password that is too long
        raise BrokerError(f"{broker.machine}: {error}") from error
    except asyncio.CancelledError:
        with suppress(aiomqtt.MqttError, ValueError):
            await entering
            await client.__aexit__(None, None, None)
        raise


def _tls_context(broker: Broker) -> ssl.SSLContext | None:
    if not broker.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=broker.ca_file)
    except ssl.SSLError as error:
        raise BrokerError(f"mqtt.ca_file: {broker.ca_file} holds no certificate") from error
    except OSError as error:
        raise BrokerError(
            f"mqtt.ca_file: {broker.ca_file} cannot be read: {error.strerror}"
        ) from error
    context.sslsocket_class = _TlsSocket
    if broker.ca_file is not None:
        # From Python 3.13 on, else, no authority made by hand would do: most lack an extension.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


async def _say_goodbye(session: MqttSession, broker: Broker) -> None:
    """A client that leaves in order has no last will: say it ourselves."""
    try:
        async with asyncio.timeout(_GOODBYE_SECONDS):
            await session.publish(broker.topic(_STATUS), _OFFLINE, retain=True)
    except (BrokerError, TimeoutError) as error:
        _LOGGER.debug("The broker could not be told that we leave: %s", error)


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """What to tell of several errors at once: one of ours where there is one."""
    leaves = list(_leaves(errors))
    return next((error for error in leaves if isinstance(error, AgentError)), leaves[0])


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error]
