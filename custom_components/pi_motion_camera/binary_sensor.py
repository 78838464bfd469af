"""Motion of each camera and of each of its zones; what may be wrong with camera, Pi and network."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent_client.protocol import CameraStatus, SystemMessage
from .coordinator import AgentCoordinator
from .entity import AgentCameraEntity, AgentEntity, async_follow_entities
from .entity_ids import agent_unique_id, camera_unique_id
from .runtime import AgentConfigEntry
from .state import AgentState, CameraData

PARALLEL_UPDATES = 0

_MOTION = "motion"
_CONNECTIVITY = "connectivity"


@dataclass(frozen=True, kw_only=True)
class AgentProblemDescription(BinarySensorEntityDescription):
    """Something that may be wrong with the Pi; None from `value_fn` where it is not known."""

    device_class: BinarySensorDeviceClass | None = BinarySensorDeviceClass.PROBLEM
    entity_category: EntityCategory | None = EntityCategory.DIAGNOSTIC
    value_fn: Callable[[SystemMessage], bool | None]


AGENT_PROBLEMS: tuple[AgentProblemDescription, ...] = (
    AgentProblemDescription(
        key="recording_problem",
        translation_key="recording_problem",
        value_fn=lambda system: system.recording_problem is not None,
    ),
    AgentProblemDescription(
        key="throttled",
        translation_key="throttled",
        value_fn=lambda system: system.throttled,
    ),
)


@dataclass(frozen=True, kw_only=True)
class LensDescription(BinarySensorEntityDescription):
    """Something that may be wrong with what a camera shows; `key` is the capability that it needs.

    None from `value_fn` while it is not known.
    """

    entity_category: EntityCategory | None = EntityCategory.DIAGNOSTIC
    value_fn: Callable[[CameraStatus], bool | None]


LENS: tuple[LensDescription, ...] = (
    LensDescription(
        key="covered",
        translation_key="covered",
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=lambda status: status.covered,
    ),
    LensDescription(
        key="moved",
        translation_key="moved",
        device_class=BinarySensorDeviceClass.TAMPER,
        value_fn=lambda status: status.moved,
    ),
)


LABELS: tuple[BinarySensorEntityDescription, ...] = tuple(
    BinarySensorEntityDescription(
        key=label,
        translation_key=label,
        device_class=BinarySensorDeviceClass.OCCUPANCY,
        entity_registry_enabled_default=label == "person",
    )
    # What a camera is usually for; more is looked for only where somebody asked for it.
    for label in (
        "person",
        "bicycle",
        "car",
        "motorcycle",
        "bus",
        "truck",
        "bird",
        "cat",
        "dog",
        "face",
    )
)
_USUAL_LABELS = {description.key: description for description in LABELS}
OTHER_LABEL = BinarySensorEntityDescription(
    key="label", translation_key="label", device_class=BinarySensorDeviceClass.OCCUPANCY
)


def _zone_key(zone: str) -> str:
    return f"{_MOTION}_zone_{zone}"


def _label_key(label: str) -> str:
    return f"label_{label}"


def _labels(camera: CameraData) -> frozenset[str]:
    """The objects that events of the camera are searched for."""
    known = frozenset(camera.status.labels)
    return known & (frozenset(camera.settings.labels) or _USUAL_LABELS.keys()) or known


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AgentConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of every camera and zone, as they come and go."""
    coordinator = entry.runtime_data.coordinator
    told: set[str] = set()  # a value that is missing once is no reason to forget its entity

    def describe(state: AgentState) -> dict[str, Callable[[], Entity]]:
        entities: dict[str, Callable[[], Entity]] = {
            agent_unique_id(state.agent_id, _CONNECTIVITY): partial(AgentConnectivity, coordinator)
        }
        system = state.system
        told.update(p.key for p in AGENT_PROBLEMS if not system or p.value_fn(system) is not None)
        for problem in AGENT_PROBLEMS:
            if problem.key in told:
                unique_id = agent_unique_id(state.agent_id, problem.key)
                entities[unique_id] = partial(AgentProblem, coordinator, problem)
        for camera in state.cameras.values():
            unique_id_of = partial(camera_unique_id, state.agent_id, camera.id)
            entities[unique_id_of(_MOTION)] = partial(MotionSensor, coordinator, camera.id)
            for lens in LENS:
                if lens.key in camera.capabilities:
                    make_lens = partial(LensSensor, coordinator, camera.id, lens)
                    entities[unique_id_of(lens.key)] = make_lens
            for zone in camera.settings.zones:
                make = partial(ZoneMotionSensor, coordinator, camera.id, zone.name)
                entities[unique_id_of(_zone_key(zone.name))] = make
            for label in _labels(camera):
                make_label = partial(LabelSensor, coordinator, camera.id, label)
                entities[unique_id_of(_label_key(label))] = make_label
        return entities

    async_follow_entities(entry, Platform.BINARY_SENSOR, async_add_entities, describe)


