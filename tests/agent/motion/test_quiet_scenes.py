"""Changes in which nobody moves are no motion."""

import pytest

from pi_agent.protocol import CameraSettings

from .disturbances import (
    cloud,
    infrared_cut,
    insects,
    lamp,
    leaves,
    rain,
    ramp,
    shake,
    together,
)
from .scenes import Draw, active_seconds, nothing, observed, walk

BUSH = ((0.05, 0.0), (0.5, 0.0), (0.5, 0.65), (0.05, 0.65))


@pytest.mark.parametrize("noise", [0.0, 2.0, 5.0, 9.0, 14.0])
def test_noise_alone_is_no_motion(noise: float) -> None:
    assert active_seconds(observed(nothing, seconds=30, noise=noise)) == []


LIGHTS = {
    "lamp on and off": lamp(6, 12),
    "lamp off and on": lamp(6, 12, factor=0.4),
    "dim lamp": lamp(6, factor=1.15),
    "flickering lamp": together(lamp(6, 6.3), lamp(6.6, 6.8), lamp(7.1)),
    "slow dusk": ramp(0, 25, 0.3),
    "exposure up": ramp(6, 1.5, 1.3),
    "exposure down": ramp(6, 0.6, 0.7),
    "cloud edge": cloud(6),
    "harder cloud edge": cloud(6, depth=0.5, softness=8),
    "infra-red cut": infrared_cut(6),
}


@pytest.mark.parametrize("light", LIGHTS.values(), ids=LIGHTS)
@pytest.mark.parametrize("noise", [1.5, 5.0])
def test_a_change_of_light_is_no_motion(light: Draw, noise: float) -> None:
    assert active_seconds(observed(light, seconds=25, noise=noise)) == []


@pytest.mark.parametrize("drops", [10, 40, 80, 120])
def test_rain_is_no_motion(drops: int) -> None:
    assert active_seconds(observed(rain(drops), seconds=30)) == []


@pytest.mark.parametrize("sensitivity", [50, 80])
@pytest.mark.parametrize("flakes", [5, 10])
@pytest.mark.parametrize(("width", "length"), [(4, 12), (4, 20), (8, 8)])
def test_large_drops_and_flakes_are_no_motion(
    width: int, length: int, flakes: int, sensitivity: int
) -> None:
    falling = rain(flakes, width=width, length=length)
    settings = CameraSettings(sensitivity=sensitivity)
    assert active_seconds(observed(falling, seconds=30, settings=settings)) == []


@pytest.mark.parametrize("flakes", [2, 5, 10])
def test_somebody_who_walks_among_flakes_is_found(flakes: int) -> None:
    falling = rain(flakes, width=8, length=8)
    assert 6 <= active_seconds(observed(together(walk(6, 10), falling)))[0] <= 7


@pytest.mark.parametrize("drops", [10, 40, 80, 120])
def test_somebody_who_walks_in_the_rain_is_found(drops: int) -> None:
    active = active_seconds(observed(together(walk(6, 10), rain(drops))))
    assert 6 <= active[0] <= 7
    assert active[-1] <= 10.6


def test_an_insect_that_is_in_the_light_for_two_looks_is_no_motion() -> None:
    assert active_seconds(observed(insects(*range(5, 29, 3)), seconds=30)) == []


@pytest.mark.parametrize("pixels", [0.5, 1.0])
def test_a_camera_that_trembles_is_no_motion(pixels: float) -> None:
    assert active_seconds(observed(shake(pixels), seconds=30)) == []


def test_somebody_before_a_camera_that_trembles_is_found() -> None:
    active = active_seconds(observed(together(walk(6, 10), shake(0.7))))
    assert 6 <= active[0] <= 7


@pytest.mark.parametrize("swing", [1.0, 2.0, 8.0])
def test_leaves_that_sway_are_no_motion(swing: float) -> None:
    assert active_seconds(observed(leaves(swing), seconds=30)) == []


@pytest.mark.parametrize("swing", [1.0, 2.0])
def test_leaves_that_begin_to_sway_are_no_motion(swing: float) -> None:
    assert active_seconds(observed(leaves(swing, begin=8), seconds=30)) == []


def test_what_thrashes_about_is_no_motion_under_a_mask_alone() -> None:
    storm = leaves(9, begin=8)
    masked = CameraSettings(masks=(BUSH,))
    assert active_seconds(observed(storm, seconds=20))
    assert active_seconds(observed(storm, seconds=20, settings=masked)) == []


def test_somebody_who_walks_past_a_masked_bush_is_found() -> None:
    draw = together(leaves(9, begin=5), walk(6, 10))
    active = active_seconds(observed(draw, settings=CameraSettings(masks=(BUSH,))))
    assert 6 <= active[0] <= 7.5
    assert active[-1] <= 10.6
