"""What waits for a disk that takes nothing: in order, bounded, nothing lost that was told."""

from dataclasses import replace

from pi_agent.events.waiting_changes import Change, WaitingChanges
from pi_agent.protocol import EventState
from tests.agent.storage.test_event_store import motion_event


def change(
    number: int, state: EventState, *, jpeg: bytes | None = None, score: float = 0
) -> Change:
    return Change(event=motion_event(number, state=state, score=score), jpeg=jpeg)


def taken(waiting: WaitingChanges) -> list[tuple[str, EventState]]:
    result = []
    while waiting:
        result.append((waiting.first.event.id[-1], waiting.first.event.state))
        waiting.drop_first()
    return result


S, U, E = EventState.STARTED, EventState.UPDATED, EventState.ENDED


def test_changes_come_out_in_order() -> None:
    waiting = WaitingChanges()
    for number, state in [(1, S), (2, S), (1, U), (2, E), (1, E)]:
        waiting.add(change(number, state))
    assert taken(waiting) == [("1", S), ("2", S), ("1", U), ("2", E), ("1", E)]


def test_an_update_takes_the_place_of_the_one_before_it() -> None:
    waiting = WaitingChanges()
    waiting.add(change(1, S))
    for score in range(100):
        waiting.add(change(1, U, score=float(score)))
    waiting.drop_first()
    assert len(waiting) == 1
    assert waiting.first.event.score == 99


def test_the_change_that_is_being_saved_is_left_alone() -> None:
    waiting = WaitingChanges()
    waiting.add(change(1, U, score=1))
    on_its_way = waiting.first
    waiting.add(change(1, U, score=2))
    assert on_its_way.event.score == 1
    assert len(waiting) == 2


def test_too_many_pictures_cost_the_oldest_pictures_not_the_events() -> None:
    waiting = WaitingChanges(most_picture_bytes=300)
    for number in range(6):
        waiting.add(change(number, S, jpeg=bytes(100)))
    has_picture = []
    while waiting:
        has_picture.append(waiting.first.jpeg is not None)
        waiting.drop_first()
    assert has_picture == [True, False, False, False, True, True]  # the first is on its way


def test_too_many_events_cost_whole_ones_that_nobody_has_heard_of() -> None:
    waiting = WaitingChanges(most_events=2)
    waiting.add(change(0, E))  # its start was told before the disk failed
    for number in range(1, 6):
        waiting.add(change(number, S))
        waiting.add(change(number, E))
    waiting.add(change(6, S))  # goes on
    assert waiting.lost_events == 3
    assert taken(waiting) == [("0", E), ("4", S), ("4", E), ("5", S), ("5", E), ("6", S)]


def test_a_replaced_event_is_the_newer_one() -> None:
    waiting = WaitingChanges()
    waiting.add(change(9, S))
    waiting.add(change(1, U))
    newer = replace(motion_event(1, state=U), zones=("door",))
    waiting.add(Change(event=newer))
    waiting.drop_first()
    assert waiting.first.event.zones == ("door",)