class MotionSensor(AgentCameraEntity, BinarySensorEntity):
    """On while a camera sees motion; the agent decides when it is over."""

    _attr_device_class = BinarySensorDeviceClass.MOTION
    needs_pictures = True

    def __init__(self, coordinator: AgentCoordinator, camera_id: str) -> None:
        """One for each camera."""
        super().__init__(coordinator, camera_id, _MOTION)

    @property
    @override
    def is_on(self) -> bool:
        return self.camera.is_moving


class ZoneMotionSensor(AgentCameraEntity, BinarySensorEntity):
    """On while a camera sees motion in one zone."""

    _attr_device_class = BinarySensorDeviceClass.MOTION
    _attr_translation_key = "zone_motion"
    needs_pictures = True

    def __init__(self, coordinator: AgentCoordinator, camera_id: str, zone: str) -> None:
        """One for each zone; another name makes it another zone."""
        super().__init__(coordinator, camera_id, _zone_key(zone))
        self._attr_translation_placeholders = {"zone": zone}
        self._zone = zone

    @property
    @override
    def is_on(self) -> bool:
        return self.camera.is_moving_in(self._zone)


class LabelSensor(AgentCameraEntity, BinarySensorEntity):
    """On while an event goes on in which such an object was seen."""

    needs_pictures = True

    def __init__(self, coordinator: AgentCoordinator, camera_id: str, label: str) -> None:
        """One for each kind of object."""
        super().__init__(coordinator, camera_id, _label_key(label))
        self.entity_description = _USUAL_LABELS.get(label, OTHER_LABEL)
        if label not in _USUAL_LABELS:
            self._attr_translation_placeholders = {"label": label}
        self._label = label

    @property
    @override
    def is_on(self) -> bool:
        return self.camera.is_seeing(self._label)


class LensSensor(AgentCameraEntity, BinarySensorEntity):
    """Whether a camera shows nothing at all, or not what it should."""

    entity_description: LensDescription
    needs_pictures = True

    def __init__(
        self, coordinator: AgentCoordinator, camera_id: str, description: LensDescription
    ) -> None:
        """One for each description that the agent looks for."""
        super().__init__(coordinator, camera_id, description.key)
        self.entity_description = description

    @property
    @override
    def is_on(self) -> bool | None:
        return self.entity_description.value_fn(self.camera.status)


class AgentProblem(AgentEntity, BinarySensorEntity):
    """Whether something is wrong with the Pi."""

    entity_description: AgentProblemDescription

    def __init__(self, coordinator: AgentCoordinator, description: AgentProblemDescription) -> None:
        """One for each description."""
        super().__init__(coordinator, description.key)
        self.entity_description = description

    @property
    @override
    def is_on(self) -> bool | None:
        system = self.coordinator.data.system
        return None if system is None else self.entity_description.value_fn(system)


class AgentConnectivity(AgentEntity, BinarySensorEntity):
    """Whether the agent can be reached; the one entity that says so while it cannot."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, coordinator: AgentCoordinator) -> None:
        """One for each agent."""
        super().__init__(coordinator, _CONNECTIVITY)

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.last_update_success
