"""The load client, a program of its own: `python -m benchmarks.stream.load JSON`.

Prints a line once everyone sees the stream, and at the end the measurement as JSON.
"""

import json
import resource
import select
import sys
import time
from dataclasses import asdict, dataclass, field

from .process_figures import cpu_seconds, machine_cpu_seconds, queued_bytes, resident_bytes
from .servers.serving import end_with_caller
from .viewers import PlainViewer, SlowViewer, Target, TlsViewer

_ARRIVE_TOGETHER = 50  # the agent bounds the connections of one address without a token yet
_FIRST_PICTURE_SECONDS = 30.0
_SETTLE_SECONDS = 0.5
_SIP_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many viewers for how long, and the process that serves them."""

    target: Target
    pid: int
    viewers: int
    slow_viewers: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What was measured; the frames and ages are those of the viewers that are not slow."""

    viewers: int
    slow_viewers: int
    seconds: float
    frames: int
    least_frames: int  # of the viewer that got fewest
    server_cpu_seconds: float
    client_cpu_seconds: float
    machine_cpu_seconds: float
    resident_bytes: int
    queued_bytes: int
    age_p50: float  # seconds
    age_p99: float

    @property
    def fps(self) -> float:
        """Frames a second for each viewer."""
        return self.frames / self.viewers / self.seconds

    @property
    def least_fps(self) -> float:
        """Frames a second for the viewer that got fewest."""
        return self.least_frames / self.seconds

    @property
    def disturbance(self) -> float:
        """CPU of others than server and client, in cores."""
        ours = self.server_cpu_seconds + self.client_cpu_seconds
        return max(0.0, self.machine_cpu_seconds - ours) / self.seconds

    @property
    def cpu_microseconds_per_frame(self) -> float:
        """Server CPU for each frame delivered."""
        return self.server_cpu_seconds / max(1, self.frames) * 1e6


@dataclass(slots=True)
class _Tally:
    """The ages of one viewer's parts, seconds."""

    ages: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Clocks:
    """Seconds of real time, and of CPU time of the server, of this client and of everything."""

    real: float
    server: float
    client: float
    machine: float

    @classmethod
    def now(cls, pid: int) -> "_Clocks":
        return cls(time.monotonic(), cpu_seconds(pid), time.process_time(), machine_cpu_seconds())

    def since(self, then: "_Clocks") -> "_Clocks":
        return _Clocks(
            self.real - then.real,
            self.server - then.server,
            self.client - then.client,
            self.machine - then.machine,
        )


class LoadClient:
    """Plays all viewers in one thread."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._poll = select.epoll()
        self._readers: dict[int, PlainViewer | TlsViewer] = {}
        self._tallies: list[_Tally] = []
        self._slow = [
            SlowViewer(load.target, reads=bool(number % 2)) for number in range(load.slow_viewers)
        ]
        self._next_sip = 0.0

    def run(self) -> Measurement:
        """Connect everyone, let the server settle, measure."""
        for first in range(0, self._load.viewers, _ARRIVE_TOGETHER):
            for _ in range(min(_ARRIVE_TOGETHER, self._load.viewers - first)):
                self._add_viewer()
            self._play(_FIRST_PICTURE_SECONDS, until_all_see=True)
        sys.stdout.write("everyone sees the stream\n")
        sys.stdout.flush()
        self._play(_SETTLE_SECONDS)
        for tally in self._tallies:
            tally.ages.clear()
        return self._measured()

    def _add_viewer(self) -> None:
        tally = _Tally()
        kind = TlsViewer if self._load.target.tls else PlainViewer
        viewer = kind(self._load.target, tally.ages.append)
        self._tallies.append(tally)
        self._readers[viewer.connection.fileno()] = viewer
        self._poll.register(viewer.connection, select.EPOLLIN)

    def _measured(self) -> Measurement:
        load = self._load
        began = _Clocks.now(load.pid)
        self._play(load.seconds)
        spent = _Clocks.now(load.pid).since(began)
        ages = sorted(age for tally in self._tallies for age in tally.ages)
        if not ages:
            raise RuntimeError("no viewer got a picture")
        return Measurement(
            viewers=load.viewers,
            slow_viewers=load.slow_viewers,
            seconds=spent.real,
            frames=len(ages),
            least_frames=min(len(tally.ages) for tally in self._tallies),
            server_cpu_seconds=spent.server,
            client_cpu_seconds=spent.client,
            machine_cpu_seconds=spent.machine,
            resident_bytes=resident_bytes(load.pid),
            queued_bytes=queued_bytes(load.target.port),
            age_p50=ages[len(ages) // 2],
            age_p99=ages[int(len(ages) * 0.99)],
        )

    def _play(self, seconds: float, *, until_all_see: bool = False) -> None:
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            if until_all_see and all(tally.ages for tally in self._tallies):
                return
            for number, _ in self._poll.poll(min(_SIP_SECONDS, end - now)):
                self._readers[number].read()
            self._sip(now)
        if until_all_see:
            raise RuntimeError(f"a viewer saw nothing within {seconds:g} seconds")

    def _sip(self, now: float) -> None:
        if self._slow and now >= self._next_sip:
            self._next_sip = now + _SIP_SECONDS
            for viewer in self._slow:
                viewer.sip()


def allow_many_connections() -> None:
    """As many open files as this process may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> None:
    """Read the load from the argument, print the measurement."""
    fields = json.loads(sys.argv[1])
    load = Load(**{**fields, "target": Target(**fields["target"])})
    allow_many_connections()
    end_with_caller()
    sys.stdout.write(json.dumps(asdict(LoadClient(load).run())) + "\n")


if __name__ == "__main__":
    main()
