"""How many connections may be open: in all, and by strangers, together and from one address."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Most connections at a time.

    A stranger is a connection on which no valid token was shown yet; under TLS each costs up to
    0.3 MB. `refused` counts those that are being told that there is no room.
    """

    connections: int = 400  # 250 viewers and others; a service may open 1024 files
    strangers: int = 128
    strangers_of_one_address: int = 96  # one address alone never shuts out the others
    refused: int = 16


class Visit:
    """One connection from its first to its last moment."""

    def __init__(self, *, refused: bool, leave_strangers: Callable[[], None]) -> None:
        self.refused = refused
        self.on_trusted: Callable[[], None] = lambda: None
        self._leave_strangers: Callable[[], None] | None = leave_strangers

    def trust(self) -> None:
        """The client has shown a valid token; calls `on_trusted` the first time."""
        if self.leave_strangers():
            self.on_trusted()

    def leave_strangers(self) -> bool:
        """Count it among the strangers no more; False where it was not any longer."""
        leave, self._leave_strangers = self._leave_strangers, None
        if leave is not None:
            leave()
        return leave is not None


class ConnectionGate:
    """Counts connections and decides about new ones. Lives on the event loop."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._served = self._refused = 0
        self._strangers: Counter[str] = Counter()  # by address

    def admit(self, address: str) -> Visit | None:
        """Count a new connection until `leave`; None where there is no room even to refuse it."""
        if self._has_room_for(address):
            self._served += 1
            self._strangers[address] += 1
            return Visit(refused=False, leave_strangers=lambda: self._leave_strangers(address))
        if self._refused < self._limits.refused:
            self._refused += 1
            return Visit(refused=True, leave_strangers=lambda: None)
        return None

    def is_crowded_by(self, address: str) -> bool:
        """Whether the strangers from there take more than half of their room."""
        return self._strangers[address] > self._limits.strangers_of_one_address // 2

    def leave(self, visit: Visit) -> None:
        """The connection is gone; called once for each that was admitted."""
        visit.leave_strangers()
        if visit.refused:
            self._refused -= 1
        else:
            self._served -= 1

    def _has_room_for(self, address: str) -> bool:
        limits = self._limits
        return (
            self._served < limits.connections
            and self._strangers.total() < limits.strangers
            and self._strangers[address] < limits.strangers_of_one_address
        )

    def _leave_strangers(self, address: str) -> None:
        self._strangers[address] -= 1
        if not self._strangers[address]:
            del self._strangers[address]  # addresses come and go; the table must not grow
