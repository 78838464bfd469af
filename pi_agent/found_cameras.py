"""The cameras of this machine, for who has configured none."""

from pi_agent.capture import Discovery
from pi_agent.configuration import CameraConfiguration


def as_configured(discovery: Discovery) -> tuple[CameraConfiguration, ...]:
    """What was found as if it stood in the configuration; ids are the same at every start."""
    cameras: dict[str, CameraConfiguration] = {}
    for found in discovery.cameras:
        camera_id, name = found.id, found.name
        number = 2
        while camera_id in cameras:  # two of the same model
            camera_id, name = f"{found.id}_{number}", f"{found.name} {number}"
            number += 1
        cameras[camera_id] = CameraConfiguration(id=camera_id, name=name, source=found.source)
    return tuple(cameras.values())
