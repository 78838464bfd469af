"""What every part of the agent runs on: threads with an owner, the way to the loop, back-off."""

from .backoff import Backoff
from .loop_bridge import LoopBridge
from .thread_worker import ThreadWorker

__all__ = ["Backoff", "LoopBridge", "ThreadWorker"]
