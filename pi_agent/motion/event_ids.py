"""Names of events: unique, and sorted by name they are sorted by time."""

import secrets
from datetime import datetime


def new_event_id(started_at: datetime) -> str:
    """An id of digits, small letters and dashes for an event that started at this UTC time."""
    milliseconds = started_at.microsecond // 1000
    return f"{started_at:%Y%m%dt%H%M%S}{milliseconds:03d}-{secrets.token_hex(4)}"
