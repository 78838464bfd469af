"""A client of the real agent, and stand-ins for agents that misbehave."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest

from custom_components.pi_motion_camera.agent_client import AgentClient
from tests.home_assistant.agent_thread import AgentThread
from tests.home_assistant.impostor import Impostor


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[aiohttp.ClientSession]:
    """A session as the integration is given one."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def client(agent: AgentThread, session: aiohttp.ClientSession) -> AgentClient:
    """A client that is paired with the real agent."""
    return AgentClient(
        session,
        host="127.0.0.1",
        port=agent.port,
        token=await agent.token(),
        certificate_sha256=agent.certificate_sha256,
    )


@pytest.fixture
def client_of(session: aiohttp.ClientSession) -> Callable[[Impostor], AgentClient]:
    """Makes a client that trusts an impostor's certificate."""

    def _client(impostor: Impostor) -> AgentClient:
        return AgentClient(
            session,
            host="127.0.0.1",
            port=impostor.port,
            token="secret-token",
            certificate_sha256=impostor.certificate_sha256.hex(),
        )

    return _client
