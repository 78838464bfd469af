"""What the agent's parts run on: owned threads, the way to the loop, back-off, following events."""

from .backoff import Backoff
from .event_follower import EventFollower, EventSource, Progress
from .loop_bridge import LoopBridge
from .service_notifier import ServiceNotifier
from .thread_worker import ThreadWorker

__all__ = [
    "Backoff",
    "EventFollower",
    "EventSource",
    "LoopBridge",
    "Progress",
    "ServiceNotifier",
    "ThreadWorker",
]
