"""Only whole JPEGs of a camera's size are passed on."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pi_agent.capture.huffman_tables import STANDARD_TABLES
from pi_agent.capture.jpeg_check import BrokenJpegError, check_jpeg

NOISE = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)


def encoded(*parameters: int) -> bytes:
    done, data = cv2.imencode(".jpg", NOISE, parameters)
    assert done
    return data.tobytes()


WHOLE = encoded()


def resized(width: int, height: int) -> bytes:
    """The same bytes, claiming another size."""
    at = WHOLE.index(b"\xff\xc0") + 5
    return WHOLE[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + WHOLE[at + 4 :]


def test_a_whole_jpeg_is_passed_on_as_it_is() -> None:
    checked = check_jpeg(WHOLE)
    assert checked.data == WHOLE
    assert (checked.width, checked.height) == (64, 48)


@pytest.mark.parametrize(
    "parameters",
    [
        (cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        (cv2.IMWRITE_JPEG_RST_INTERVAL, 2),
        (cv2.IMWRITE_JPEG_OPTIMIZE, 1),
        (cv2.IMWRITE_JPEG_QUALITY, 100),
    ],
)
def test_every_kind_that_cameras_make_is_known(parameters: tuple[int, int]) -> None:
    assert check_jpeg(encoded(*parameters)).width == 64


def test_what_drivers_add_behind_the_end_is_cut_off() -> None:
    assert check_jpeg(WHOLE + bytes(1000)).data == WHOLE


def test_filling_bytes_between_the_segments_are_harmless() -> None:
    at = WHOLE.index(b"\xff\xdb")
    assert check_jpeg(WHOLE[:at] + b"\xff\xff" + WHOLE[at:]).height == 48


def test_the_tables_that_webcams_leave_out_are_put_back() -> None:
    bare, at = b"", 2
    while WHOLE[at + 1] != 0xDA:
        length = 2 + int.from_bytes(WHOLE[at + 2 : at + 4], "big")
        bare += b"" if WHOLE[at + 1] == 0xC4 else WHOLE[at : at + length]
        at += length
    checked = check_jpeg(WHOLE[:2] + bare + WHOLE[at:] + b"padding")
    assert checked.data.count(STANDARD_TABLES) == 1
    assert np.array_equal(decoded(checked.data), decoded(WHOLE))


def decoded(jpeg: bytes) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.9, 0.999])
def test_a_jpeg_that_is_cut_off_is_refused(share: float) -> None:
    with pytest.raises(BrokenJpegError, match="cut off"):
        check_jpeg(WHOLE[: int(len(WHOLE) * share)])


def test_the_end_of_a_thumbnail_is_not_the_end_of_the_picture() -> None:
    thumbnail = b"\xff\xe1\x00\x08" + b"\xff\xd8\xff\xd9" + b"\x00\x00"
    with pytest.raises(BrokenJpegError, match="cut off"):
        check_jpeg(WHOLE[:2] + thumbnail + WHOLE[2:-2])
    assert check_jpeg(WHOLE[:2] + thumbnail + WHOLE[2:]).width == 64


def test_two_pictures_that_have_run_together_are_refused() -> None:
    with pytest.raises(BrokenJpegError, match="run into one another"):
        check_jpeg(WHOLE[: len(WHOLE) // 2] + WHOLE)


@pytest.mark.parametrize(
    ("width", "height"), [(0, 48), (64, 0), (16385, 1), (65535, 65535), (4097, 4096)]
)
def test_a_size_that_no_camera_has_is_refused_before_anything_is_decoded(
    width: int, height: int
) -> None:
    with pytest.raises(BrokenJpegError, match=r"no camera|does not say"):
        check_jpeg(resized(width, height))


def test_the_largest_size_is_allowed() -> None:
    assert check_jpeg(resized(4096, 4096)).width == 4096


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no JPEG"),
        (b"GIF89a" + bytes(100), "no JPEG"),
        (b"\xff\xd8" + bytes(100), "damaged"),
        (b"\xff\xd8\xff\xdb\x00\x00" + bytes(100), "damaged"),
        (b"\xff\xd8\xff\xd8" + bytes(100), "damaged"),
        (WHOLE.replace(b"\xff\xc0", b"\xff\xc9"), "not supported"),
        (WHOLE.replace(b"\xff\xc0", b"\xff\xe5"), "does not say its size"),
    ],
)
def test_what_is_no_jpeg_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(BrokenJpegError, match=problem):
        check_jpeg(data)


def test_no_damage_gets_anything_but_a_refusal_or_a_jpeg() -> None:
    random = np.random.default_rng(2)
    for _ in range(3000):
        damaged = bytearray(WHOLE[: int(random.integers(0, len(WHOLE) + 1))])
        for place in random.integers(0, max(1, min(len(damaged), 700)), 3):
            if place < len(damaged):
                damaged[place] = int(random.integers(0, 256))
        try:
            checked = check_jpeg(bytes(damaged))
        except BrokenJpegError:
            continue
        assert checked.data.startswith(b"\xff\xd8")
        assert checked.data.endswith(b"\xff\xd9")
        assert 0 < checked.width * checked.height <= 4096 * 4096
