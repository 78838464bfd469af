"""What the handlers work with, handed to them by the application."""

from dataclasses import dataclass

from aiohttp import web

from pi_agent.copies import EventCopier
from pi_agent.events import EventFeed
from pi_agent.mqtt import MqttPublisher
from pi_agent.pipeline import CameraSet, Recording
from pi_agent.storage import AccessStore
from pi_agent.webhook import WebhookPoster

from .access_guard import AccessGuard
from .machine_controls import MachineControls
from .system_state import SystemState


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who this agent is: `boot_id` changes with every start."""

    agent_id: str
    boot_id: str
    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerParts:
    """Everything that a handler may use; no certificate means plain HTTP."""

    identity: Identity
    cameras: CameraSet
    feed: EventFeed
    recording: Recording
    access: AccessStore
    guard: AccessGuard
    system: SystemState
    controls: MachineControls
    copier: EventCopier | None = None
    mqtt: MqttPublisher | None = None
    webhook: WebhookPoster | None = None
    certificate_sha256: bytes | None = None
    problems: tuple[str, ...] = ()


PARTS = web.AppKey("parts", ServerParts)
