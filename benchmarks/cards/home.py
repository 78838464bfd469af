"""A real Home Assistant with two cameras on one stream: ours, and its own MJPEG camera."""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.latency.agent import CAMERA
from benchmarks.latency.agent_process import RunningAgent
from benchmarks.stream.viewers import Target
from scripts.stage import INTEGRATION, HomeAssistant, HomeAssistantApi, StageError, add_integration
from scripts.stage.home_assistant_config import write_configuration

_PROBE = Path(__file__).parent / "memory_probe"
OURS, CORE = "Pi Motion Camera", "Home Assistant's mjpeg"
_FLOWS = "/api/config/config_entries/flow"
_STREAM = f"/api/v1/cameras/{CAMERA}/stream.mjpg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A camera as a dashboard shows it, and the integration behind it."""

    name: str
    entry_id: str
    entity_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What Home Assistant holds: resident bytes after its garbage is gone, and Python objects."""

    resident_bytes: int
    objects: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The running Home Assistant, and its cameras by the name of their integration."""

    program: HomeAssistant
    api: HomeAssistantApi
    cards: tuple[Card, ...]

    @property
    def pid(self) -> int:
        """The process of Home Assistant."""
        return self.program.program.pid

    @property
    def ours(self) -> Card:
        """The card of our camera."""
        return next(card for card in self.cards if card.name == OURS)

    async def target(self, card: Card) -> Target:
        """Where a card gets its live pictures, as Home Assistant's frontend asks for them."""
        token = (await self.api.state(card.entity_id)).attributes["access_token"]
        path = f"/api/camera_proxy_stream/{card.entity_id}?token={token}"
        return Target(port=self.program.port, path=path)

    async def memory(self) -> Memory:
        """What of Home Assistant's memory is in use."""
        answer = await self.api.socket.command(
            "call_service", domain=_PROBE.name, service="read", return_response=True
        )
        return Memory(**answer["response"])

    async def enable(self, cards: Collection[Card]) -> None:
        """Switch on the integrations of these cards, and all others off."""
        for card in self.cards:
            await self.api.socket.command(
                "config_entries/disable",
                entry_id=card.entry_id,
                disabled_by=None if card in cards else "user",
            )


@asynccontextmanager
async def running_home(directory: Path, agent: RunningAgent, port: int) -> AsyncIterator[Home]:
    """Home Assistant while the block runs; it reaches the agent at `port`."""
    async with AsyncExitStack() as stack:
        program = HomeAssistant(directory, integration=INTEGRATION)
        write_configuration(directory, port=program.port, integration=INTEGRATION)
        _add_probe(directory)
        stack.push_async_callback(program.stop)
        await program.start()
        await program.until_answering()
        api = await stack.enter_async_context(
            HomeAssistantApi.of_new_owner(program.url, user="bench", password="bench")  # noqa: S106
        )
        await api.until_running()
        ours = await add_integration(api, address=f"127.0.0.1:{port}", code=agent.pairing_code)
        core = await _add_core_camera(api, port, agent.token)
        cards = [await _card(api, OURS, ours), await _card(api, CORE, core)]
        yield Home(program=program, api=api, cards=tuple(cards))


def _add_probe(directory: Path) -> None:
    (directory / "custom_components" / _PROBE.name).symlink_to(_PROBE, target_is_directory=True)
    with (directory / "configuration.yaml").open("a", encoding="utf-8") as file:
        file.write(f"{_PROBE.name}:\n")


async def _add_core_camera(api: HomeAssistantApi, port: int, token: str) -> str:
    """Add the stream to Home Assistant's own integration by its form; the config entry's id."""
    flow = await api.post(_FLOWS, {"handler": "mjpeg"})
    form = {
        "name": "Core",
        "mjpeg_url": f"https://127.0.0.1:{port}{_STREAM}",
        "username": "bench",
        "password": token,
        "verify_ssl": False,
    }
    flow = await api.post(f"{_FLOWS}/{flow['flow_id']}", form)
    if flow["type"] != "create_entry":
        raise StageError(f"mjpeg was not added: {flow}")
    return str(flow["result"]["entry_id"])


async def _card(api: HomeAssistantApi, name: str, entry_id: str) -> Card:
    registry = await api.socket.command("config/entity_registry/list")
    entity_id = next(
        str(entity["entity_id"])
        for entity in registry
        if entity["config_entry_id"] == entry_id and entity["entity_id"].startswith("camera.")
    )
    return Card(name=name, entry_id=entry_id, entity_id=entity_id)
