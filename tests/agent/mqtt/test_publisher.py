"""Every change of an event reaches every subscriber once, whatever breaks; a real Mosquitto."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from pi_agent.mqtt import session as session_module
from pi_agent.protocol import (
    CameraMessage,
    CameraState,
    EventState,
    MotionMessage,
    encode,
    from_json,
)
from tests.mosquitto import PASSWORD, Mosquitto, Subscriber, subscribed, until

from .conftest import Studio, broker_of


async def test_every_change_is_heard_as_it_is_made_by_every_subscriber(
    studio: Studio, server: Mosquitto
) -> None:
    async with (
        subscribed(server, "one") as one,
        subscribed(server, "two") as two,
        studio.publishing() as publisher,
    ):
        for number, state in enumerate(EventState, start=1):
            await studio.event(7, state, score=50.0)
            await until(_both_heard(number, one, two))
        (saved,), _ = await studio.events.changed_after(0)
        assert [e.state for e in one.events] == list(EventState)
        assert [e.revision for e in one.events] == [1, 2, 3]
        assert one.events[-1] == two.events[-1] == saved
        message = [m for m in one.heard if str(m.topic).endswith("/event")][-1]
        assert str(message.topic) == "home/pi-motion-camera/porch/event"
        assert from_json(str(message.payload, "utf-8")) == encode(saved)
        assert (message.qos, message.retain) == (1, False)
        assert publisher.taken == 3
        assert await publisher.waiting() == 0


async def test_only_what_comes_is_told_to_a_broker_that_is_new(
    studio: Studio, server: Mosquitto
) -> None:
    for number in range(5):
        await studio.event(number)
    async with subscribed(server) as panel, studio.publishing():
        await studio.event(9)
        await until(lambda: panel.events)
        await asyncio.sleep(0.1)
    assert [e.id for e in panel.events] == ["event-0009"]


async def test_a_broker_that_was_killed_and_is_back_gets_what_it_missed_in_order(
    studio: Studio, server: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "pi_agent")
    async with (
        subscribed(server, "one") as one,
        subscribed(server, "two") as two,
        studio.publishing() as publisher,
    ):
        await studio.event(0)
        await until(lambda: one.events and two.events)
        await asyncio.sleep(1.2)  # in which the broker saves its subscribers' sessions
        server.kill()
        await until(lambda: publisher.problem)
        for number in range(1, 46):  # more than are taken at once
            await studio.event(number)
        assert await publisher.waiting() == 45
        server.start()
        await until(lambda: len(one.events) >= 46 and len(two.events) >= 46)
        assert publisher.ok
        assert await publisher.waiting() == 0
        assert one.last("status") == "online"
    for subscriber in (one, two):
        assert [e.id for e in subscriber.events] == [f"event-{n:04}" for n in range(46)]
        assert not subscriber.twice
    levels = [r.levelname for r in caplog.records if "waits" in r.message]
    assert levels.count("WARNING") <= 2  # lost, then: nothing listens there
    assert PASSWORD not in caplog.text


async def test_an_agent_that_was_started_anew_goes_on_where_it_was(
    studio: Studio, server: Mosquitto
) -> None:
    async with subscribed(server) as panel:
        async with studio.publishing():
            await studio.event(1)
            await until(lambda: panel.events)
        assert panel.last("status") == "offline"
        for number in (2, 3):
            await studio.event(number)
        async with studio.publishing():
            await studio.event(4)
            await until(lambda: len(panel.events) >= 4)
            await asyncio.sleep(0.1)
    assert [e.id for e in panel.events] == [f"event-{n:04}" for n in (1, 2, 3, 4)]
    assert not panel.twice


async def test_states_are_retained_and_told_when_they_matter(
    studio: Studio, server: Mosquitto
) -> None:
    async with studio.publishing() as publisher:
        await asyncio.sleep(0.2)
        async with subscribed(server) as panel:
            await until(lambda: panel.last("porch/motion"))
            assert panel.last("status") == "online"
            assert panel.is_retained("porch/state")
            assert json.loads(panel.last("porch/state") or "")["state"] == "online"
            assert json.loads(panel.last("porch/motion") or "")["active"] is False
            heard = len(panel.heard)
            offline = CameraMessage(camera="porch", state=CameraState.ONLINE, fps=14.2)
            studio.feed.publish(offline)  # another frame rate is no news
            for score in (10.0, 20.0, 30.0):
                studio.feed.publish(MotionMessage(camera="porch", active=True, score=score))
            studio.feed.publish(replace(offline, state=CameraState.OFFLINE, reason="unplugged"))
            await until(lambda: len(panel.heard) == heard + 2)
            assert json.loads(panel.last("porch/motion") or "")["active"] is True
            assert json.loads(panel.last("porch/state") or "")["reason"] == "unplugged"
        assert publisher.taken == 0


async def test_a_broker_that_hangs_is_left_and_tried_again(
    studio: Studio, server: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "_ANSWER_SECONDS", 0.5)
    async with subscribed(server) as panel, studio.publishing() as publisher:
        with server.hanging():
            await studio.event(1)
            await until(lambda: publisher.problem)
        await until(lambda: panel.events and publisher.ok)
        assert {e.id for e in panel.events} == {"event-0001"}
        assert await publisher.waiting() == 0


async def test_what_the_broker_refuses_is_not_taken_for_delivered(
    studio: Studio, server: Mosquitto
) -> None:
    server.kill()
    server.forbid("home/pi-motion-camera/status")
    server.start()
    async with studio.publishing() as publisher:
        await studio.event(1)
        await until(lambda: publisher.problem and "give the user the right" in publisher.problem)
        assert await publisher.waiting() == 1


async def test_rights_that_lack_for_states_are_told_once(
    studio: Studio, server: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    server.kill()
    server.forbid("home/pi-motion-camera/status")
    server.start()
    async with studio.publishing() as publisher:
        await asyncio.sleep(0.5)  # in which it is tried again
        assert publisher.problem is not None
        assert "porch/state" in publisher.problem
        assert not publisher.ok
    lines = [r for r in caplog.records if r.name.endswith("event_follower")]
    assert [r.levelname for r in lines if r.levelname != "DEBUG"] == ["WARNING"]


async def test_two_agents_with_one_client_id_are_told_so(studio: Studio, server: Mosquitto) -> None:
    async with (
        studio.publishing() as publisher,
        session_module.opened(studio.broker, _NoStates()),
    ):
        await until(lambda: publisher.problem)
        assert publisher.problem is not None
        assert "another client may have the same client id" in publisher.problem


async def test_by_tls_and_a_password_in_a_file(studio: Studio, server: Mosquitto) -> None:
    secret = server.ca_file.with_name("secret")
    secret.write_text(f"{PASSWORD}\n")
    encrypted = broker_of(
        server, port=server.tls_port, tls=True, ca_file=server.ca_file,
        password=None, password_file=secret,
    )  # fmt: skip
    async with subscribed(server) as panel, studio.publishing(encrypted):
        await studio.event(1)
        await until(lambda: panel.events)


def _both_heard(number: int, one: Subscriber, two: Subscriber) -> Callable[[], bool]:
    return lambda: len(one.events) == len(two.events) == number


class _NoStates:
    async def publish_to(self, _session: object, on_all_told: Callable[[], None]) -> None:
        on_all_told()
        await asyncio.Event().wait()
