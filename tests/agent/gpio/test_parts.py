"""Sensor, buzzer, servo and remote control, each by itself, on mock pins."""

import asyncio
import os
import struct
from pathlib import Path
from typing import Any

import pytest

from pi_agent.errors import RequestError
from pi_agent.gpio import (
    KEYS,
    MotionSensor,
    PanHead,
    PanSettings,
    PinsError,
    Remote,
    Siren,
    find_receiver,
    motion_sensor,
    open_pins,
    remote as remote_module,
)
from pi_agent.protocol import PanRequest, SirenRequest
from pi_agent.runtime import LoopBridge

from .conftest import until


async def test_a_sensor_tells_that_somebody_came_and_again_while_they_stay(
    pins: Any, bridge: LoopBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motion_sensor, "_AGAIN_SECONDS", 0.02)
    seen: list[int] = []
    sensor = MotionSensor(pins, 17, lambda: seen.append(1), bridge)
    sensor.start()
    await asyncio.sleep(0.05)
    assert not seen
    pins.pin(17).drive_high()
    await until(lambda: len(seen) >= 3)
    pins.pin(17).drive_low()
    await asyncio.sleep(0.05)
    heard = len(seen)
    await asyncio.sleep(0.05)
    assert len(seen) == heard
    sensor.close()
    sensor.close()


async def test_a_sensor_hears_of_who_was_there_before(pins: Any, bridge: LoopBridge) -> None:
    pins.pin(17).drive_high()
    seen: list[int] = []
    sensor = MotionSensor(pins, 17, lambda: seen.append(1), bridge)
    sensor.start()
    assert seen == [1]
    sensor.close()


def pulses(pins: Any, pin: int) -> tuple[float | None, float]:
    """Frequency and share of the time that the pin is high."""
    mock = pins.pin(pin)
    return mock.frequency, float(mock.state)


async def test_a_passive_buzzer_plays_tones_and_ends_by_itself(pins: Any) -> None:
    changes: list[bool] = []
    siren = Siren(pins, 18, passive=True, longest_seconds=0.2)
    siren.on_change = lambda: changes.append(siren.is_on)
    assert siren.tones == ("steady", "beeps", "alarm", "siren")
    await siren.request(SirenRequest(on=True, tone="siren", seconds=60))  # longer than allowed
    heard: set[float | None] = set()
    while siren.is_on:
        heard.add(pulses(pins, 18)[0])
        await asyncio.sleep(0.005)
    assert {600.0, 700.0, 800.0} <= heard
    assert pulses(pins, 18)[1] == 0.0
    assert changes == [True, False]
    await siren.close()
    await siren.close()


async def test_a_buzzer_with_a_tone_of_its_own_has_rhythms(pins: Any) -> None:
    siren = Siren(pins, 18, passive=False, longest_seconds=60)
    with pytest.raises(RequestError, match="must be one of steady, beeps, not 'alarm'") as caught:
        await siren.request(SirenRequest(on=True, tone="alarm"))
    assert caught.value.field == "tone"
    await siren.request(SirenRequest(on=True, tone="beeps"))
    states = set()
    for _ in range(12):
        await asyncio.sleep(0.05)
        states.add(bool(pins.pin(18).state))
    assert states == {True, False}
    await siren.request(SirenRequest(on=False))
    assert not pins.pin(18).state
    await siren.toggle()
    assert siren.is_on
    await siren.close()
    assert not pins.pin(18).state


async def test_two_who_ask_a_siren_at_once_leave_one_sound_that_can_be_ended(pins: Any) -> None:
    siren = Siren(pins, 18, passive=False, longest_seconds=60)
    await siren.request(SirenRequest(on=True))
    await asyncio.gather(*(siren.request(SirenRequest(on=True)) for _ in range(3)))
    sounding = [task for task in asyncio.all_tasks() if task.get_name() == "siren"]
    assert len(sounding) == 1
    await siren.close()
    assert sounding[0].done()


async def test_a_servo_turns_gently_and_is_left_alone_where_it_stands(pins: Any) -> None:
    changes: list[float | None] = []
    head = PanHead(
        pins,
        PanSettings(pin=13, low=-60, high=60, degrees_per_second=200, presets={"door": 30.0}),
        on_change=lambda: changes.append(head.state.angle),
    )
    assert head.state.angle is None
    head.request(PanRequest(angle=-30))
    await until(lambda: head._at == -30)
    assert pulses(pins, 13)[0] == 50
    await until(lambda: pulses(pins, 13)[0] is None)  # no pulses any more
    head.request(PanRequest(preset="door"))
    await until(lambda: pulses(pins, 13)[0] == 50)
    widths: set[float] = set()
    while pulses(pins, 13)[0] is not None:
        widths.add(round(pulses(pins, 13)[1], 4))
        await asyncio.sleep(0.005)
    assert len(widths) > 5  # step by step
    assert changes == [-30, 30]
    assert head.state.presets == ("door",)
    with pytest.raises(RequestError, match="must be from -60 to 60 degrees"):
        head.request(PanRequest(angle=61))
    with pytest.raises(RequestError, match="presets are: door"):
        head.request(PanRequest(preset="gate"))
    head.request(PanRequest(angle=0))
    await head.close()
    await head.close()


