"""One picture to every viewer; widths on a bounded ladder."""

import pytest

from pi_agent.streaming import CameraStreams, EncodedPicture, JpegBroadcaster
from pi_agent.streaming.camera_streams import WIDTHS, step_for
from pi_agent.streaming.multipart import BOUNDARY, FIRST_BROWSER_PART


class Viewer:
    """Takes what it has room for."""

    def __init__(self, room: int = 1000) -> None:
        self.seen: list[EncodedPicture] = []
        self._room = room

    def offer(self, picture: EncodedPicture) -> bool:
        if len(self.seen) >= self._room:
            return False
        self.seen.append(picture)
        return True


def picture(number: int) -> EncodedPicture:
    return EncodedPicture(jpeg=b"jpeg %d" % number, captured_at=float(number))


def test_viewers_share_one_buffer() -> None:
    broadcaster, one, other = JpegBroadcaster(), Viewer(), Viewer()
    with broadcaster.watched_by(one), broadcaster.watched_by(other):
        broadcaster.publish(picture(1))
    assert one.seen[0].chunk is other.seen[0].chunk


def test_who_comes_later_sees_the_newest_picture_at_once() -> None:
    broadcaster, late = JpegBroadcaster(), Viewer()
    with broadcaster.watched_by(Viewer()):
        broadcaster.publish(picture(1))
        with broadcaster.watched_by(late):
            assert [p.jpeg for p in late.seen] == [b"jpeg 1"]


def test_who_comes_alone_never_sees_an_old_picture() -> None:
    broadcaster, later = JpegBroadcaster(), Viewer()
    with broadcaster.watched_by(Viewer()):
        broadcaster.publish(picture(1))
    with broadcaster.watched_by(later):
        assert later.seen == []


def test_what_a_slow_viewer_misses_is_counted_and_others_miss_nothing() -> None:
    streams, slow, quick = CameraStreams(lambda: None), Viewer(room=1), Viewer()
    with (
        streams.watched_by(slow, width=None),
        streams.watched_by(quick, width=None),
    ):
        ((_, broadcaster),) = streams.watched
        for number in range(5):
            broadcaster.publish(picture(number))
        assert len(quick.seen) == 5
        assert streams.dropped_frames == 4
    assert streams.dropped_frames == 4


def test_a_width_in_use_has_one_stream_and_goes_with_its_last_viewer() -> None:
    wakes: list[int] = []
    streams = CameraStreams(lambda: wakes.append(1))
    with (
        streams.watched_by(Viewer(), width=600),
        streams.watched_by(Viewer(), width=640),
        streams.watched_by(Viewer(), width=None),
    ):
        assert sorted(str(width) for width, _ in streams.watched) == ["640", "None"]
        assert streams.viewers == 3
    assert streams.viewers == 0
    assert streams.watched == ()
    assert len(wakes) == 3


@pytest.mark.parametrize(
    ("wish", "step"), [(None, None), (1, 160), (160, 160), (161, 240), (2560, 2560), (9999, None)]
)
def test_a_wish_gets_the_next_step_of_the_ladder(wish: int | None, step: int | None) -> None:
    assert step_for(wish) == step


def test_no_wish_makes_more_streams_than_the_ladder_has_steps() -> None:
    assert len({step_for(wish) for wish in range(1, 8192)}) == len(WIDTHS) + 1


def test_a_part_names_its_length_and_time_and_ends_with_the_boundary() -> None:
    part = bytes(EncodedPicture(jpeg=b"\xff\xd8 picture", captured_at=1_700_000_000.25).part)
    head, _, rest = part.partition(b"\r\n\r\n")
    assert b"Content-Type: image/jpeg" in head
    assert b"Content-Length: 10" in head
    assert b"X-Timestamp: 1700000000.250000" in head
    assert rest == b"\xff\xd8 picture\r\n--" + BOUNDARY.encode() + b"\r\n"


def test_a_chunk_holds_the_part_and_says_its_length() -> None:
    made = picture(1)
    size, _, rest = made.chunk.partition(b"\r\n")
    assert int(size, 16) == len(made.part)
    assert rest == bytes(made.part) + b"\r\n"


def test_for_a_browser_the_next_parts_headers_follow_and_no_part_says_its_length() -> None:
    made = picture(1)
    size, _, rest = made.browser_chunk.partition(b"\r\n")
    assert int(size, 16) == len(made.browser_part)
    assert rest == bytes(made.browser_part) + b"\r\n"
    assert bytes(made.browser_part) == made.jpeg + b"\r\n" + FIRST_BROWSER_PART


def test_all_viewers_are_sent_the_same_memory() -> None:
    made = picture(1)
    assert made.chunk is made.chunk
    assert made.browser_chunk is made.browser_chunk
    assert made.part.obj is made.chunk
    assert made.browser_part.obj is made.browser_chunk
