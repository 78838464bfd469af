"""Pictures on their way to viewers: encoded once for all, only while somebody watches."""

from .broadcaster import EncodedPicture, JpegBroadcaster, PictureSink
from .camera_streams import CameraStreams
from .jpeg_worker import JpegWorker, StreamSettings
from .multipart import BOUNDARY, FIRST_BOUNDARY, FIRST_BROWSER_PART
from .stills import Stills

__all__ = [
    "BOUNDARY",
    "FIRST_BOUNDARY",
    "FIRST_BROWSER_PART",
    "CameraStreams",
    "EncodedPicture",
    "JpegBroadcaster",
    "JpegWorker",
    "PictureSink",
    "Stills",
    "StreamSettings",
]
