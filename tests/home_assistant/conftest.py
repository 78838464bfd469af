"""A real Home Assistant core and a real agent beside it, on 127.0.0.1, paired with one another."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

# Imported here, so that Home Assistant's test kit finds ours and not its own custom_components.
from custom_components.pi_motion_camera import listener, shared_stream
from custom_components.pi_motion_camera.agent_client import AgentClient
from custom_components.pi_motion_camera.const import CONF_CERTIFICATE_SHA256, DOMAIN
from custom_components.pi_motion_camera.views import event_clip_path
from pi_agent.server import http_server
from tests.scripted_source import ScriptedSource

from .agent_thread import AgentThread
from .impostor import Impostor
from .waiting import until

if TYPE_CHECKING:
    from .receivers import DiscordApi, MailServer, TelegramApi

# Warnings about Home Assistant's own code, which no test of ours can mend.
_HOME_ASSISTANTS_WARNINGS = ("ignore::aiohttp.web_exceptions.NotAppKeyWarning",)

type SetUp = Callable[[MockConfigEntry], Awaitable[None]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let Home Assistant's own warnings pass in the tests of this folder; ours still fail."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            for warning in _HOME_ASSISTANTS_WARNINGS:
                item.add_marker(pytest.mark.filterwarnings(warning))


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for real pauses; the shapes of back-off have tests of their own."""
    monkeypatch.setattr(http_server, "_GRACE_SECONDS", 0.05)
    for module in (listener, shared_stream):
        monkeypatch.setattr(module, "_FIRST_PAUSE_SECONDS", 0.02)
        monkeypatch.setattr(module, "_LONGEST_PAUSE_SECONDS", 0.1)


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Each test has a configuration directory of its own."""
    return hass_tmp_config_dir


@pytest.fixture
def source() -> ScriptedSource:
    """The agent's camera."""
    return ScriptedSource()


@pytest.fixture
async def agent(
    socket_enabled: None, tmp_path: Path, source: ScriptedSource
) -> AsyncIterator[AgentThread]:
    """A running agent named "Porch Pi" with one camera, "porch"."""
    agent = AgentThread(tmp_path / "agent", {"scripted": source})
    await agent.start()
    source.still(0.1)
    yield agent
    await agent.stop()


@pytest.fixture
async def impostor(socket_enabled: None, tmp_path: Path) -> AsyncIterator[Impostor]:
    """A server with a certificate of its own that answers what a test wants."""
    async with Impostor(tmp_path / "impostor") as impostor:
        yield impostor


@pytest.fixture
async def onlooker(agent: AgentThread) -> AsyncIterator[AgentClient]:
    """Another client of the agent, with a token of its own."""
    async with aiohttp.ClientSession() as session:
        yield AgentClient(
            session,
            host="127.0.0.1",
            port=agent.port,
            token=await agent.token("onlooker"),
            certificate_sha256=agent.certificate_sha256,
        )


async def entry_for(agent: AgentThread) -> MockConfigEntry:
    """An entry that is paired with the agent."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=agent.name,
        unique_id=agent.agent_id,
        data={
            CONF_HOST: "127.0.0.1",
            CONF_PORT: agent.port,
            CONF_TOKEN: await agent.token(),
            CONF_CERTIFICATE_SHA256: agent.certificate_sha256,
        },
    )


@pytest.fixture
async def entry(
    agent: AgentThread, hass: HomeAssistant, enable_custom_integrations: None
) -> AsyncIterator[MockConfigEntry]:
    """An entry that is known to Home Assistant and not yet set up."""
    entry = await entry_for(agent)
    entry.add_to_hass(hass)
    yield entry
    if entry.state is ConfigEntryState.LOADED:  # before the agent goes
        await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
def set_up(hass: HomeAssistant) -> SetUp:
    """Sets an entry up and waits for the greeting on its event websocket."""

    async def _set_up(entry: MockConfigEntry) -> None:
        assert await hass.config_entries.async_setup(entry.entry_id)
        await connected(entry)
        await hass.async_block_till_done()

    return _set_up


async def connected(entry: MockConfigEntry) -> None:
    """Wait until the event websocket of a loaded entry is up."""
    coordinator = entry.runtime_data.coordinator
    await until(
        lambda: coordinator.last_update_success and coordinator.data.boot_id is not None,
        what="the event websocket",
    )


@pytest.fixture
async def loaded(entry: MockConfigEntry, set_up: SetUp, source: ScriptedSource) -> MockConfigEntry:
    """An entry that is set up, connected, and whose camera gives pictures."""
    await set_up(entry)
    coordinator = entry.runtime_data.coordinator
    await until(lambda: not coordinator.data.cameras["porch"].is_offline, what="the camera")
    return entry


@pytest.fixture
async def event_id(loaded: MockConfigEntry, source: ScriptedSource) -> str:
    """An event with a picture."""
    source.still(3)
    source.walk(3)
    source.still(8)
    coordinator = loaded.runtime_data.coordinator

    def _pictured() -> bool:
        return coordinator.data.cameras["porch"].pictured_event is not None

    await until(_pictured)
    return str(coordinator.data.cameras["porch"].pictured_event.id)


@pytest.fixture
async def clip_path(loaded: MockConfigEntry, event_id: str) -> str:
    """The URL of its clip, once that is made."""
    coordinator = loaded.runtime_data.coordinator
    await until(lambda: event_id in coordinator.data.cameras["porch"].clipped_event_ids)
    return event_clip_path(loaded.entry_id, event_id)


@pytest.fixture
async def home(hass: HomeAssistant, tmp_path: Path) -> None:
    """Home Assistant as its default configuration makes it, as far as receivers need it."""
    media = tmp_path / "media"
    media.mkdir(exist_ok=True)
    config = {"media_dirs": {"local": str(media)}, "external_url": "https://home.example.org"}
    await async_process_ha_core_config(hass, config)  # it allows the media folder by itself
    for component in ("notify", "media_source"):
        assert await async_setup_component(hass, component, {})


# Imported below, so that only tests of notifications load the libraries of the services.
@pytest.fixture
async def telegram(
    hass: HomeAssistant, home: None, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TelegramApi]:
    """Telegram, known to Home Assistant."""
    from .receivers import TelegramApi

    telegram = TelegramApi()
    await telegram.start(monkeypatch)
    await telegram.set_up(hass)
    yield telegram
    await telegram.close()


@pytest.fixture
async def discord(
    hass: HomeAssistant, home: None, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[DiscordApi]:
    """Discord, known to Home Assistant."""
    from .receivers import DiscordApi

    discord = DiscordApi()
    await discord.start(monkeypatch)
    await discord.set_up(hass)
    yield discord
    await discord.close()


@pytest.fixture
async def mail(
    hass: HomeAssistant, home: None, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[MailServer]:
    """A mail server, known to Home Assistant."""
    from .receivers import MailServer

    mail = MailServer()
    await mail.start(monkeypatch)
    await mail.set_up(hass)
    yield mail
    await mail.close()
