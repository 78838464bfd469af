"""Our integration in a running Home Assistant: how it is added, and what it brings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import StageError
from .home_assistant_api import HomeAssistantApi
from .waiting import eventually

CHECKOUT = Path(__file__).resolve().parents[2]
DOMAIN = "pi_motion_camera"
INTEGRATION = CHECKOUT / "custom_components" / DOMAIN
_FLOWS = "/api/config/config_entries/flow"


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraEntities:
    """The entity ids of one camera."""

    camera: str
    motion: str
    last_motion: str
    event: str
    motion_detection: str


async def add_integration(api: HomeAssistantApi, *, address: str, code: str) -> str:
    """Add the agent at `address` as the UI would; returns the config entry's id."""
    flow = await api.post(_FLOWS, {"handler": DOMAIN, "show_advanced_options": False})
    flow = await api.post(f"{_FLOWS}/{flow['flow_id']}", {"host": address})
    _require_no_error(flow)
    flow = await api.post(f"{_FLOWS}/{flow['flow_id']}", {"code": code})
    _require_no_error(flow)
    if flow["type"] != "create_entry":
        raise StageError(f"the agent was not added: {flow.get('reason', flow['type'])}")
    return str(flow["result"]["entry_id"])


def _require_no_error(flow: Mapping[str, Any]) -> None:
    if flow.get("errors"):
        raise StageError(f"the agent was not added, at step {flow['step_id']}: {flow['errors']}")


async def find_entities(api: HomeAssistantApi, *, within_seconds: float = 20.0) -> CameraEntities:
    """The entities of the agent's only camera, once they are all there."""

    async def look() -> CameraEntities | None:
        registry = await api.socket.command("config/entity_registry/list")
        ours = [entity for entity in registry if entity["platform"] == DOMAIN]
        try:
            return CameraEntities(
                camera=_entity(ours, "camera.", ""),
                motion=_entity(ours, "binary_sensor.", "_motion"),
                last_motion=_entity(ours, "image.", "_last_motion"),
                event=_entity(ours, "event.", "_motion_event"),
                motion_detection=_entity(ours, "switch.", "_motion_detection"),
            )
        except StopIteration:
            return None

    return await eventually("The camera's entities", look, within_seconds=within_seconds)


def _entity(entities: Iterable[Mapping[str, Any]], domain: str, key: str) -> str:
    return next(
        str(entity["entity_id"])
        for entity in entities
        if entity["entity_id"].startswith(domain) and entity["unique_id"].endswith(key)
    )
