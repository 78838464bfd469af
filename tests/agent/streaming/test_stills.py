"""Single pictures: made once for all who ask at the same time."""

import asyncio
from typing import Any

import pytest

from pi_agent.errors import UnavailableError
from pi_agent.frames import FrameHub, jpeg_of
from pi_agent.streaming import Stills
from tests.agent.frames.test_hub import frame


async def test_many_who_ask_at_once_share_one_encode(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(*args: Any, **options: Any) -> bytes:
        made.append(1)
        return jpeg_of(*args, **options)

    monkeypatch.setattr("pi_agent.streaming.stills.jpeg_of", counted)
    hub = FrameHub()
    hub.publish(frame(1))
    pictures = Stills(hub)
    answers = await asyncio.gather(
        *(pictures.newest(width=None, quality=80) for _ in range(10)),
        *(pictures.newest(width=100 + n, quality=80) for n in range(10)),
    )
    assert {answer.captured_at for answer in answers} == {frame(1).captured_at}
    assert len(made) == 2

    hub.publish(frame(2))
    newer = await pictures.newest(width=None, quality=80)
    assert newer.captured_at == frame(2).captured_at


async def test_one_who_gives_up_does_not_spoil_it_for_others() -> None:
    hub = FrameHub()
    hub.publish(frame(1))
    pictures = Stills(hub)
    first = asyncio.create_task(pictures.newest(width=None, quality=80))
    await asyncio.sleep(0)
    first.cancel()
    assert (await pictures.newest(width=None, quality=80)).jpeg.startswith(b"\xff\xd8")


async def test_without_a_picture_there_is_no_still() -> None:
    with pytest.raises(UnavailableError):
        await Stills(FrameHub()).newest(width=None, quality=80)


async def test_a_picture_that_nobody_asks_for_any_more_takes_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pi_agent.streaming.stills._KEEP_SECONDS", 0.01)
    hub = FrameHub()
    hub.publish(frame(1))
    pictures = Stills(hub)
    await pictures.newest(width=None, quality=80)
    async with asyncio.timeout(5):
        while pictures._making:
            await asyncio.sleep(0.01)
    assert (await pictures.newest(width=None, quality=80)).jpeg.startswith(b"\xff\xd8")
