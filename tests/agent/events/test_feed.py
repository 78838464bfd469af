"""Live messages: everyone gets each once; who falls behind is let go, not queued for."""

from pi_agent.events import EventFeed
from pi_agent.protocol import EventMessage, MotionMessage, decode_message
from tests.agent.storage.test_event_store import motion_event


async def test_every_listener_gets_each_message() -> None:
    feed = EventFeed()
    message = MotionMessage(camera="porch", active=True, score=12.0)
    with feed.subscribed() as one, feed.subscribed() as other:
        feed.publish(message)
        for subscription in (one, other):
            entry = await subscription.next()
            assert entry is not None
            assert entry[0] == 0
            assert decode_message(entry[1]) == message


async def test_an_event_comes_with_its_revision() -> None:
    feed = EventFeed()
    with feed.subscribed() as subscription:
        feed.publish(EventMessage(motion_event(1, revision=7)))
        entry = await subscription.next()
    assert entry is not None
    assert entry[0] == 7


async def test_a_listener_that_reads_nothing_is_let_go_and_others_are_not() -> None:
    feed = EventFeed()
    with feed.subscribed() as stuck, feed.subscribed() as quick:
        for number in range(300):
            feed.publish(EventMessage(motion_event(number, revision=number + 1)))
            entry = await quick.next()
            assert entry is not None
            assert entry[0] == number + 1
        assert await stuck.next() is None
