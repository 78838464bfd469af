"""One version number for agent, integration and installer; the public workflows run what exists."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from pi_agent import __version__

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def set_version(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [ROOT / "scripts" / "set-version", *arguments], capture_output=True, text=True, check=False
    )


def test_one_version_number_stands_everywhere() -> None:
    done = set_version("--check", __version__)
    assert done.returncode == 0, done.stderr


def test_another_number_is_noticed_in_each_place() -> None:
    done = set_version("--check", "99.0.0")
    assert done.returncode == 1
    named = re.findall(r"^(\S+) says [\d.]+, not 99\.0\.0$", done.stderr, re.MULTILINE)
    assert set(named) == {
        "pi_agent/__init__.py",
        "custom_components/pi_motion_camera/manifest.json",
        "deploy/install.sh",
        "docs/openapi.json",
    }


@pytest.mark.parametrize("version", ["1", "v1.2.3", "1.2.3-beta", "1.2.3;rm"])
def test_what_is_no_version_is_refused(version: str) -> None:
    assert "is no version" in set_version(version).stderr


def test_the_changelog_begins_with_this_version() -> None:
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == __version__
    assert set_version("--notes", __version__).stdout.strip()


def jobs(workflow: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(workflow.read_text())
    found: dict[str, Any] = document["jobs"]
    return found


def steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(workflow).values() for step in job["steps"]]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_run_scripts_and_tests_that_exist(workflow: Path) -> None:
    commands = "\n".join(step.get("run", "") for step in steps(workflow))
    named = re.findall(r"(?:\./)?((?:scripts|tests|requirements|deploy)/[\w./-]+)", commands)
    assert named
    for path in named:
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_job_has_an_end_and_only_the_rights_it_needs(workflow: Path) -> None:
    for name, job in jobs(workflow).items():
        assert job["timeout-minutes"] <= 60, name
    contents = yaml.safe_load(workflow.read_text())["permissions"]["contents"]
    assert contents == ("write" if workflow.name == "release.yml" else "read")


def test_home_assistant_s_own_checks_are_run() -> None:
    used = {step.get("uses", "").partition("@")[0] for step in steps(WORKFLOWS[-1])}
    assert {"home-assistant/actions/hassfest", "hacs/action"} <= used


def test_every_test_is_run_by_some_job() -> None:
    commands = "\n".join(step.get("run", "") for step in steps(WORKFLOWS[-1]))
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    folders |= {"agent", "home_assistant"}
    needs_its_own_root = {"picamera2"}  # a Debian sid that takes longer than all the rest
    missing = {name for name in folders if f"tests/{name}" not in commands}
    assert missing <= needs_its_own_root
