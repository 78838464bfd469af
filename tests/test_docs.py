"""The documentation tells the truth: links resolve, commands exist, nothing is left out."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from pi_agent.configuration import check_configuration
from pi_agent.protocol import CameraSettings

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
# No slow network in tests: other addresses are looked at by their form alone.
_LINK = re.compile(r"\]\((?!https://)([^)#\s]+)(?:#([^)]+))?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_repository_resolve(page: Path) -> None:
    for target, anchor in _LINK.findall(page.read_text()):
        path = (page.parent / target).resolve()
        assert path.exists(), f"{page.name}: {target}"
        if anchor and path.suffix == ".md":
            assert anchor in anchors(path), f"{page.name}: {target}#{anchor}"


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_scripts_that_are_named_exist(page: Path) -> None:
    for name in re.findall(r"(?:\./)?scripts/([a-z][a-z0-9-]*)", page.read_text()):
        assert (ROOT / "scripts" / name).exists(), f"{page.name}: scripts/{name}"


def test_the_example_configuration_is_right() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    configuration = check_configuration(tomllib.loads(example))
    assert configuration.cameras[0].id == "front_door"


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs" / "api.md").read_text()
    missing = [f.name for f in fields(CameraSettings) if f"`{f.name}`" not in documented]
    assert not missing


def test_every_route_is_documented() -> None:
    from pi_agent.server.application import ROUTES

    documented = (ROOT / "docs" / "api.md").read_text()
    missing = [
        f"{method} {path}" for method, path, _ in ROUTES if f"`{method} {path}" not in documented
    ]
    assert not missing


def test_every_message_is_documented() -> None:
    documented = (ROOT / "docs" / "api.md").read_text()
    names = {path.stem for path in (ROOT / "tests/protocol/messages").glob("*.json")}
    assert names
    assert not [name for name in names if f"`{name}`" not in documented]


def test_every_word_of_the_architecture_page_is_in_the_code() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    code = "\n".join(
        path.read_text()
        for part in ("pi_agent", "custom_components")
        for path in (ROOT / part).rglob("*.py")
    )
    names = set(re.findall(r"`([A-Z][A-Za-z]+)`", page)) - {"SQLite"}
    assert not {name for name in names if name not in code}