async def test_the_limits_of_the_sweep_are_those_of_the_pulses(pins: Any) -> None:
    """A servo takes 1 ms for its smallest angle and 2 ms for its largest, fifty times a second."""
    head = PanHead(pins, PanSettings(pin=13, low=-90, high=90, degrees_per_second=10_000))
    for angle, milliseconds in ((-90, 1.0), (0, 1.5), (90, 2.0)):
        head.request(PanRequest(angle=angle))
        await asyncio.sleep(0.05)
        frequency, share = pulses(pins, 13)
        assert frequency == 50
        assert share * 20 == pytest.approx(milliseconds, abs=0.01)
    await head.close()


def test_two_parts_on_one_pin_are_told(pins: Any, bridge: LoopBridge) -> None:
    sensor = MotionSensor(pins, 17, lambda: None, bridge)
    with pytest.raises(PinsError, match=r"gpio.buzzer: the pin cannot be used: .*GPIO17"):
        Siren(pins, 17, passive=False, longest_seconds=1)
    sensor.close()


def test_without_the_library_the_mend_is_named() -> None:
    with pytest.raises(PinsError, match=r"pi-agent\[gpio\]|cannot be used"):
        open_pins()  # no machine of developers has pins


def key(code: int, value: int = 1) -> bytes:
    """What the kernel tells of a key: the key, then that all of it was told."""
    return struct.pack("llHHi", 1, 2, 1, code, value) + struct.pack("llHHi", 1, 2, 0, 0, 0)


async def test_a_key_does_what_it_is_for_once_per_press(tmp_path: Path) -> None:
    fifo = tmp_path / "event7"
    os.mkfifo(fifo)
    pressed: list[str] = []
    actions = {KEYS["KEY_POWER"]: lambda: pressed.append("power"), 2: lambda: pressed.append("1")}
    remote = Remote(lambda: fifo, actions)
    remote.start()
    with fifo.open("wb", buffering=0) as kernel:
        kernel.write(key(116) + key(116, 2) + key(116, 2) + key(116, 0))
        await until(lambda: pressed == ["power"])
        torn = key(2)
        kernel.write(torn[:30])
        await asyncio.sleep(0.02)
        kernel.write(torn[30:] + key(3))
        await until(lambda: pressed == ["power", "1"])
    remote.close()
    remote.close()


async def test_a_receiver_that_is_unplugged_is_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(remote_module, "_RETRY_SECONDS", 0.02)
    caplog.set_level("INFO")
    fifo = tmp_path / "event7"
    pressed: list[int] = []
    remote = Remote(lambda: fifo, {116: lambda: pressed.append(1)})
    remote.start()
    await asyncio.sleep(0.1)
    warnings = [r.message for r in caplog.records if r.levelname == "WARNING"]
    assert warnings == [f"gpio.remote: {fifo}: No such file or directory"]
    os.mkfifo(fifo)
    for _ in range(2):  # the second time after it was gone
        await until(lambda: remote._file is not None)
        descriptor = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        os.write(descriptor, key(116))
        heard = len(pressed) + 1
        await until(lambda heard=heard: len(pressed) == heard)  # type: ignore[misc]
        os.close(descriptor)
        await until(lambda: remote._file is None or len(pressed) == 2)
    assert "receiver is back" in caplog.text
    remote.close()


def test_the_receiver_of_the_pi_is_found_by_its_name(tmp_path: Path) -> None:
    for number, name in ((3, "vc4-hdmi"), (5, "gpio_ir_recv")):
        folder = tmp_path / f"event{number}" / "device"
        folder.mkdir(parents=True)
        (folder / "name").write_text(f"{name}\n")
    assert find_receiver(tmp_path) == Path("/dev/input/event5")
    with pytest.raises(PinsError, match="dtoverlay=gpio-ir"):
        find_receiver(tmp_path / "none")


def test_an_input_that_vanishes_while_it_is_looked_at_is_passed_over(tmp_path: Path) -> None:
    for number in (3, 5):
        (tmp_path / f"event{number}/device").mkdir(parents=True)
    (tmp_path / "event3/device/name").mkdir()  # cannot be read, as one that has gone
    (tmp_path / "event5/device/name").write_text("gpio_ir_recv\n")
    assert find_receiver(tmp_path) == Path("/dev/input/event5")
