"""Makes the clips of finished reels, one at a time, oldest first, in a niced process each."""

import asyncio
import errno
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pi_agent
from pi_agent.errors import UnavailableError
from pi_agent.protocol import EventState, MotionEvent
from pi_agent.runtime import LoopTask
from pi_agent.runtime.durable_files import FileDigest, disk_problem

from .reel_folder import ReelFolder

_LOGGER = logging.getLogger(__name__)
_LOOK_EVERY_SECONDS, _RETRY_SECONDS = 60.0, 2.0
_LAST_LOOK_SECONDS = 120.0  # an object may be told so late, by a detector that had to start first
_MOST_ATTEMPTS = 3  # for a process that was killed: too little memory, a hanging encoder
_NOT_KEPT = "the agent stopped before the pictures reached the disk"


class ClipJournal(Protocol):
    """What the maker needs of the journal. All but `find` raise UnavailableError."""

    async def find(self, event_id: str) -> MotionEvent | None:
        """The event as it is now."""
        ...

    async def awaiting_clip(self) -> Sequence[MotionEvent]:
        """Events that have ended with neither a clip nor a reason why there is none."""
        ...

    async def record_clip(self, event_id: str, digest: FileDigest) -> MotionEvent | None:
        """The clip is in place; None where the event is gone."""
        ...

    async def record_clip_error(self, event_id: str, reason: str) -> MotionEvent | None:
        """There will be no clip; None where the event is gone."""
        ...


