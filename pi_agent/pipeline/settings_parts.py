"""The settings of a camera, cut into the parts that each worker needs."""

from pi_agent.capture.camera_controls import AUTOMATIC, CameraControls
from pi_agent.clips.reel_recorder import ClipSettings
from pi_agent.frames import PictureView
from pi_agent.protocol import CameraSettings, OfferedControls, ProtocolError
from pi_agent.streaming import StreamSettings


def picture_view(settings: CameraSettings) -> PictureView:
    """How pictures are to be shown."""
    return PictureView(
        rotation=settings.rotation.value,
        flip_horizontal=settings.flip_horizontal,
        flip_vertical=settings.flip_vertical,
        timestamp_overlay=settings.timestamp_overlay,
    )


def camera_controls(settings: CameraSettings) -> CameraControls:
    """How the camera itself is to be set."""
    return CameraControls(
        exposure_seconds=settings.exposure_seconds,
        gain=settings.gain,
        white_balance=settings.white_balance,
        focus=settings.focus,
        zoom=settings.zoom,
        slowest_fps=settings.slowest_fps,
    )


def check_white_balance(settings: CameraSettings, offered: OfferedControls) -> None:
    """ProtocolError where the camera is known to have no such white balance."""
    known = (AUTOMATIC, *(name for name in offered.white_balance if name != AUTOMATIC))
    if settings.white_balance not in known:
        raise ProtocolError(
            "white_balance", f"must be one of {', '.join(known)}, not {settings.white_balance!r}"
        )


def stream_settings(settings: CameraSettings) -> StreamSettings:
    """How viewers are served."""
    return StreamSettings(fps=settings.stream_fps, quality=settings.stream_quality)


def clip_settings(settings: CameraSettings) -> ClipSettings:
    """What is kept for clips."""
    return ClipSettings(
        recording=settings.recording and not settings.privacy,
        pre_roll_seconds=settings.pre_roll_seconds,
        post_roll_seconds=settings.post_roll_seconds,
        quality=settings.stream_quality,
    )
