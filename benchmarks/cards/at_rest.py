"""Home Assistant while nobody watches and nothing happens: its CPU, and the states it writes."""

import asyncio
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.stream.process_figures import cpu_seconds

from .home import Home

NEITHER = "neither"
_SETTLE_SECONDS = 6.0  # until an integration that was switched on is through with it
# Home Assistant gives cameras and images a new token every five minutes, whosever they are.
_TOKENS = frozenset({"access_token", "entity_picture"})


@dataclass(slots=True)
class Changes:
    """How often which entity of an integration changed; new tokens are counted apart."""

    by_entity: Counter[str] = field(default_factory=Counter)
    tokens: int = 0

    def note(self, change: Mapping[str, Any]) -> None:
        """Count a change, as Home Assistant's event tells it."""
        if is_new_token(change["old_state"], change["new_state"]):
            self.tokens += 1
        else:
            self.by_entity[change["entity_id"]] += 1


def is_new_token(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> bool:
    """Whether nothing changed but the token by which pictures are fetched."""
    if old is None or new is None or old["state"] != new["state"]:
        return False
    before, after = old["attributes"], new["attributes"]
    names = {n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}
    return bool(names) and names <= _TOKENS


async def cpu_at_rest(home: Home, *, seconds: float, rounds: int) -> dict[str, float]:
    """The share of a core with neither integration and with each, the middle of all rounds."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for card in (None, *home.cards):
            await home.enable(() if card is None else (card,))
            await asyncio.sleep(_SETTLE_SECONDS)
            name = NEITHER if card is None else card.name
            found[name].append(await _share_of_core(home.pid, seconds))
    await home.enable(home.cards)
    await asyncio.sleep(_SETTLE_SECONDS)
    return {name: statistics.median(shares) for name, shares in found.items()}


async def _share_of_core(pid: int, seconds: float) -> float:
    spent, began = cpu_seconds(pid), time.monotonic()
    await asyncio.sleep(seconds)
    return (cpu_seconds(pid) - spent) / (time.monotonic() - began)


async def state_changes(home: Home, *, minutes: float) -> dict[str, Changes]:
    """What changes of each integration's entities within so many minutes."""
    registry = await home.api.socket.command("config/entity_registry/list")
    entry_of = {entity["entity_id"]: entity["config_entry_id"] for entity in registry}
    changes = {card.entry_id: Changes() for card in home.cards}

    def take(event: Mapping[str, Any]) -> None:
        entry_id = entry_of.get(event["data"]["entity_id"])
        if entry_id in changes:
            changes[entry_id].note(event["data"])

    subscribed = home.api.socket.subscribed("subscribe_events", take, event_type="state_changed")
    async with subscribed:
        await asyncio.sleep(minutes * 60)
    return {card.name: changes[card.entry_id] for card in home.cards}
