"""What a client may have the machine do, and what it tells of itself."""

import asyncio
from pathlib import Path

import pytest

from pi_agent.app import Agent
from pi_agent.configuration import CameraConfiguration, Configuration, ServerConfiguration
from pi_agent.protocol import AgentInfo, CameraMessage, SystemMessage, decode
from pi_agent.server import StatusLed, status_led, system_state
from tests.agent_fixture import RunningAgent, running_agent
from tests.pictures import decoded
from tests.scripted_source import ScriptedSource

from .conftest import Api, paired

RESTART, IDENTIFY = "/api/v1/restart", "/api/v1/identify"


@pytest.fixture
def led(tmp_path: Path) -> Path:
    """An LED as the kernel shows it, that lights up with the SD card."""
    folder = tmp_path / "leds" / "ACT"
    folder.mkdir(parents=True)
    (folder / "brightness").write_text("0")
    (folder / "trigger").write_text("none timer [mmc0] heartbeat")
    return folder


async def test_a_machine_without_the_means_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StatusLed, "find", lambda: None)
    async with (
        running_agent(tmp_path, sources={"scripted": ScriptedSource()}) as agent,
        paired(agent) as api,
    ):
        _, body = await api.json("GET", "/api/v1/info")
        assert body["capabilities"] == []
        for path, mend in ((RESTART, "restart its service"), (IDENTIFY, "no LED")):
            status, error = await api.error("POST", path)
            assert (status, error["code"]) == (404, "not_found")
            assert mend in error["message"]


async def test_info_tells_how_the_machine_is(api: Api) -> None:
    _, body = await api.json("GET", "/api/v1/info")
    info = decode(AgentInfo, body)
    assert info.system is not None
    assert info.system.free_disk_bytes
    assert info.system.started_at is not None
    assert info.system.started_at < info.clock


async def test_an_agent_that_can_is_asked_to_start_anew(tmp_path: Path) -> None:
    configuration = Configuration(
        name="Porch Pi",
        data_dir=tmp_path,
        server=ServerConfiguration(host="127.0.0.1", port=0),
        cameras=(CameraConfiguration(id="porch", name="Porch", source="scripted"),),
    )
    source = ScriptedSource()
    async with Agent(configuration, create_source=lambda _: source, can_restart=True) as agent:
        assert agent.certificate is not None
        running = RunningAgent(
            agent=agent,
            port=agent.server.port,
            agent_id=agent.identity.agent_id,
            certificate_sha256=agent.certificate.sha256,
        )
        async with paired(running) as api:
            _, body = await api.json("GET", "/api/v1/info")
            assert "restart" in body["capabilities"]
            assert await api.json("POST", RESTART) == (202, {})
            assert not agent.wants_restart
            async with asyncio.timeout(5):
                await agent.run()
    assert agent.wants_restart


async def test_the_led_blinks_and_does_again_what_it_did(
    led: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_led, "_HALF_PERIOD_SECONDS", 0.01)
    board = StatusLed.find(tmp_path / "leds")
    assert board is not None
    monkeypatch.setattr(StatusLed, "find", lambda: board)
    async with (
        running_agent(tmp_path / "agent", sources={"scripted": ScriptedSource()}) as agent,
        paired(agent) as api,
    ):
        _, body = await api.json("GET", "/api/v1/info")
        assert "identify" in body["capabilities"]
        status, error = await api.error("POST", IDENTIFY, json={"seconds": 0})
        assert (status, error["field"]) == (400, "seconds")
        assert await api.json("POST", IDENTIFY, json={"seconds": 60}) == (202, {})
        seen: set[str] = set()
        async with asyncio.timeout(5):
            while seen != {"0", "1"}:
                seen.add((led / "brightness").read_text())
                await asyncio.sleep(0.003)
        assert (led / "trigger").read_text() == "none"
    assert (led / "trigger").read_text() == "mmc0"


async def test_it_blinks_for_as_long_as_it_was_asked_to(
    led: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_led, "_HALF_PERIOD_SECONDS", 0.5)
    board = StatusLed(led)
    await board.blink(60)
    await asyncio.sleep(0)
    assert (led / "trigger").read_text() == "none"
    (led / "trigger").write_text("[none] timer mmc0 heartbeat")
    await board.close()
    assert (led / "trigger").read_text() == "mmc0"
    (led / "trigger").write_text("none timer [mmc0] heartbeat")  # as the kernel shows it
    for seconds in (60, 0.5):  # asked anew, it goes by what it was asked last
        await board.blink(seconds)
    async with asyncio.timeout(5):
        while (led / "trigger").read_text() != "mmc0":
            await asyncio.sleep(0.01)
    await board.close()


def test_a_led_that_may_not_be_used_is_none(tmp_path: Path) -> None:
    assert StatusLed.find(tmp_path) is None


async def test_frame_rates_come_with_the_state_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_state, "_TELL_EVERY_SECONDS", 0.2)
    source = ScriptedSource()
    async with (
        running_agent(tmp_path, sources={"scripted": source}) as agent,
        paired(agent) as api,
        api.events() as listener,
    ):
        await listener.hello()
        source.still(3)
        told = await listener.until(lambda m: isinstance(m, CameraMessage) and bool(m.fps))
        assert isinstance(told, CameraMessage)
        assert told.fps == pytest.approx(10, abs=1)
        assert await listener.until(lambda m: isinstance(m, SystemMessage))


async def test_a_covered_lens_is_told_and_forgotten_with_motion_detection(
    api: Api, source: ScriptedSource
) -> None:
    async with api.events() as listener:
        await listener.hello()
        source.still(3)
        await listener.until(lambda m: isinstance(m, CameraMessage) and m.covered is False)
        source.dark(13)
        await listener.until(lambda m: isinstance(m, CameraMessage) and m.covered is True)
        async with api.request("GET", "/api/v1/cameras/porch/snapshot.jpg") as answer:
            assert decoded(await answer.read()).max() < 20
        _, body = await api.json("GET", "/api/v1/info")
        assert body["cameras"][0]["status"]["covered"] is True
        await api.json("PATCH", "/api/v1/cameras/porch/settings", json={"motion": False})
        await listener.until(lambda m: isinstance(m, CameraMessage) and m.covered is None)


async def test_of_many_who_ask_at_once_one_blinks_and_the_led_is_left_as_it_was(
    led: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_led, "_HALF_PERIOD_SECONDS", 0.01)
    board = StatusLed(led)
    await board.blink(60)
    await asyncio.sleep(0.05)
    (led / "trigger").write_text("none timer [mmc0] heartbeat")  # as the kernel shows it
    await asyncio.gather(*(board.blink(60) for _ in range(3)))
    await board.close()
    blinking = [task for task in asyncio.all_tasks() if task.get_name() == "status-led"]
    assert blinking == []
