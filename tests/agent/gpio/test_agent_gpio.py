"""The whole agent with things on its pins: what the configuration says, what the API does."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from pi_agent import gpio_wiring
from pi_agent.app import Agent
from pi_agent.check import findings
from pi_agent.configuration import Configuration, load_configuration
from pi_agent.errors import ConfigurationError
from pi_agent.gpio import PinsError
from pi_agent.protocol import EventCause, EventState, SettingsPatch
from pi_agent.storage import ViewStore
from tests.scripted_source import ScriptedSource

from .conftest import until

SECTION = """
[[gpio.pir]]
pin = 17
cameras = ["porch"]
[gpio.buzzer]
pin = 18
passive = true
longest_seconds = 5
[gpio.servo]
pin = 13
sweep = [-60, 60]
presets = { door = 30 }
[gpio.remote]
device = "DEVICE"
keys = { KEY_1 = "arm", KEY_2 = "disarm", KEY_POWER = "privacy", 400 = "siren" }
"""


def load(tmp_path: Path, section: str) -> Configuration:
    path = tmp_path / "config.toml"
    path.write_text(
        f"""
        data_dir = "{tmp_path / "data"}"
        [server]
        host = "127.0.0.1"
        port = 0
        tls = false
        {section.replace("DEVICE", str(tmp_path / "event7"))}
        [[cameras]]
        id = "porch"
        source = "demo"
        """
    )
    return load_configuration(path)


@pytest.fixture
def mock_pins(pins: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(gpio_wiring, "open_pins", lambda: pins)
    return pins


@asynccontextmanager
async def running(
    tmp_path: Path, source: ScriptedSource, section: str = SECTION
) -> AsyncIterator[tuple[Agent, aiohttp.ClientSession]]:
    settings = load(tmp_path, section)
    async with Agent(settings, create_source=lambda _: source) as agent:
        headers = {"Authorization": f"Bearer {await agent.access.create_token('test')}"}
        base = f"http://127.0.0.1:{agent.server.port}"
        async with aiohttp.ClientSession(base, headers=headers) as client:
            yield agent, client


async def post(client: aiohttp.ClientSession, path: str, body: Any) -> tuple[int, Any]:
    async with client.post(path, json=body) as answer:
        return answer.status, await answer.json()


async def info(client: aiohttp.ClientSession) -> Any:
    async with client.get("/api/v1/info") as answer:
        return await answer.json()


async def test_somebody_the_sensor_sees_is_an_event_of_its_own_cause(
    mock_pins: Any, tmp_path: Path
) -> None:
    source = ScriptedSource()
    async with running(tmp_path, source) as (agent, client):
        assert (await info(client))["cameras"][0]["capabilities"] == [
            "motion",
            "covered",
            "moved",
            "pan",
            "pir",
        ]
        source.still(3)
        await until(lambda: agent.cameras.find("porch").status.state.value == "online")
        mock_pins.pin(17).drive_high()
        mock_pins.pin(17).drive_low()
        (event,) = await _events(agent)
        assert event.cause is EventCause.PIR
        source.still(20)
        await until(lambda: True)
        for _ in range(200):
            (event,) = await _events(agent)
            if event.state is EventState.ENDED:
                break
        assert event.snapshot is not None
        await agent.cameras.find("porch").change_settings(SettingsPatch({"motion": False}))
        mock_pins.pin(17).drive_high()
        mock_pins.pin(17).drive_low()
        source.still(3)
        assert len(await _events(agent)) == 1  # disarmed


async def test_a_sensor_that_confirms_starts_nothing_and_what_moves_waits_for_it(
    mock_pins: Any, tmp_path: Path
) -> None:
    source = ScriptedSource()
    section = "[[gpio.pir]]\npin = 17\nconfirm_within_seconds = 30"
    async with running(tmp_path, source, section) as (agent, client):
        assert "pir" in (await info(client))["cameras"][0]["capabilities"]
        with agent.feed.subscribed() as feed:
            source.still(5)
            source.walk(10)
            while '"active":true' not in (heard := await feed.next() or (0, ""))[1]:
                pass
            assert heard[0] is not None
            assert not (await agent.events.changed_after(0))[0], "motion alone is no event"
            mock_pins.pin(17).drive_high()
            mock_pins.pin(17).drive_low()
            (event,) = await _events(agent)
            assert event.cause is EventCause.MOTION
            assert event.snapshot is not None


async def _events(agent: Agent) -> Any:
    found: Any = ()
    for _ in range(300):
        found, _lost = await agent.events.changed_after(0)
        if found:
            break
    return found


async def test_the_siren_sounds_by_request_and_everybody_is_told(
    mock_pins: Any, tmp_path: Path
) -> None:
    async with running(tmp_path, ScriptedSource()) as (agent, client):
        told = await info(client)
        assert "siren" in told["capabilities"]
        assert told["siren_tones"] == ["steady", "beeps", "alarm", "siren"]
        assert told["system"]["siren"] is False
        with agent.feed.subscribed() as feed:
            assert await post(client, "/api/v1/siren", {"on": True, "tone": "alarm"}) == (202, {})
            heard = await feed.next()
            assert heard is not None
            assert '"siren":true' in heard[1]
        assert mock_pins.pin(18).state == 0.5
        status, answer = await post(client, "/api/v1/siren", {"on": True, "tone": "tune"})
        assert (status, answer["error"]["field"]) == (400, "tone")
        assert (await post(client, "/api/v1/siren", {"on": False}))[0] == 202
        assert (await info(client))["system"]["siren"] is False


async def test_the_camera_turns_by_request(mock_pins: Any, tmp_path: Path) -> None:
    async with running(tmp_path, ScriptedSource()) as (_agent, client):
        path = "/api/v1/cameras/porch/pan"
        assert await post(client, path, {"preset": "door"}) == (202, {})
        pan = (await info(client))["cameras"][0]["status"]["pan"]
        assert pan == {"low": -60.0, "high": 60.0, "angle": 30.0, "presets": ["door"]}
        for body, field in (
            ({"angle": 70}, "angle"),
            ({"preset": "gate"}, "preset"),
            ({}, "angle"),
            ({"angle": 1, "preset": "door"}, "angle"),
        ):
            status, answer = await post(client, path, body)
            assert (status, answer["error"]["field"]) == (400, field)


async def test_a_camera_that_turns_by_request_was_not_moved(mock_pins: Any, tmp_path: Path) -> None:
    source = ScriptedSource()
    async with running(tmp_path, source) as (agent, client):
        source.still(3)
        await until(lambda: agent.cameras.find("porch").status.covered is False)
        assert (await post(client, "/api/v1/cameras/porch/accept-view", {}))[0] == 202
        source.still(20)
        while await ViewStore(agent.database).load("porch") is None:
            await asyncio.sleep(0.01)
        assert agent.cameras.find("porch").status.moved is False
        assert (await post(client, "/api/v1/cameras/porch/pan", {"preset": "door"}))[0] == 202
        source.turned(40)
        await until(lambda: agent.cameras.find("porch").status.moved is None)
        with agent.feed.subscribed() as feed:
            source.turned(20)
            source.dark(13)
            while (heard := await feed.next()) is not None and '"covered":true' not in heard[1]:
                assert '"moved":true' not in heard[1]


async def test_without_them_the_api_says_what_to_do(tmp_path: Path) -> None:
    async with running(tmp_path, ScriptedSource(), "") as (_agent, client):
        status, answer = await post(client, "/api/v1/siren", {"on": True})
        assert status == 404
        assert "[gpio.buzzer]" in answer["error"]["message"]
        status, answer = await post(client, "/api/v1/cameras/porch/pan", {"angle": 0})
        assert status == 404
        assert "[gpio.servo]" in answer["error"]["message"]


async def test_keys_arm_disarm_close_the_eyes_and_sound(mock_pins: Any, tmp_path: Path) -> None:
    import os

    fifo = tmp_path / "event7"
    os.mkfifo(fifo)
    async with running(tmp_path, ScriptedSource()) as (agent, _client):
        porch = agent.cameras.find("porch")
        with fifo.open("wb", buffering=0) as kernel:

            def press(code: int) -> None:
                kernel.write(struct.pack("llHHi", 0, 0, 1, code, 1))

            press(3)
            await until(lambda: not porch.settings.motion)
            press(2)
            await until(lambda: porch.settings.motion)
            press(116)
            await until(lambda: porch.settings.privacy)
            press(116)
            await until(lambda: not porch.settings.privacy)
            press(400)
            await until(lambda: agent.gpio and agent.gpio.siren and agent.gpio.siren.is_on)
            press(400)
            await until(lambda: agent.gpio and agent.gpio.siren and not agent.gpio.siren.is_on)


async def test_pins_that_cannot_be_had_are_told_and_the_cameras_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def _none() -> Any:
        raise PinsError("gpio: no chip")

    monkeypatch.setattr(gpio_wiring, "open_pins", _none)
    async with running(tmp_path, ScriptedSource()) as (_agent, client):
        assert "siren" not in (await info(client))["capabilities"]
    assert "gpio: no chip" in caplog.text


def test_check_takes_the_pins_and_lets_them_go(mock_pins: Any, tmp_path: Path) -> None:
    settings = load(tmp_path, SECTION)
    for _ in range(2):
        (found,) = [f for f in findings(settings) if f.subject == "gpio"]
        assert (found.problem, found.detail) == (None, "every pin can be used")
    from gpiozero import DigitalOutputDevice

    user = DigitalOutputDevice(18, pin_factory=mock_pins)
    (found,) = [f for f in findings(settings) if f.subject == "gpio"]
    assert "gpio.buzzer: the pin cannot be used" in str(found.problem)
    user.close()


def mistakes(tmp_path: Path, section: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, section)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


@pytest.mark.parametrize(
    ("section", "mistake"),
    [
        (
            "[[gpio.pir]]\npin = 4\n[gpio.buzzer]\npin = 4",
            "gpio.buzzer.pin: 4 is the pin of gpio.pir[1] too; give each its own",
        ),
        (
            "[[gpio.pir]]\npin = 4\n[[gpio.pir]]\npin = 4\n[gpio.servo]\npin = 4",
            "gpio.servo.pin: 4 is the pin of gpio.pir[1] and gpio.pir[2] too; give each its own",
        ),
        (
            "[[gpio.pir]]\npin = 40",
            "gpio.pir[1].pin: must be the number of a GPIO, from 0 to 27, as in GPIO17",
        ),
        (
            "[[gpio.pir]]\npin = 4\nconfirm_within_seconds = 0",
            "gpio.pir[1].confirm_within_seconds: must be a number of seconds from 1 to 300",
        ),
        ("[[gpio.pir]]\npni = 4\npin = 5", "gpio.pir[1].pni: is not known; did you mean pin?"),
        (
            "[gpio]\npir = 3",
            "gpio.pir: must be a list: begin each sensor with a line [[gpio.pir]]",
        ),
        ("[gpio]\nbuzzer = 3", "gpio.buzzer: must be a table of its own: [gpio.buzzer]"),
        (
            "[[gpio.pir]]\npin = 4\ncameras = ['gate']",
            "gpio.pir[1].cameras: there is no camera gate; cameras are porch",
        ),
        (
            "[gpio.servo]\npin = 4\nsweep = [-100, 60]",
            "gpio.servo.sweep: must lie within -90 and 90 degrees",
        ),
        (
            "[gpio.servo]\npin = 4\nsweep = [-10, 10]\npresets = { door = 30 }",
            "gpio.servo.presets: door must lie within -10 and 10 degrees",
        ),
        (
            "[gpio.servo]\npin = 4\nmin_angle = 90\nmax_angle = -90\nsweep = [-10, 10]",
            "gpio.servo.min_angle: must be smaller than max_angle",
        ),
        (
            "[gpio.remote]\nkeys = { KEY_TURBO = 'arm' }",
            "gpio.remote.keys: KEY_TURBO is no key; `ir-keytable -t` shows names and numbers",
        ),
        (
            "[gpio.remote]\nkeys = { KEY_1 = 'dance' }",
            "gpio.remote.keys: a key must do one of arm, disarm, privacy, siren, not 'dance'",
        ),
    ],
)
def test_a_mistake_names_its_field_and_its_mend(tmp_path: Path, section: str, mistake: str) -> None:
    assert mistakes(tmp_path, section) == [mistake]
