"""Each rule of the quality scale that is done is held to by a test, here or where it is named."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera import PLATFORMS
from custom_components.pi_motion_camera.const import DOMAIN

from .test_quality_scale import INTEGRATION, ROOT, RULES, rules

HERE = Path(__file__).parent
CODE = ROOT / INTEGRATION

# Where each rule is held to: `file::test`, of this folder.
EVIDENCE: dict[str, tuple[str, ...]] = {
    "action-setup": ("test_quality_evidence::test_actions_are_there_before_any_entry",),
    "appropriate-polling": ("test_quality_evidence::test_nothing_is_polled",),
    "brands": ("test_brand::test_icons_are_square", "test_brand::test_logos_are_wide"),
    "common-modules": ("test_quality_evidence::test_what_entities_share_has_its_module",),
    "config-flow-test-coverage": (
        "test_config_flow::test_an_agent_is_added_by_its_address_and_a_code",
        "test_config_flow::test_every_wrong_code_is_said_so_and_mended",
        "test_notification_flow::test_a_hook_is_made_and_counts_from_the_next_event_on",
        "test_options_flow::test_the_archive_is_off_until_it_is_switched_on",
    ),
    "config-flow": ("test_translations::test_every_step_of_the_flows_has_its_sentences",),
    "docs-actions": ("test_documentation::test_every_action_and_field_is_told_with_an_example",),
    "docs-high-level-description": (
        "test_documentation::test_the_first_paragraph_says_what_it_is",
    ),
    "docs-installation-instructions": ("test_quality_scale::test_evidence_that_is_named_exists",),
    "docs-removal-instructions": ("test_quality_scale::test_evidence_that_is_named_exists",),
    "entity-event-setup": (
        "test_quality_evidence::test_entities_subscribe_when_they_are_added",
        "test_camera::test_a_renamed_camera_is_still_live",
    ),
    "entity-unique-id": ("test_init::test_no_unique_id_depends_on_where_the_agent_is",),
    "has-entity-name": ("test_init::test_an_entry_brings_its_entities",),
    "runtime-data": ("test_quality_evidence::test_nothing_is_kept_in_hass_data",),
    "test-before-configure": (
        "test_config_flow::test_an_agent_that_is_down_is_said_so_and_mended",
        "test_config_flow::test_something_else_at_the_address_is_said_so_and_mended",
    ),
    "test-before-setup": (
        "test_init::test_an_agent_that_is_down_is_tried_again_and_found",
        "test_init::test_what_only_pairing_mends_asks_for_it",
    ),
    "unique-config-entry": (
        "test_config_flow::test_an_address_that_is_known_is_not_added_twice",
        "test_config_flow::test_a_known_agent_at_another_address_gets_its_entry_mended",
    ),
    "action-exceptions": (
        "test_switch::test_a_switch_says_why_it_could_not_be_switched",
        "test_services::test_an_agent_that_is_lost_is_named",
        "test_services::test_zones_that_are_none_are_refused_with_the_reason",
    ),
    "config-entry-unloading": (
        "test_init::test_unloading_leaves_no_task_and_no_connection",
        "test_camera::test_unloading_ends_viewers_at_once",
    ),
    "docs-configuration-parameters": (
        "test_documentation::test_every_option_is_told",
        "test_documentation::test_every_field_of_a_notification_is_told",
    ),
    "docs-installation-parameters": ("test_documentation::test_every_field_of_the_flows_is_told",),
    "entity-unavailable": ("test_binary_sensor::test_what_is_not_known_is_unavailable",),
    "integration-owner": ("test_manifest::test_it_names_where_help_is",),
    "log-when-unavailable": ("test_listener::test_an_outage_is_logged_once_and_so_is_its_end",),
    "parallel-updates": (
        "test_quality_scale::test_every_platform_says_how_many_updates_run_at_once",
    ),
    "reauthentication-flow": (
        "test_config_flow::test_a_revoked_entry_is_paired_anew",
        "test_config_flow::test_another_agent_does_not_take_an_entry_over",
    ),
    "test-coverage": (
        "test_quality_evidence::test_every_module_has_a_test_of_its_own_or_says_where",
    ),
    "devices": ("test_devices::test_one_camera_is_one_device",),
    "diagnostics": ("test_diagnostics::test_no_secret_is_told",),
    "discovery-update-info": ("test_config_flow::test_a_known_agent_that_has_moved_is_followed",),
    "discovery": (
        "test_manifest::test_it_is_discovered_by_what_the_agent_announces",
        "test_config_flow::test_a_discovered_agent_needs_its_code_alone",
    ),
    "docs-data-update": ("test_quality_scale::test_evidence_that_is_named_exists",),
    "docs-examples": ("test_blueprint::test_the_link_in_the_documentation_imports_this_very_file",),
    "docs-known-limitations": ("test_quality_scale::test_evidence_that_is_named_exists",),
    "docs-supported-devices": ("test_quality_scale::test_evidence_that_is_named_exists",),
    "docs-supported-functions": ("test_documentation::test_every_entity_is_told",),
    "docs-troubleshooting": ("test_documentation::test_every_repair_is_told",),
    "docs-use-cases": ("test_quality_scale::test_evidence_that_is_named_exists",),
    "dynamic-devices": (
        "test_devices::test_cameras_come_and_go_without_a_reload_while_there_are_several",
        "test_binary_sensor::test_zones_come_and_go_without_a_reload",
    ),
    "entity-category": (
        "test_switch::test_only_what_is_rarely_switched_is_configuration",
        "test_number::test_numbers_are_configuration",
        "test_binary_sensor::test_motion_is_found_by_device_class",
    ),
    "entity-device-class": (
        "test_binary_sensor::test_motion_is_found_by_device_class",
        "test_quality_evidence::test_values_with_a_class_have_it",
    ),
    "entity-disabled-by-default": (
        "test_sensor::test_what_few_need_is_off_at_first",
        "test_camera_controls::test_few_controls_are_on_at_first_and_all_are_configuration",
    ),
    "entity-translations": ("test_translations::test_every_entity_that_asks_for_a_name_has_one",),
    "exception-translations": (
        "test_quality_scale::test_no_exception_of_home_assistant_is_raised_untranslated",
        "test_translations::test_every_exception_that_is_raised_has_its_sentence_and_none_is_left_over",
    ),
    "icon-translations": (
        "test_manifest::test_icons_are_material_design_icons_and_no_state_repeats_the_default",
        "test_quality_evidence::test_no_icon_is_set_in_code",
    ),
    "reconfiguration-flow": (
        "test_config_flow::test_an_agent_that_has_moved_is_followed_by_hand",
        "test_config_flow::test_only_the_same_agent_is_accepted_at_a_new_address",
    ),
    "repair-issues": (
        "test_repairs::test_an_agent_that_is_too_old_is_looked_at_again_and_loaded",
        "test_repairs::test_a_clock_that_is_off_is_told_until_it_is_set",
    ),
    "stale-devices": (
        "test_devices::test_a_camera_that_goes_takes_its_device_and_entities_with_it",
        "test_devices::test_only_a_device_that_is_gone_can_be_deleted",
    ),
    "async-dependency": ("test_quality_evidence::test_the_client_never_blocks",),
    "inject-websession": ("test_quality_evidence::test_no_session_is_opened_here",),
    "strict-typing": ("test_quality_evidence::test_entries_are_typed_and_the_checker_is_strict",),
}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    """Every module of the integration."""
    for path in CODE.rglob("*.py"):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def called(tree: ast.AST) -> set[str]:
    """Every function that is called, as it is written."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_every_rule_that_is_done_has_evidence() -> None:
    done = [rule for rule in RULES if rules()[rule]["status"] == "done"]
    assert list(EVIDENCE) == done


