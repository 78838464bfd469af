"""What every source of frames promises."""

from typing import Protocol

from pi_agent.frames import Frame


class FrameSource(Protocol):
    """Owns one camera, file or stream; used by one thread.

    `encoder` names what makes its JPEGs: "source" where it delivers them itself.
    """

    @property
    def encoder(self) -> str:
        """What makes the JPEGs that viewers see."""
        ...

    def open(self) -> None:
        """Get ready to read. Raises CameraError with a reason a person understands."""
        ...

    def read(self) -> Frame:
        """The next frame, waiting a bounded time for it. Raises CameraError when none comes."""
        ...

    def interrupt(self) -> None:
        """End a wait in `read` early; the one method that another thread may call."""
        ...

    def close(self) -> None:
        """Let go of the device or file; may be called twice and before `open`."""
        ...
