"""A camera that was turned or knocked is told; light, weather and people are not."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from pi_agent.frames import Frame
from pi_agent.frames.view import PLAIN_VIEW, PictureView
from pi_agent.motion.view_watch import ViewWatch

from .disturbances import cloud, infrared_cut, lamp, leaves, rain, ramp, shake, together
from .scenes import HEIGHT, WIDTH, Draw, Luma, Plane, person, walk
from .views import Aim, palisade, place, showing, view

HERE, ELSEWHERE = place(), place(seed=11)
AS_PUT_UP = showing(view(HERE))
TURNED = showing(view(HERE, Aim(right=0.1)))
DARK = showing(np.full((HEIGHT, WIDTH), 3, np.float32))
CLOTH = showing(np.tile(np.linspace(90, 150, WIDTH, dtype=np.float32), (HEIGHT, 1)))

Show = Callable[[float], Luma]


class Camera:
    """Shows pictures to a watch, by their own clock, and hears what it says."""

    def __init__(self, document: bytes | None = None, *, start: float = 100.0) -> None:
        self.told: list[bool | None] = []
        self.documents: list[bytes] = []
        self.watch = ViewWatch(document, self)
        self.now = start
        self.size = (1280, 720)
        self.view = PLAIN_VIEW

    def on_moved(self, moved: bool | None) -> None:
        self.told.append(moved)

    def on_view(self, document: bytes) -> None:
        self.documents.append(document)

    def show(self, picture: Show, seconds: float, *, every: float = 1.0) -> None:
        """Show it for so long; its own clock begins at 0."""
        for step in range(round(seconds / every)):
            frame = Frame(
                sequence=step,
                captured_at=self.now,
                monotonic_at=self.now,
                width=self.size[0],
                height=self.size[1],
                pixels=np.zeros((1, 1, 3), np.uint8),
                view=self.view,
            )
            self.watch.observe(picture(step * every), frame)
            self.now += every


@cache
def known() -> bytes:
    """What a camera that was left alone keeps of its view."""
    camera = Camera()
    camera.show(AS_PUT_UP, 132, every=2)
    assert camera.told == []
    camera.show(AS_PUT_UP, 8, every=2)
    assert camera.told == [False]
    (document,) = camera.documents
    return document


def put_up() -> Camera:
    """A camera that knows its view, and shows it."""
    camera = Camera(known(), start=7.0)
    camera.show(AS_PUT_UP, 20)
    assert camera.told == [False]
    return camera


def fog(begin: float) -> Draw:
    def draw(plane: Plane, at: float) -> None:
        thick = 0.8 * min(1.0, max(0.0, (at - begin) / 60))
        plane += thick * (190 - plane)

    return draw


def parked(share: float, begin: float) -> Draw:
    """A lorry that comes to stand before so much of the picture, with lettering on it."""

    def draw(plane: Plane, at: float) -> None:
        if at >= begin:
            plane[:, : round(share * WIDTH)] = 200
            plane[20:30, 10 : round(share * WIDTH) - 4 : 7] = 40

    return draw


def close_by(begin: float, end: float) -> Draw:
    """Somebody right before the camera, who waits."""

    def draw(plane: Plane, at: float) -> None:
        if begin <= at < end:
            plane[10:, 50:120] = 60
            plane[:25, 70:100] = 150

    return draw


def nothing_is_switched_on(plane: Plane, at: float) -> None:
    """Night: hardly anything is left, and lamps stand where nothing was seen by day."""
    plane *= 0.02
    for x, y in ((20, 60), (75, 15), (130, 40), (98, 71), (45, 30)):
        plane[y - 4 : y + 5, x - 2 : x + 3] += 180


@pytest.mark.parametrize(
    "aim",
    [
        Aim(right=0.05),
        Aim(right=-0.1),
        Aim(right=0.25),
        Aim(down=0.05),
        Aim(down=-0.1),
        Aim(down=0.25),
        Aim(right=0.15, down=0.15),
        Aim(roll=6),
        Aim(roll=-10),
        Aim(roll=20),
        Aim(roll=15, right=0.1),
    ],
    ids=str,
)
def test_a_camera_that_was_turned_is_told(aim: Aim) -> None:
    camera = put_up()
    camera.show(showing(view(HERE, aim)), 25)
    assert camera.told == [False, True]


def test_a_camera_that_looks_at_something_else_is_told_until_it_looks_back() -> None:
    camera = put_up()
    camera.show(showing(view(ELSEWHERE)), 600)
    assert camera.told == [False, True]
    camera.show(AS_PUT_UP, 20)
    assert camera.told == [False, True, False]


def test_two_views_of_things_that_stand_alike_are_two() -> None:
    camera = Camera()
    camera.watch.accept()
    camera.show(showing(palisade(1)), 60)
    camera.show(showing(palisade(2)), 30)
    assert camera.told == [False, True]


@pytest.mark.parametrize(
    "draw",
    {
        "lamp": lamp(20, 60, factor=1.7),
        "lamp that goes out": lamp(0, 30, factor=3),
        "dusk": ramp(10, 100, 0.1),
        "infrared": together(ramp(10, 60, 0.4), infrared_cut(80)),
        "cloud": cloud(3),
        "night": nothing_is_switched_on,
        "fog": fog(10),
        "rain": rain(80),
        "leaves": leaves(3.0, begin=10),
        "mast": shake(2.0),
        "walk": walk(20, 40),
        "person who stays": together(walk(20, 25), person(70)),
        "somebody close by": close_by(20, 80),
        "lorry": parked(0.5, 20),
        "nothing": lambda plane, at: None,
    }.items(),
    ids=lambda item: item[0],
)
def test_what_changes_before_a_camera_does_not_move_it(draw: tuple[str, Draw]) -> None:
    camera = put_up()
    camera.show(showing(view(HERE), draw[1]), 150)
    assert camera.told == [False]


@pytest.mark.parametrize("lid", [DARK, CLOTH])
def test_a_lid_is_another_matter_and_hides_no_turn(lid: Show) -> None:
    camera = put_up()
    camera.show(lid, 60)
    assert camera.told == [False]
    camera.show(TURNED, 30)
    assert camera.told == [False, True]
    camera.show(lid, 60)
    assert camera.told == [False, True]


def test_a_knock_that_is_over_at_once_is_none() -> None:
    camera = put_up()
    for _ in range(4):
        camera.show(TURNED, 6)
        camera.show(AS_PUT_UP, 20)
    assert camera.told == [False]


def test_while_a_camera_is_put_up_no_view_is_known() -> None:
    camera = Camera()
    for right in (-0.3, -0.2, -0.1, 0.1, 0.2, 0.3):
        camera.show(showing(view(HERE, Aim(right=right))), 50)
    assert camera.told == []
    camera.show(AS_PUT_UP, 180)
    assert camera.told == [False]
    camera.show(TURNED, 30)
    assert camera.told == [False, True]


def test_a_camera_in_the_dark_knows_its_view_once_there_is_one() -> None:
    camera = Camera()
    camera.show(DARK, 200)
    assert (camera.told, camera.documents) == ([], [])
    camera.show(AS_PUT_UP, 150)
    assert camera.told == [False]


def test_a_view_that_is_accepted_is_the_right_one_at_once() -> None:
    camera = put_up()
    camera.show(TURNED, 30)
    camera.watch.accept()
    assert camera.told == [False, True, False]
    camera.show(TURNED, 200)
    assert camera.told == [False, True, False]
    camera.show(AS_PUT_UP, 30)
    assert camera.told == [False, True, False, True]
    assert len(camera.documents) == 1


def test_the_view_goes_with_the_light_of_the_day() -> None:
    """By and by everything is another: shadows wander, until none is where it was."""
    camera = put_up()
    places = [view(HERE), view(ELSEWHERE)]
    for step in range(31):
        share = step / 30
        camera.show(showing((1 - share) * places[0] + share * places[1]), 240, every=4)
    assert camera.told == [False]


def test_a_camera_that_was_turned_while_the_agent_was_off_is_told() -> None:
    camera = Camera(known())
    camera.show(TURNED, 30)
    assert (camera.told, camera.documents) == ([True], [])


@pytest.mark.parametrize(
    "document",
    [b"", b"{}", b"[1]\nabc", b'{"version": 1, "framing": "x", "rows": 7}\nabc', b"\xff\xfe\n"],
)
def test_a_document_that_nobody_can_read_is_no_view(document: bytes) -> None:
    camera = Camera(document)
    camera.show(AS_PUT_UP, 140)
    assert camera.told == [False]


def test_the_document_is_small_and_renewed_a_few_times_a_day() -> None:
    camera = put_up()
    assert len(known()) < 16_000
    camera.show(AS_PUT_UP, 5 * 3600, every=12)
    assert len(camera.documents) == 0
    camera.show(AS_PUT_UP, 8 * 3600, every=12)
    assert len(camera.documents) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda camera: camera.watch.zoom(2.0),
        lambda camera: camera.watch.turn(30.0),
        lambda camera: setattr(camera, "size", (640, 360)),
        lambda camera: setattr(camera, "view", PictureView(flip_horizontal=True)),
        lambda camera: setattr(camera, "view", PictureView(rotation=180)),
    ],
    ids=["zoom", "pan", "size", "flip", "rotation"],
)
def test_a_view_that_the_user_has_changed_is_learned_anew(
    change: Callable[[Camera], None],
) -> None:
    camera = put_up()
    change(camera)
    camera.show(TURNED, 60)
    assert camera.told == [False, None]
    camera.show(TURNED, 90)
    assert camera.told == [False, None, False]
    camera.show(AS_PUT_UP, 30)
    assert camera.told == [False, None, False, True]


def test_while_nobody_looks_nothing_is_known_of_now() -> None:
    camera = put_up()
    camera.watch.rest()
    assert camera.told == [False, None]
    camera.now += 5
    camera.show(TURNED, 30)
    assert camera.told == [False, None, True]


def test_a_clock_that_begins_anew_is_no_harm() -> None:
    camera = put_up()
    camera.now = 0.0
    camera.show(AS_PUT_UP, 20)
    assert camera.told == [False]
    camera.show(TURNED, 25)
    assert camera.told == [False, True]


def test_a_break_is_no_time_of_another_view() -> None:
    camera = put_up()
    camera.show(TURNED, 14)
    camera.now += 60
    camera.show(TURNED, 14)
    assert camera.told == [False]
    camera.show(TURNED, 14)
    assert camera.told == [False, True]
