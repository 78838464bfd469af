"""What the agent's parts run on: owned threads, the way to the loop, back-off, its heap."""

from .backoff import Backoff
from .event_follower import EventFollower, EventSource, Progress
from .loop_bridge import LoopBridge
from .service_notifier import ServiceNotifier
from .settled_heap import settled_heap
from .thread_worker import ThreadWorker

__all__ = [
    "Backoff",
    "EventFollower",
    "EventSource",
    "LoopBridge",
    "Progress",
    "ServiceNotifier",
    "ThreadWorker",
    "settled_heap",
]
