"""What every part of the agent runs on: owned threads, the way to the loop, back-off, systemd."""

from .backoff import Backoff
from .loop_bridge import LoopBridge
from .service_notifier import ServiceNotifier
from .thread_worker import ThreadWorker

__all__ = ["Backoff", "LoopBridge", "ServiceNotifier", "ThreadWorker"]
