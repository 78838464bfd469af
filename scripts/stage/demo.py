"""`scripts/demo`: the whole product on one machine, to look at or to be looked at by itself."""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from . import agent, home_assistant
from .browser import open_browser
from .check import Check
from .dashboard import install_dashboard
from .errors import StageError
from .home import PASSWORD, USER, DemoHome, demo_home
from .integration import CHECKOUT, CameraEntities, add_integration, find_entities

_SCREENSHOT = CHECKOUT / "build" / "demo.png"
_SCENE_MOTION_SECONDS = 60.0  # the built-in figure comes every 24
_FOOTAGE_MOTION_SECONDS = 300.0  # who knows what is in it


def main() -> int:
    """Run the demo; returns the exit status: 0 it worked or was stopped, 1 it did not work."""
    options = _parser().parse_args()
    try:
        asyncio.run(_until_stopped(options))
    except StageError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except asyncio.CancelledError:
        print("Everything is stopped.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="An agent and a real Home Assistant that shows its camera, on this machine "
        "alone. Every run begins anew; nothing of it stays.",
    )
    parser.add_argument(
        "--source",
        type=_file,
        metavar="FILE",
        help="a video file to be the camera, over and over, instead of the built-in scene",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="look at everything without a window, say what works, and stop",
    )
    parser.add_argument(
        "--screenshot",
        type=Path,
        default=_SCREENSHOT,
        metavar="FILE",
        help="where --check saves what the dashboard looks like (default: build/demo.png)",
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep the logs and all else that the programs wrote"
    )
    return parser


def _file(text: str) -> Path:
    path = Path(text).absolute()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {path}")
    return path


async def _until_stopped(options: argparse.Namespace) -> None:
    with _stopped_by_signals(), _directory(keep=options.keep) as directory:
        print("Starting ...", flush=True)
        async with _home(directory, options.source) as home:
            await home.while_running(_show(home, options))


async def _show(home: DemoHome, options: argparse.Namespace) -> None:
    code = await home.agent.pairing_code()
    await add_integration(home.api, address=home.agent.address, code=code)
    entities = await find_entities(home.api)
    await install_dashboard(home.api, entities)
    if options.check:
        await _check(home, entities, options)
    else:
        _tell_where(home, options.source)
        _tell_complaints(home)
        await asyncio.Event().wait()


async def _check(home: DemoHome, entities: CameraEntities, options: argparse.Namespace) -> None:
    async with open_browser(home.home_assistant.url) as browser:
        check = Check(
            home=home,
            browser=browser,
            entities=entities,
            report=_report,
            motion_within_seconds=(
                _FOOTAGE_MOTION_SECONDS if options.source else _SCENE_MOTION_SECONDS
            ),
        )
        try:
            await browser.log_in(USER, PASSWORD)
            await check.run()
        except StageError:
            _tell_complaints(home)
            raise
        finally:
            await browser.save_screenshot(options.screenshot)
            print(f"What the browser showed: {options.screenshot}", flush=True)


async def _report(text: str) -> None:
    print(f"  ok  {text}", flush=True)


def _tell_where(home: DemoHome, source: Path | None) -> None:
    scene = f"{source}, over and over" if source else "somebody walks by every 24 seconds"
    print(
        f"""
  Home Assistant   {home.home_assistant.url}
  User             {USER}
  Password         {PASSWORD}

  The camera shows: {scene}.
  Ctrl-C stops everything.
""",
        flush=True,
    )


def _tell_complaints(home: DemoHome) -> None:
    for complaint in home.complaints():
        print(f"From the logs: {complaint}", file=sys.stderr, flush=True)


@asynccontextmanager
async def _home(directory: Path, source: Path | None) -> AsyncIterator[DemoHome]:
    ports = (agent.DEFAULT_PORT, home_assistant.DEFAULT_PORT)
    async with demo_home(
        directory, source=source, agent_port=ports[0], home_assistant_port=ports[1]
    ) as home:
        for wanted, got in zip(ports, (home.agent.port, home.home_assistant.port), strict=True):
            if wanted != got:
                print(f"Port {wanted} is taken; using {got} instead.")
        yield home


@contextmanager
def _directory(*, keep: bool) -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="pi-motion-camera-demo-"))
    try:
        yield directory
    finally:
        if keep:
            print(f"Kept: {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """The first SIGINT, SIGTERM or SIGHUP ends what this task does; more do not hurry it."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None  # noqa: S101  (we are in one)
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop() -> None:
        for number in numbers:
            loop.add_signal_handler(number, lambda: None)
        print("\nStopping ...", flush=True)
        task.cancel()

    for number in numbers:
        loop.add_signal_handler(number, stop)
    yield


if __name__ == "__main__":
    sys.exit(main())
