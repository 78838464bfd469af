"""The thread inside a camera's library: one opening of a source, from `open` to `close`."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from pi_agent.frames import Frame, PictureView

from .camera_controls import CameraControls
from .frame_source import AdjustableSource, FrameSource, TurningSource


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureOrders:
    """How the owner wants the camera's pictures."""

    view: PictureView
    controls: CameraControls


class SourceReader:
    """Owns an open source; the only one that calls it, but for `interrupt`.

    `orders` is asked for each frame and gives another object only where something has changed;
    `publish` gets the frame, `ended` is called last; all in this thread.
    The owner must not wait for the thread: a library that hangs never gives it back.
    """

    def __init__(
        self,
        name: str,
        source: FrameSource,
        *,
        orders: Callable[[], CaptureOrders],
        publish: Callable[["SourceReader", Frame], None],
        ended: Callable[[], None],
    ) -> None:
        self.source = source
        self.problem: Exception | None = None  # why it ended, unless it was told to
        self.frames = 0
        self._orders = orders
        self._publish = publish
        self._ended = ended
        self._stopping = False
        self._done = False
        self._called_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs, or hangs; False by the time that `ended` is called."""
        return not self._done

    @property
    def silent_seconds(self) -> float:
        """How long the source has not returned from the present call."""
        return time.monotonic() - self._called_at

    def start(self) -> None:
        """Open the source and begin to read; once only."""
        self._called_at = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """Have the thread close the source and end soon; may be called again."""
        self._stopping = True
        self.source.interrupt()

    def _run(self) -> None:
        try:
            self._capture()
        except Exception as error:  # noqa: BLE001  (the owner judges it)
            self.problem = error
        finally:
            self._done = True  # not the thread's own word: whom `ended` wakes looks at once
            self._ended()

    def _capture(self) -> None:
        try:
            self._begin_call()
            orders = self._orders()
            left = self._obey(orders, CameraControls())
            self.source.open()
            self._read(orders, left)
        finally:
            self._begin_call()
            self.source.close()

    def _read(self, orders: CaptureOrders, left: PictureView | None) -> None:
        while not self._stopping:
            self._begin_call()
            wanted = self._orders()
            if wanted is not orders:
                left = self._obey(wanted, orders.controls)
                orders = wanted
            frame = self.source.read()
            if left is not None:
                frame = replace(frame, view=left)
            if not self._stopping:
                self.frames += 1
                self._publish(self, frame)

    def _obey(self, wanted: CaptureOrders, before: CameraControls) -> PictureView | None:
        """Tell the source how pictures are wanted; what of the view is left to be done, if any."""
        # What nobody ever set stays as the camera has it.
        if wanted.controls != before and isinstance(self.source, AdjustableSource):
            self.source.apply_controls(wanted.controls)
        left = wanted.view
        if isinstance(self.source, TurningSource):
            left = self.source.take_view(left)
        return None if left.is_plain else left

    def _begin_call(self) -> None:
        self._called_at = time.monotonic()
