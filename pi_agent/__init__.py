"""Pi Motion Camera's agent: captures, looks for motion, streams and keeps what happened."""

__version__ = "0.1.0"
