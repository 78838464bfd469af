"""What entities and devices are called in Home Assistant's registries, for good."""

from .const import DOMAIN


def agent_unique_id(agent_id: str, key: str) -> str:
    """The unique id of an entity of the agent itself."""
    return f"{agent_id}_{key}"


def camera_unique_id(agent_id: str, camera_id: str, key: str | None = None) -> str:
    """The unique id of an entity of a camera; without a key, of the camera entity."""
    return "_".join(part for part in (agent_id, camera_id, key) if part is not None)


def agent_identifier(agent_id: str) -> tuple[str, str]:
    """The device identifier of the agent."""
    return (DOMAIN, agent_id)


def camera_identifier(agent_id: str, camera_id: str) -> tuple[str, str]:
    """The device identifier of a camera below its agent."""
    return (DOMAIN, f"{agent_id}_{camera_id}")
