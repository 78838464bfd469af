"""A picture with its time, its way from one source to many takers, and what is derived from it."""

from .frame import Frame, PixelFormat
from .hub import FrameHub, FrameTaker
from .picture import bgr_of, encode_jpeg, jpeg_of, ready_jpeg
from .view import PictureView

__all__ = [
    "Frame",
    "FrameHub",
    "FrameTaker",
    "PictureView",
    "PixelFormat",
    "bgr_of",
    "encode_jpeg",
    "jpeg_of",
    "ready_jpeg",
]
