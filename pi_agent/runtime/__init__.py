"""What the agent runs on: threads and tasks, the way to the loop, followers of events, its heap."""

from .backoff import Backoff
from .event_follower import EventFollower, EventSource, Progress
from .loop_bridge import LoopBridge
from .loop_task import LoopTask
from .service_notifier import ServiceNotifier
from .settled_heap import settled_heap
from .thread_worker import ThreadWorker

__all__ = [
    "Backoff",
    "EventFollower",
    "EventSource",
    "LoopBridge",
    "LoopTask",
    "Progress",
    "ServiceNotifier",
    "ThreadWorker",
    "settled_heap",
]
