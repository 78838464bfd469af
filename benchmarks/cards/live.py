"""Live cards: so many viewers of one camera, as Home Assistant's frontend opens them."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from benchmarks.home_assistant.watching import Watched, watch

from .home import OURS, Home

# As `LINGER_SECONDS` of the integration's shared stream: it outlives its last viewer by that.
_LINGER_SECONDS = 8.0
Live = dict[tuple[int, str], Watched]


async def live_cards(home: Home, numbers: Sequence[int], *, seconds: float, rounds: int) -> Live:
    """Of each case the middle round; the two take turns, so that both meet the same machine."""
    found: defaultdict[tuple[int, str], list[Watched]] = defaultdict(list)
    for viewers in numbers:
        for _ in range(rounds):
            for card in home.cards:
                target = await home.target(card)
                seen = await asyncio.to_thread(
                    watch, target, home.pid, viewers=viewers, seconds=seconds
                )
                found[viewers, card.name].append(seen)
                if card.name == OURS:  # its stream must not be at the others' cost
                    await asyncio.sleep(_LINGER_SECONDS + 1)
    return {case: _middle(seen) for case, seen in found.items()}


def _middle(rounds: Sequence[Watched]) -> Watched:
    return sorted(rounds, key=lambda seen: seen.cpu_microseconds_per_frame)[len(rounds) // 2]
