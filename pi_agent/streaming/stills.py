"""Single pictures of a camera, made once for all who ask at the same time."""

import asyncio

from pi_agent.errors import UnavailableError
from pi_agent.frames import Frame, FrameHub, jpeg_of

from .broadcaster import EncodedPicture
from .camera_streams import step_for

_KEEP_SECONDS = 2.0  # a made picture, for those who ask in the same moment; then its memory is free


class Stills:
    """The newest frame as JPEG. Lives on the event loop; encodes in its executor."""

    def __init__(self, hub: FrameHub) -> None:
        self._hub = hub
        self._making: dict[int | None, tuple[Frame, int, asyncio.Task[bytes]]] = {}

    async def newest(self, *, width: int | None, quality: int) -> EncodedPicture:
        """The newest picture, at least `width` pixels wide; UnavailableError without one."""
        frame = self._hub.newest
        if frame is None:
            raise UnavailableError("the camera has no picture at the moment")
        jpeg = await asyncio.shield(self._task(frame, step_for(width), quality))
        return EncodedPicture(jpeg=jpeg, captured_at=frame.captured_at)

    def _task(self, frame: Frame, width: int | None, quality: int) -> "asyncio.Task[bytes]":
        made = self._making.get(width)
        if made is not None and made[:2] == (frame, quality):
            return made[2]
        task = asyncio.create_task(
            asyncio.to_thread(jpeg_of, frame, quality=quality, width=width), name="still"
        )
        self._making[width] = (frame, quality, task)
        asyncio.get_running_loop().call_later(_KEEP_SECONDS, self._forget, width, task)
        return task

    def _forget(self, width: int | None, task: "asyncio.Task[bytes]") -> None:
        made = self._making.get(width)
        if made is not None and made[2] is task:
            del self._making[width]
