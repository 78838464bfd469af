"""The dashboard that is shown after login: live picture, motion, last picture, history."""

from typing import Any

from .home_assistant_api import HomeAssistantApi
from .integration import CameraEntities

URL_PATH = "pi-motion-camera"
TITLE = "Pi Motion Camera"


async def install_dashboard(api: HomeAssistantApi, entities: CameraEntities) -> None:
    """Make the dashboard, and make it the one that everybody sees first."""
    await api.socket.command(
        "lovelace/dashboards/create",
        url_path=URL_PATH,
        title=TITLE,
        icon="mdi:cctv",
        mode="storage",
        show_in_sidebar=True,
        require_admin=False,
    )
    await api.socket.command(
        "lovelace/config/save", url_path=URL_PATH, config=dashboard_of(entities)
    )
    await api.socket.command(
        "frontend/set_system_data", key="core", value={"default_panel": URL_PATH}
    )


def dashboard_of(entities: CameraEntities) -> dict[str, Any]:
    """The dashboard's configuration."""
    view = {
        "title": TITLE,
        "path": "camera",
        "type": "sections",
        "max_columns": 3,
        "sections": [_live(entities), _now(entities)],
    }
    return {"title": TITLE, "views": [view]}


def _live(entities: CameraEntities) -> dict[str, Any]:
    live = {
        "type": "picture-entity",
        "entity": entities.camera,
        "camera_view": "live",
        "show_name": False,
        "show_state": False,
        "grid_options": {"columns": "full"},
    }
    graph = {
        "type": "history-graph",
        "hours_to_show": 0.25,
        "entities": [{"entity": entities.motion, "name": "Motion"}],
        "grid_options": {"columns": "full"},
    }
    return {
        "type": "grid",
        "column_span": 2,
        "cards": [_heading("Live", "mdi:cctv"), live, _heading("History", "mdi:history"), graph],
    }


def _now(entities: CameraEntities) -> dict[str, Any]:
    picture = {
        "type": "picture-entity",
        "entity": entities.last_motion,
        "show_name": False,
        "show_state": False,
        "grid_options": {"columns": "full"},
    }
    logbook = {
        "type": "logbook",
        "hours_to_show": 1,
        "target": {"entity_id": [entities.motion]},
        "grid_options": {"columns": "full", "rows": 4},
    }
    return {
        "type": "grid",
        "cards": [
            _heading("Now", "mdi:motion-sensor"),
            {"type": "tile", "entity": entities.motion, "name": "Motion", "color": "amber"},
            {"type": "tile", "entity": entities.motion_detection, "name": "Detection"},
            {
                "type": "tile",
                "entity": entities.event,
                "name": "Last event",
                "state_content": ["event_type", "state"],
                "grid_options": {"columns": "full"},
            },
            _heading("Last motion", "mdi:image-outline"),
            picture,
            logbook,
        ],
    }


def _heading(text: str, icon: str) -> dict[str, Any]:
    return {"type": "heading", "heading": text, "icon": icon}
