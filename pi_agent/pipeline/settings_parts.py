"""The settings of a camera, cut into the parts that each worker needs."""

from pi_agent.clips.reel_recorder import ClipSettings
from pi_agent.frames import PictureView
from pi_agent.protocol import CameraSettings
from pi_agent.streaming import StreamSettings


def picture_view(settings: CameraSettings) -> PictureView:
    """How pictures are to be shown."""
    return PictureView(
        rotation=settings.rotation.value,
        flip_horizontal=settings.flip_horizontal,
        flip_vertical=settings.flip_vertical,
        timestamp_overlay=settings.timestamp_overlay,
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
