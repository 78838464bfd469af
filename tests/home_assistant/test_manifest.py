"""What hassfest and HACS ask of an integration, restated where their own actions cannot run."""

import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration
from homeassistant.util.yaml import parse_yaml

from custom_components.pi_motion_camera import PLATFORMS
from custom_components.pi_motion_camera.const import DOMAIN

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / DOMAIN
HACS_KEYS = {
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "name",
    "persistent_directory",
    "render_readme",
    "zip_release",
}


@pytest.fixture
def manifest() -> dict[str, Any]:
    return dict(json.loads((INTEGRATION / "manifest.json").read_text()))


@pytest.fixture
def hacs() -> dict[str, Any]:
    return dict(json.loads((ROOT / "hacs.json").read_text()))


async def test_home_assistant_loads_the_integration(
    hass: HomeAssistant, enable_custom_integrations: None
) -> None:
    integration = await async_get_integration(hass, DOMAIN)
    assert integration.name == "Pi Motion Camera"
    assert integration.config_flow
    assert integration.integration_type == "hub"
    assert integration.iot_class == "local_push"
    assert integration.version is not None
    assert integration.has_translations


def test_its_keys_are_sorted(manifest: dict[str, Any]) -> None:
    first, second, *others = manifest
    assert (first, second) == ("domain", "name")
    assert others == sorted(others)


def test_its_domain_is_its_folder(manifest: dict[str, Any]) -> None:
    assert manifest["domain"] == DOMAIN == INTEGRATION.name
    assert re.fullmatch(r"[a-z0-9_]+", manifest["domain"])


def test_it_names_where_help_is(manifest: dict[str, Any]) -> None:
    for key in ("documentation", "issue_tracker"):
        assert manifest[key].startswith("https://github.com/pi-motion-camera/pi-motion-camera")
    assert manifest["codeowners"] == ["@pi-motion-camera"]


def test_it_needs_nothing_that_home_assistant_does_not_ship(manifest: dict[str, Any]) -> None:
    assert manifest["requirements"] == []
    assert manifest["dependencies"] == ["http"]
    assert manifest["after_dependencies"] == ["mobile_app"]  # phones, where there are any


def test_it_is_discovered_by_what_the_agent_announces(manifest: dict[str, Any]) -> None:
    (service,) = manifest["zeroconf"]
    assert service == "_pi-motion-cam._tcp.local."
    assert len(service.split(".")[0]) <= 16  # RFC 6763: 15 characters and the underscore


def test_there_is_one_integration_and_one_manifest() -> None:
    assert [path.parent.name for path in (ROOT / "custom_components").glob("*/manifest.json")] == [
        DOMAIN
    ]


def test_hacs_knows_every_key(hacs: dict[str, Any]) -> None:
    assert hacs.keys() <= HACS_KEYS
    assert hacs["name"] == "Pi Motion Camera"
    assert "zip_release" not in hacs  # cannot be installed from the catalogue since 2026.11
    assert re.fullmatch(r"\d{4}\.\d+\.\d+", hacs["homeassistant"])


def test_platforms_are_sorted_and_exist() -> None:
    assert sorted(PLATFORMS) == PLATFORMS
    assert all(isinstance(platform, Platform) for platform in PLATFORMS)
    assert all((INTEGRATION / f"{platform}.py").is_file() for platform in PLATFORMS)


def test_every_action_has_an_icon() -> None:
    icons = json.loads((INTEGRATION / "icons.json").read_text())["services"]
    described = cast("dict[str, Any]", parse_yaml((INTEGRATION / "services.yaml").read_text()))
    assert list(icons) == list(described)
    assert all(re.fullmatch(r"mdi:[a-z0-9-]+", icon["service"]) for icon in icons.values())


def test_icons_are_material_design_icons_and_no_state_repeats_the_default() -> None:
    icons = json.loads((INTEGRATION / "icons.json").read_text())
    for platform in icons["entity"].values():
        for entity in platform.values():
            states = entity.get("state", {}).values()
            assert entity["default"] not in states
            for icon in (entity["default"], *states):
                assert re.fullmatch(r"mdi:[a-z0-9-]+", icon)
