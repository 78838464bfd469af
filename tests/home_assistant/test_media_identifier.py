"""Places of the media source can be written down and read again, and nothing else is read."""

from datetime import date

import pytest

from custom_components.pi_motion_camera.media_identifier import MediaIdentifier

ENTRY = "01M7Z02GRNNF30B09613ZP7TE6"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", MediaIdentifier()),
        (ENTRY, MediaIdentifier(entry_id=ENTRY)),
        (f"{ENTRY}/porch", MediaIdentifier(entry_id=ENTRY, camera="porch")),
        (
            f"{ENTRY}/porch/2026-02-28",
            MediaIdentifier(entry_id=ENTRY, camera="porch", day=date(2026, 2, 28)),
        ),
        (
            f"{ENTRY}/porch/2026-02-28/e-1",
            MediaIdentifier(entry_id=ENTRY, camera="porch", day=date(2026, 2, 28), event_id="e-1"),
        ),
    ],
)
def test_a_place_is_read_as_it_was_written(text: str, place: MediaIdentifier) -> None:
    assert MediaIdentifier.parse(text) == place
    assert str(place) == text


@pytest.mark.parametrize(
    "text",
    [
        "/",
        "//",
        "..",
        f"{ENTRY}/",
        f"{ENTRY}//2026-02-28",
        f"{ENTRY}/porch/2026-02-29",
        f"{ENTRY}/porch/20260228",
        f"{ENTRY}/porch/2026-W09-6",
        f"{ENTRY}/porch/0001-01-01",
        f"{ENTRY}/porch/9999-12-31",
        f"{ENTRY}/porch/٢٠٢٦-02-28",
        f"{ENTRY}/porch/2026-02-28/..",
        f"{ENTRY}/porch/2026-02-28/e\n",
        f"{ENTRY}/porch/2026-02-28/e/more",
        f"{ENTRY}/{'x' * 65}",
        "x" * 65,
    ],
)
def test_anything_else_is_no_place(text: str) -> None:
    assert MediaIdentifier.parse(text) is None
