"""What happened, told to whoever listens: saved first, then said, in order and without a gap."""

from .feed import EventFeed, FeedSubscription
from .journal import EventJournal
from .snapshot_filer import SnapshotFiler

__all__ = ["EventFeed", "EventJournal", "FeedSubscription", "SnapshotFiler"]
