"""What every source of frames promises, and what some can do besides."""

from typing import Protocol, runtime_checkable

from pi_agent.frames import Frame, PictureView

from .camera_controls import CameraControls, OfferedControls


class FrameSource(Protocol):
    """Owns one camera, file or stream; used by one thread.

    `encoder` names what makes its JPEGs: "source" where it delivers them itself, "hardware" where
    the Pi's encoder does, "opencv" where we make them, "unknown" before it was opened.
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


@runtime_checkable
class RenewableSource(Protocol):
    """A source whose library may hang for ever: its like can be made, to be used in its place."""

    def renewed(self) -> FrameSource:
        """A fresh, closed source of the same camera; from any thread."""
        ...


@runtime_checkable
class CountingSource(Protocol):
    """A source that leaves out broken pictures."""

    @property
    def skipped_frames(self) -> int:
        """How many pictures were broken and not passed on; from any thread."""
        ...


@runtime_checkable
class TurningSource(Protocol):
    """A source that can mirror its pictures for nothing, in the sensor."""

    def take_view(self, view: PictureView) -> PictureView:
        """Show frames like that from the next `read` on; what is left for others to do.

        May be called before `open`, which saves a restart of the sensor.
        """
        ...


@runtime_checkable
class AdjustableSource(Protocol):
    """A source with exposure, focus and the like."""

    @property
    def offered_controls(self) -> OfferedControls:
        """What the camera has, once it was opened; from any thread."""
        ...

    def apply_controls(self, controls: CameraControls) -> None:
        """Set what the camera has of these, now where it is open, and at each opening."""
        ...