class ClipFiles(Protocol):
    """What the maker needs of the media library. Raises OSError."""

    def place_clip(self, event: MotionEvent, made: Path) -> FileDigest:
        """Move the clip to where it belongs, for good; what it is recognised by."""
        ...

    def remove(self, event: MotionEvent) -> None:
        """Delete the event's files."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    status: int  # as a process has it: below 0 it was killed by that signal
    reason: str


class ClipMaker:
    """Turns the folder's finished reels into clips. Lives on the event loop.

    The folder is the queue, so a busy Pi makes its clips later and a restart goes on. `on_problem`
    is told why the disk takes no clip, None once it does; `on_made` that a clip took its place.
    """

    def __init__(
        self,
        folder: ReelFolder,
        files: ClipFiles,
        journal: ClipJournal,
        *,
        on_problem: Callable[[str | None], None] = lambda _problem: None,
        on_made: Callable[[], None] = lambda: None,
        on_death: Callable[[str, Exception], None] = lambda _name, _error: None,
    ) -> None:
        self._folder = folder
        self._files = files
        self._journal = journal
        self._on_problem = on_problem
        self._on_made = on_made
        self._nudged = asyncio.Event()
        self._lost: dict[str, str] = {}
        self._attempts: dict[str, int] = {}
        self._task = LoopTask("clip-maker", on_death=on_death)
        self.made = 0
        self.waiting = 0

    async def start(self) -> None:
        """Mark the clips that a crash took, then make those whose reels are there."""
        reels = set(await asyncio.to_thread(self._folder.finished))
        for event in await self._journal.awaiting_clip():
            if event.id not in reels:
                self._lost[event.id] = _NOT_KEPT
        self._task.start(self._work())

    async def close(self) -> None:
        """Stop; a clip under way is made anew at the next start. May be called twice."""
        await self._task.close()

    def nudge(self) -> None:
        """Look at the folder soon: a reel was finished, or an event deleted."""
        self._nudged.set()

    def lose(self, event_id: str, reason: str) -> None:
        """There will be no reel of this event."""
        self._lost[event_id] = reason
        self._nudged.set()

    async def _work(self) -> None:
        while True:
            self._nudged.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(await self._look()):
                    await self._nudged.wait()

    async def _look(self) -> float:
        """Make what can be made; how many seconds to wait before the next look."""
        try:
            await self._catch_up()
        except UnavailableError:  # the journal has said why
            return _RETRY_SECONDS
        except OSError as error:
            self._on_problem(disk_problem(error))
            return _RETRY_SECONDS
        except Exception:  # whatever it was, the next clip is tried
            _LOGGER.exception("Clips could not be made")
            return _LOOK_EVERY_SECONDS
        self._on_problem(None)
        return _RETRY_SECONDS if self.waiting else _LOOK_EVERY_SECONDS

    async def _catch_up(self) -> None:
        for event_id, reason in tuple(self._lost.items()):
            await self._journal.record_clip_error(event_id, reason)
            del self._lost[event_id]
        reels = await asyncio.to_thread(self._folder.finished)
        self.waiting = len(reels)
        for event_id in reels:
            await self._make(event_id)

    async def _make(self, event_id: str) -> None:
        event = await self._journal.find(event_id)
        if event is None and await self._may_be_told_yet(event_id):
            return
        if event is None or event.clip is not None or event.clip_error is not None:
            await self._drop(event_id)
        elif event.state is EventState.ENDED:
            outcome = await self._encode(event_id)
            if await self._journal.find(event_id) is None:  # deleted meanwhile, and its reel too
                await self._drop(event_id)
            else:
                await self._settle(event, outcome)

    async def _may_be_told_yet(self, event_id: str) -> bool:
        """Whether an event that nobody knows may be one that waits for an object to be seen."""
        try:
            age = await asyncio.to_thread(self._folder.seconds_since_finished, event_id)
        except FileNotFoundError:  # deleted meanwhile, and the event with it
            return False
        return age < _LAST_LOOK_SECONDS

    async def _settle(self, event: MotionEvent, outcome: _Outcome) -> None:
        if outcome.status == 0:
            await self._place(event)
        elif outcome.status == os.EX_TEMPFAIL:
            number = int(outcome.reason) if outcome.reason.isdigit() else errno.EIO
            raise OSError(number, os.strerror(number))
        elif outcome.status < 0 and self._may_try_again(event.id):
            _LOGGER.warning("The clip of event %s: %s; trying again", event.id, outcome.reason)
        else:
            # The files of an event are deleted before it is: then nothing is wrong.
            is_there = await asyncio.to_thread(self._folder.finished_path(event.id).exists)
            level = logging.WARNING if is_there else logging.DEBUG
            _LOGGER.log(level, "There is no clip of event %s: %s", event.id, outcome.reason)
            await self._journal.record_clip_error(event.id, outcome.reason)
            await self._drop(event.id)

    def _may_try_again(self, event_id: str) -> bool:
        self._attempts[event_id] = self._attempts.get(event_id, 0) + 1
        return self._attempts[event_id] < _MOST_ATTEMPTS

    async def _place(self, event: MotionEvent) -> None:
        part = self._folder.part_path(event.id)
        digest = await asyncio.to_thread(self._files.place_clip, event, part)
        if await self._journal.record_clip(event.id, digest) is None:  # deleted meanwhile
            await asyncio.to_thread(self._files.remove, event)
        await self._drop(event.id)
        self.made += 1
        self._on_made()

    async def _drop(self, event_id: str) -> None:
        self.waiting -= 1
        self._attempts.pop(event_id, None)
        await asyncio.to_thread(self._folder.discard, event_id)

    async def _encode(self, event_id: str) -> _Outcome:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "pi_agent.clips.encode"),
            self._folder.finished_path(event_id),
            self._folder.part_path(event_id),
            stdin=asyncio.subprocess.PIPE,  # stays open: its end tells the process to end
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C in the terminal is the agent's matter
            env={**os.environ, "PYTHONPATH": str(Path(pi_agent.__file__).parent.parent)},
        )
        try:
            said, status = await _outcome(process)
        finally:
            await _end(process)
        lines = said.decode(errors="replace").strip().splitlines()
        return _Outcome(status=status, reason=lines[-1] if lines else _killed(status))


async def _outcome(process: asyncio.subprocess.Process) -> tuple[bytes, int]:
    said = await process.stderr.read() if process.stderr is not None else b""
    return said, await process.wait()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _killed(status: int) -> str:
    return f"the encoder was killed by signal {-status}; too little memory, or it hung"