@pytest.mark.parametrize("rule", EVIDENCE)
def test_the_evidence_of_a_rule_is_a_test_that_runs(rule: str) -> None:
    for evidence in EVIDENCE[rule]:
        module, name = evidence.split("::")
        found = [
            node
            for node in ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
        ]
        assert len(found) == 1, evidence
        marks = [ast.unparse(mark) for mark in found[0].decorator_list]
        assert not [mark for mark in marks if "skip" in mark or "xfail" in mark]


async def test_actions_are_there_before_any_entry(
    hass: HomeAssistant, enable_custom_integrations: None
) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    assert hass.services.async_services_for_domain(DOMAIN).keys() == {
        "get_events",
        "get_media_file",
        "get_media_url",
        "record",
        "set_zones",
    }


def entities_of(hass: HomeAssistant) -> list[Entity]:
    return [
        entity
        for platform in async_get_platforms(hass, DOMAIN)
        for entity in platform.entities.values()
    ]


async def test_nothing_is_polled(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    assert loaded.runtime_data.coordinator.update_interval is None
    entities = entities_of(hass)
    without_pins = set(PLATFORMS) - {Platform.SIREN}  # this agent has no buzzer
    assert {entity.platform.domain for entity in entities} == without_pins
    assert not [entity.entity_id for entity in entities if entity.should_poll]


async def test_what_entities_share_has_its_module(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    assert type(loaded.runtime_data.coordinator).__module__.endswith(".coordinator")
    for entity in entities_of(hass):
        modules = {base.__module__.rpartition(".")[2] for base in type(entity).__mro__}
        assert "entity" in modules


def test_entities_subscribe_when_they_are_added() -> None:
    for path, tree in trees():
        if path.stem not in PLATFORMS:
            continue
        for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
            if function.name == "__init__":
                names = called(function)
                assert not [n for n in names if "subscribe" in n or "async_listen" in n], path


def test_nothing_is_kept_in_hass_data() -> None:
    for path, tree in trees():
        kept = [
            ast.unparse(node)
            for node in ast.walk(tree)
            if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("hass.data")
        ]
        assert kept == [], path


def test_every_module_has_a_test_of_its_own_or_says_where() -> None:
    """Lines and branches are counted by `pytest --cov`; no module is left out of that."""
    told_elsewhere = {
        "__init__": "test_init",
        "connection": "test_repairs",
        "const": "test_init",
        "control_numbers": "test_camera_controls",
        "control_switches": "test_camera_controls",
        "coordinator": "test_listener",
        "entity": "test_devices",
        "entity_ids": "test_init",
        "errors": "test_switch",
        "event_history": "test_media_source",
        "issues": "test_repairs",
        "media_nodes": "test_media_source",
        "media_actions": "test_services",
        "media_files": "test_notification_receivers",
        "media_urls": "test_services",
        "missed_events": "test_notifier",
        "mjpeg": "test_camera",
        "motion_events": "test_event",
        "notification_calls": "test_notification_receivers",
        "notification_content": "test_notifier",
        "notification_forms": "test_notification_flow",
        "notification_hook": "test_notifier",
        "notification_media": "test_notification_receivers",
        "notification_targets": "test_notifier",
        "notification_texts": "test_notifier",
        "runtime": "test_init",
        "select": "test_number",
        "service_targets": "test_services",
        "setting_limits": "test_number",
        "texts": "test_logbook",
    }
    for path in CODE.glob("*.py"):
        test = told_elsewhere.get(path.stem, f"test_{path.stem}")
        assert (HERE / f"{test}.py").is_file(), path.stem
        assert "pragma: no cover" not in path.read_text(encoding="utf-8")


async def test_values_with_a_class_have_it(
    loaded: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    units = {"s": "duration", "GB": "data_size", "B": "data_size", "°C": "temperature"}
    for entity in er.async_entries_for_config_entry(entity_registry, loaded.entry_id):
        if entity.unit_of_measurement in units:
            assert entity.original_device_class == units[entity.unit_of_measurement]
        if entity.domain == "binary_sensor":
            assert entity.original_device_class is not None


def test_no_icon_is_set_in_code() -> None:
    for path, tree in trees():
        names = {ast.unparse(n.targets[0]) for n in ast.walk(tree) if isinstance(n, ast.Assign)}
        assert not [name for name in names if name.endswith("_attr_icon")], path
        keywords = {k.arg for n in ast.walk(tree) if isinstance(n, ast.Call) for k in n.keywords}
        assert "icon" not in keywords, path


def test_the_client_never_blocks() -> None:
    blocking = {"open", "time.sleep", "socket.create_connection", "ssl.create_default_context"}
    for path in (CODE / "agent_client").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {
            alias.name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        assert not modules & {"requests", "urllib", "httpx", "threading", "subprocess"}, path
        assert not called(tree) & blocking, path


def test_no_session_is_opened_here() -> None:
    for path, tree in trees():
        assert not [name for name in called(tree) if name.endswith("ClientSession")], path
    assert "async_get_clientsession" in (CODE / "connection.py").read_text(encoding="utf-8")


def test_entries_are_typed_and_the_checker_is_strict() -> None:
    assert (CODE / "py.typed").is_file()
    assert "strict = true" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for path, tree in trees():
        if path.stem not in PLATFORMS:
            continue
        (set_up,) = (
            node
            for node in tree.body
            if isinstance(node, ast.AsyncFunctionDef) and node.name == "async_setup_entry"
        )
        entry = set_up.args.args[1]
        assert entry.annotation is not None
        assert ast.unparse(entry.annotation) == "AgentConfigEntry", path
    assert json.loads((CODE / "manifest.json").read_text())["requirements"] == []
