"""The direction of imports, the places of threads, and what each half may lean on."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
AGENT = ROOT / "pi_agent"
INTEGRATION = ROOT / "custom_components" / "pi_motion_camera"

BASE = {"protocol", "errors"}
LOW = BASE | {"frames", "runtime"}
ROOMS = {"capture", "motion", "objects", "clips", "streaming", "storage", "events", "copies"} | {
    "mqtt",
    "webhook",
    "gpio",
}
# What each room of the agent may import of the others. The rooms never import one another.
MAY_IMPORT: dict[str, set[str]] = {
    "protocol": set(),
    "errors": set(),
    "frames": BASE,
    "runtime": BASE,
    **dict.fromkeys(ROOMS, LOW),
    "pipeline": LOW | ROOMS,
    "server": LOW | ROOMS | {"pipeline"},
}
# Everything else at the top of the package builds and wires, and may import all of it.
TOP = {path.stem for path in AGENT.glob("*.py")} - BASE


def modules(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*.py") if "__pycache__" not in path.parts)


def imports_of(path: Path) -> Iterator[str]:
    """Every dotted module name that a file imports, relative ones made absolute."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            prefix = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            yield prefix
            yield from (f"{prefix}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str | None:
    parts = module.split(".")
    known = MAY_IMPORT.keys() | TOP
    return parts[1] if parts[0] == "pi_agent" and len(parts) > 1 and parts[1] in known else None


def test_every_folder_of_the_agent_has_its_place_in_the_table() -> None:
    folders = {path.parent.name for path in AGENT.glob("*/__init__.py")}
    assert folders <= MAY_IMPORT.keys()


@pytest.mark.parametrize("path", modules(AGENT), ids=lambda path: str(path.relative_to(AGENT)))
def test_imports_of_the_agent_point_downwards(path: Path) -> None:
    room = path.relative_to(AGENT).parts[0].removesuffix(".py")
    if room in TOP:
        return
    allowed = MAY_IMPORT[room] | {room}
    used = {other for name in imports_of(path) if (other := room_of(name)) is not None}
    assert used <= allowed, f"{room} may not import {used - allowed}"


@pytest.mark.parametrize("path", modules(AGENT), ids=lambda path: str(path.relative_to(AGENT)))
def test_threads_live_in_worker_files(path: Path) -> None:
    starts = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"threading.Thread", "Thread", "multiprocessing.Process"}
    ]
    assert not starts or path.stem.endswith("_worker")


@pytest.mark.parametrize(
    "path", modules(AGENT / "protocol"), ids=lambda path: str(path.relative_to(AGENT))
)
def test_the_protocol_needs_the_standard_library_only(path: Path) -> None:
    foreign = {
        name.split(".")[0]
        for name in imports_of(path)
        if not name.startswith("pi_agent.protocol")
        and name.split(".")[0] not in sys.stdlib_module_names
    }
    assert not foreign


def test_the_agent_never_imports_home_assistant_or_the_integration() -> None:
    for path in modules(AGENT):
        used = {name.split(".")[0] for name in imports_of(path)}
        assert not used & {"homeassistant", "custom_components"}, path


# Home Assistant's Python is newer than the agent's, and so is the syntax of the integration.
newer_syntax = pytest.mark.skipif(
    sys.version_info < (3, 14), reason="the integration's syntax needs Python 3.14"
)


@newer_syntax
def test_the_client_of_the_integration_is_free_of_home_assistant() -> None:
    files = modules(INTEGRATION / "agent_client")
    assert files
    for path in files:
        used = {name.split(".")[0] for name in imports_of(path)}
        assert not used & {"homeassistant", "pi_agent"}, path


@newer_syntax
def test_entities_never_import_one_another() -> None:
    platforms = {
        path.stem
        for path in INTEGRATION.glob("*.py")
        if "AddConfigEntryEntities" in path.read_text()
    } - {"entity"}
    assert {"camera", "sensor", "update"} <= platforms
    prefix = "custom_components.pi_motion_camera."
    for platform in platforms:
        used = set(imports_of(INTEGRATION / f"{platform}.py"))
        assert not used & {prefix + other for other in platforms - {platform}}, platform


def test_both_copies_of_the_protocol_are_the_same() -> None:
    here, there = AGENT / "protocol", INTEGRATION / "agent_client" / "protocol"
    ours = {path.name: path.read_bytes() for path in here.glob("*.py")}
    theirs = {path.name: path.read_bytes() for path in there.glob("*.py")}
    assert ours == theirs, "run scripts/sync-protocol"
