"""A home to show: an agent, and a Home Assistant that its owner has just moved into."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .agent import Agent
from .home_assistant import HomeAssistant
from .home_assistant_api import HomeAssistantApi
from .integration import DOMAIN, INTEGRATION
from .waiting import unless

USER = "demo"
PASSWORD = "demo"  # noqa: S105  (for everybody on this machine to know)
_NOT_TESTED = "which has not been tested by Home Assistant"  # said of every custom integration


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoHome:
    """Both programs, running, and the owner's access; the integration is not added yet."""

    agent: Agent
    home_assistant: HomeAssistant
    api: HomeAssistantApi

    async def while_running[T](self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`; StageError as soon as one of the programs has ended by itself."""
        return await unless(work, self.agent.program.run(), self.home_assistant.run())

    def complaints(self) -> list[str]:
        """What both logs hold of warnings and errors that concern us."""
        records = self.home_assistant.complaints(about=DOMAIN)
        return self.agent.complaints() + [r for r in records if _NOT_TESTED not in r]


@asynccontextmanager
async def demo_home(
    directory: Path,
    *,
    source: Path | None = None,
    agent_port: int = 0,
    home_assistant_port: int = 0,
) -> AsyncIterator[DemoHome]:
    """Both programs with all they keep below `directory`, ended when the block is left.

    A port that is taken is replaced by a free one.
    """
    agent = Agent(directory / "agent", source=source, port=agent_port)
    home_assistant = HomeAssistant(
        directory / "home_assistant", integration=INTEGRATION, port=home_assistant_port
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(home_assistant.stop)
        await home_assistant.start()
        await home_assistant.until_answering()
        api = await stack.enter_async_context(
            HomeAssistantApi.of_new_owner(home_assistant.url, user=USER, password=PASSWORD)
        )
        await unless(api.until_running(), home_assistant.run())
        await api.socket.command("config/core/update", country="ES")  # else a repair asks for it
        # The agent comes last: its scene begins with it, and the first visitor is to be seen.
        stack.push_async_callback(agent.stop)
        await agent.start()
        await agent.until_answering()
        yield DemoHome(agent=agent, home_assistant=home_assistant, api=api)
