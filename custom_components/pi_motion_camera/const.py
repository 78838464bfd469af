"""Names that several modules share."""

from typing import Final

DOMAIN: Final = "pi_motion_camera"
MANUFACTURER: Final = "Pi Motion Camera"
DOCUMENTATION: Final = (
    "https://github.com/pi-motion-camera/pi-motion-camera/blob/main/docs/home-assistant.md"
)

RELEASES: Final = "https://github.com/pi-motion-camera/pi-motion-camera/releases"

CONF_CERTIFICATE_SHA256: Final = "certificate_sha256"
CONF_CODE: Final = "code"

CONF_ARCHIVE: Final = "archive"
CONF_ARCHIVE_DAYS: Final = "archive_days"
DEFAULT_ARCHIVE_DAYS: Final = 30

# Fired for every event of an agent, live or made up for; see `motion_events.py`.
EVENT_MOTION: Final = f"{DOMAIN}_event"
