"""Pairing tells the code's secret to the agent that made the code, and to nobody else."""

import aiohttp
import pytest

from custom_components.pi_motion_camera.agent_client import (
    AgentAuthError,
    AgentCertificateError,
    AgentClient,
    AgentConnectionError,
    AgentProtocolError,
    AgentRequestError,
    find_agent,
    pair,
)
from custom_components.pi_motion_camera.agent_client.protocol import PairingCode
from tests.home_assistant.agent_thread import AgentThread
from tests.home_assistant.impostor import Impostor


async def test_a_code_becomes_a_token_and_the_certificate_to_pin(
    agent: AgentThread, session: aiohttp.ClientSession
) -> None:
    code = PairingCode.parse(await agent.pairing_code())
    paired = await pair(
        session, host="127.0.0.1", port=agent.port, code=code, client_name="Home Assistant"
    )
    assert paired.agent_id == agent.agent_id
    assert paired.certificate_sha256 == agent.certificate_sha256
    client = AgentClient(
        session,
        host="127.0.0.1",
        port=agent.port,
        token=paired.token,
        certificate_sha256=paired.certificate_sha256,
    )
    assert (await client.info()).agent_id == agent.agent_id


async def test_a_code_is_valid_once(agent: AgentThread, session: aiohttp.ClientSession) -> None:
    code = PairingCode.parse(await agent.pairing_code())
    await pair(session, host="127.0.0.1", port=agent.port, code=code, client_name="one")
    with pytest.raises(AgentAuthError):
        await pair(session, host="127.0.0.1", port=agent.port, code=code, client_name="two")


async def test_too_many_wrong_codes_are_told_apart(
    agent: AgentThread, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pi_agent.server.pairing._WRONG_CODE_SECONDS", 0)
    wrong = PairingCode.create(b"\x00" * 5, bytes.fromhex(agent.certificate_sha256))
    for _ in range(10):
        with pytest.raises(AgentAuthError):
            await pair(session, host="127.0.0.1", port=agent.port, code=wrong, client_name="x")
    with pytest.raises(AgentRequestError) as caught:
        await pair(session, host="127.0.0.1", port=agent.port, code=wrong, client_name="x")
    assert caught.value.code == "locked"


async def test_an_impostor_gets_not_one_byte(
    agent: AgentThread, impostor: Impostor, session: aiohttp.ClientSession
) -> None:
    code = PairingCode.parse(await agent.pairing_code())
    with pytest.raises(AgentCertificateError):
        await pair(session, host="127.0.0.1", port=impostor.port, code=code, client_name="x")
    assert impostor.requests == []


@pytest.mark.parametrize("body", ["[]", "{}", '{"token": 5, "agent_id": "x"}'])
async def test_an_answer_that_is_no_token_is_refused(
    impostor: Impostor, session: aiohttp.ClientSession, body: str
) -> None:
    impostor.respond_json(body)
    code = PairingCode.create(b"12345", impostor.certificate_sha256)
    with pytest.raises(AgentProtocolError):
        await pair(session, host="127.0.0.1", port=impostor.port, code=code, client_name="x")


async def test_an_agent_is_found(agent: AgentThread, session: aiohttp.ClientSession) -> None:
    await find_agent(session, host="127.0.0.1", port=agent.port)


@pytest.mark.parametrize("body", ["<html>", "{}", '{"status": "sad"}', "[]"])
async def test_what_is_no_agent_is_not_taken_for_one(
    impostor: Impostor, session: aiohttp.ClientSession, body: str
) -> None:
    impostor.respond_json(body)
    with pytest.raises(AgentProtocolError):
        await find_agent(session, host="127.0.0.1", port=impostor.port)


async def test_nobody_is_found_where_nobody_is(
    session: aiohttp.ClientSession, unused_tcp_port: int
) -> None:
    with pytest.raises(AgentConnectionError):
        await find_agent(session, host="127.0.0.1", port=unused_tcp_port)
