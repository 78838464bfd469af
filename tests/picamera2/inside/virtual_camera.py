"""Lets the real picamera2 run on libcamera's virtual cameras; `install` before its first import.

Picamera2 expects the kernel of a Raspberry Pi. Five gaps are closed, nothing else is touched:
DNG files and the screen preview, which it imports and we never use, are empty modules; buffers
come from memfd instead of the DMA heap; the raw modes, which the virtual camera does not list, are
its picture sizes; its NV12 pictures are rearranged into the YUV 4:2:0 planes that a Pi gives; and
`Sensor` has it deliver frames at a sensor's pace, or none, as with a loose cable.
"""

import mmap
import os
import sys
import threading
import time
from collections import deque
from types import ModuleType
from typing import Any

import numpy as np

FPS = 15.0


class Sensor(threading.Thread):
    """Hands each virtual camera one of its requests a tick; a tick without one loses a frame."""

    def __init__(self) -> None:
        super().__init__(name="virtual-sensor", daemon=True)
        self.frozen = False  # a loose cable: no frames, and no word about it
        self.stop_hangs = False  # while set, stopping a camera does not return
        self.lost_frames = 0
        self._lock = threading.Lock()  # protects the queues
        self._queues: dict[str, tuple[Any, deque[Any]]] = {}
        self._alive: dict[str, list[Any]] = {}  # all requests of a running camera

    def attach(self, camera_class: Any) -> None:
        """Stand between picamera2 and libcamera's `Camera`."""
        self._deliver = camera_class.queue_request
        start_camera, stop_camera = camera_class.start, camera_class.stop

        def start(camera: Any, *arguments: Any) -> Any:
            started = start_camera(camera, *arguments)
            with self._lock:
                self._queues[camera.id] = (camera, deque())
                self._alive[camera.id] = []
            return started

        def queue_request(camera: Any, request: Any) -> None:
            with self._lock:
                if camera.id in self._queues:
                    self._queues[camera.id][1].append(request)
                    if request not in self._alive[camera.id]:
                        self._alive[camera.id].append(request)

        def stop(camera: Any) -> Any:
            while self.stop_hangs:
                time.sleep(0.01)
            with self._lock:
                self._queues.pop(camera.id, None)
            # The virtual camera looks at a request for a moment after it was completed, and takes
            # the process with it when by then the request is gone or the camera restarted.
            time.sleep(0.05)
            stopped = stop_camera(camera)
            self._alive.pop(camera.id, None)
            return stopped

        camera_class.start, camera_class.queue_request = start, queue_request
        camera_class.stop = stop

    def run(self) -> None:
        """Tick for ever."""
        due = time.monotonic()
        while True:
            due += 1 / FPS
            time.sleep(max(0.0, due - time.monotonic()))
            if not self.frozen:
                self._tick()

    def _tick(self) -> None:
        with self._lock:
            for camera, requests in self._queues.values():
                if requests:
                    self._deliver(camera, requests.popleft())
                else:
                    self.lost_frames += 1


def install() -> Sensor:
    """Close the gaps; the sensor of all virtual cameras."""
    _replace_unused_modules()
    import libcamera
    import picamera2.picamera2 as library
    from picamera2.request import CompletedRequest

    library.DmaAllocator = _memfd_allocator(libcamera)
    library.Picamera2._get_raw_modes = lambda camera: _picture_sizes(libcamera, camera)
    _deliver_planes(library.Picamera2, CompletedRequest)
    sensor = Sensor()
    sensor.attach(libcamera.Camera)
    sensor.start()
    return sensor


class _Nothing:
    """Stands for anything of a module that is imported but not used."""

    def __getattr__(self, name: str) -> "_Nothing":
        return _Nothing()


def _replace_unused_modules() -> None:
    for name, attribute in (
        ("pidng", "core"),
        ("pidng.core", "PICAM2DNG"),
        ("pidng.camdefs", "Picamera2Camera"),
        ("pykms", "PixelFormat"),
    ):
        module = ModuleType(name)
        setattr(module, attribute, _Nothing())
        sys.modules[name] = module


def _picture_sizes(libcamera: Any, camera: Any) -> list[dict[str, Any]]:
    config = camera.camera.generate_configuration([libcamera.StreamRole.Viewfinder]).at(0)
    return [
        {"format": str(pixel_format), "size": (size.width, size.height)}
        for pixel_format in config.formats.pixel_formats
        for size in config.formats.sizes(pixel_format)
    ]


def _memfd_allocator(libcamera: Any) -> type:
    """Picamera2's own allocator, but for where the memory comes from and its two planes."""
    from picamera2.allocators import DmaAllocator
    from picamera2.allocators.allocator import Sync

    class NoSync(Sync):  # type: ignore[misc]
        """Ordinary memory needs no cache to be flushed."""

        def __init__(self, allocator: Any, buffer: Any, write: bool) -> None:
            self._memory: mmap.mmap = allocator.mapped_buffers[buffer]

        def __enter__(self) -> mmap.mmap:
            return self._memory

        def __exit__(self, *_: object) -> None:
            pass

    class MemfdAllocator(DmaAllocator):  # type: ignore[misc]
        def __init__(self) -> None:
            self.dmaHeap = None
            self.mapped_buffers: dict[Any, mmap.mmap] = {}
            self.mapped_buffers_used: dict[int, bool] = {}
            self.frame_buffers: dict[Any, list[Any]] = {}
            self.open_fds: list[int] = []
            self.libcamera_fds: list[int] = []
            self.sync = NoSync

        def allocate(self, libcamera_config: Any, use_case: object) -> None:
            self.close()
            for stream in libcamera_config:
                buffers = [self._allocate(stream) for _ in range(stream.buffer_count)]
                self.frame_buffers[stream.stream] = buffers

        def _allocate(self, stream: Any) -> Any:
            fd = os.memfd_create("picamera2", os.MFD_CLOEXEC)
            os.ftruncate(fd, stream.frame_size)
            self.open_fds.append(fd)
            luma = stream.stride * stream.size.height
            planes = []
            for offset, length in ((0, luma), (luma, stream.frame_size - luma)):
                plane = libcamera.FrameBuffer.Plane()
                plane.fd, plane.offset, plane.length = fd, offset, length
                planes.append(plane)
            buffer = libcamera.FrameBuffer(planes)
            self.libcamera_fds.append(planes[0].fd)
            self.mapped_buffers_used[planes[0].fd] = False
            self.mapped_buffers[buffer] = mmap.mmap(fd, stream.frame_size)
            return buffer

    return MemfdAllocator


def _deliver_planes(camera_class: Any, request_class: Any) -> None:
    """NV12, which has its colours in pairs, becomes YUV420, which has them in two planes."""
    update_stream, begin_request = camera_class._update_stream_config, request_class.__init__

    def update(self: Any, stream: dict[str, Any], libcamera_stream: Any) -> None:
        update_stream(self, stream, libcamera_stream)
        if stream["format"] == "NV12":
            stream["format"] = "YUV420"

    def begin(self: Any, request: Any, camera: Any) -> None:
        begin_request(self, request, camera)
        for buffer in request.buffers.values():
            memory = camera.allocator.mapped_buffers[buffer]
            colours = np.frombuffer(memory, np.uint8, offset=buffer.planes[0].length)
            colours[:] = colours.reshape(-1, 2).T.reshape(-1).copy()

    camera_class._update_stream_config, request_class.__init__ = update, begin
