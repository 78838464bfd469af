"""What Motion and motionEye call things, and where these are here."""

# Older names of Motion 3 and 4.0, and what they are called since 4.2.
RENAMED = {
    "videodevice": "video_device",
    "gap": "event_gap",
    "max_mpeg_time": "movie_max_time",
    "max_movie_time": "movie_max_time",
    "netcam_highres": "netcam_high_url",
    "webcam_quality": "stream_quality",
    "webcam_maxrate": "stream_maxrate",
    "libcam_name": "libcam_device",
}

# What is nothing to be told about: it says that something is not used.
UNUSED_VALUES = frozenset({"", "off", "0", "none", "no", "false", "(null)", "value"})

# Options by what they begin with, and what to do instead; the first that fits counts.
REASONS: tuple[tuple[str, str], ...] = (
    (
        "mask_file @mask mask_privacy area_detect",
        "draw it on the picture: zones and masks on the agent's own page",
    ),
    (
        (
            "threshold @threshold @auto_threshold noise despeckle lightswitch smart_mask"
            " switchfilter minimum_motion_frames"
        ),
        "there is one setting, sensitivity, and noise is learned; try it with the page's tuner",
    ),
    (
        "on_ @command @email @telegram @web_hook @manual_snap @lights",
        "no commands are run: a notification in Home Assistant, MQTT or the webhook tell of events",
    ),
    (
        "@upload @network_ @smb @storage_device @root_directory target_dir",
        "events are kept in data_dir; copies go to Home Assistant's archive, or by [copy]",
    ),
    (
        "snapshot_ timelapse_ ffmpeg_timelapse @snapshot",
        "pictures by the clock: the action camera.snapshot in an automation of Home Assistant",
    ),
    (
        (
            "picture_ movie_ ffmpeg_ output_ quality locate_motion extpipe emulate_motion "
            "@preserve_pictures @max_frame @clean_cloud"
        ),
        "every event has a JPEG and an MP4, named by the agent; boxes are kept beside them",
    ),
    (
        "stream_ webcam_ webcontrol_ control_ @streaming @admin @normal",
        "there is one port with HTTPS and tokens: `pi-agent pair`, `pi-agent tokens`",
    ),
    ("text_ @text", "the time can be shown, by the setting timestamp_overlay; no other text"),
    (
        (
            "brightness contrast saturation hue power_line auto_brightness vid_control"
            " video_params v4l2_palette mmalcam_control libcam_params"
        ),
        "set on the camera by the settings that it offers: exposure, gain, white balance, focus",
    ),
    ("@working_schedule", "by the clock: an automation that switches motion detection"),
    ("netcam_ roundrobin rtsp_uses_tcp input norm frequency", "not needed"),
    ("database_ sql_ mysql_ pgsql_ sqlite3_", "events are in a database already"),
    (
        (
            "daemon setup_mode log pid_file process_id_file native_language watchdog_ quiet"
            " camera_id @id @enabled @lang @proto"
        ),
        "the service takes care of it",
    ),
)
UNKNOWN = "not known here"


def reason_for(option: str) -> str:
    """Why an option was not taken over, and what to do instead."""
    for beginnings, reason in REASONS:
        if option.startswith(tuple(beginnings.split())):
            return reason
    return UNKNOWN
