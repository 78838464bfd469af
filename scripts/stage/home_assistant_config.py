"""The configuration directory of a Home Assistant that is to run on 127.0.0.1 alone."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .ports import LOOPBACK

# No default_config: much of it looks for devices or speaks to the internet. What every Home
# Assistant has (frontend, cameras, images, notifications, blueprints) comes without being named.
_YAML = """\
recorder:
  commit_interval: 1
history:
logbook:
media_source:
mobile_app:
my:
automation: !include automations.yaml
homeassistant:
  media_dirs: # in a container it would be one for the whole machine
    local: media
"""


def write_configuration(directory: Path, *, port: int, integration: Path) -> None:
    """Write what Home Assistant reads at its first start; `integration` is linked, not copied."""
    storage = directory / ".storage"
    storage.mkdir(parents=True)
    (directory / "media").mkdir()
    yaml = _YAML.replace("local: media", f"local: {directory / 'media'}")
    (directory / "configuration.yaml").write_text(yaml, encoding="utf-8")
    (directory / "automations.yaml").write_text("[]\n", encoding="utf-8")
    components = directory / "custom_components"
    components.mkdir()
    (components / integration.name).symlink_to(integration, target_is_directory=True)
    _write_store(storage, "http", (2, 2), _http(port))
    # The user is made by API; the other steps would start flows that want the internet.
    done = ["core_config", "analytics", "integration"]
    _write_store(storage, "onboarding", (4, 1), {"done": done})


def _http(port: int) -> dict[str, Any]:
    """As settled; a port in YAML is tried for five minutes, then Home Assistant exits."""
    stable = {
        "server_host": [LOOPBACK],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": datetime.now(UTC).isoformat(),
        "error": None,
        "error_message": None,
    }
    return {"stable": stable, "pending": None, "yaml_migration_done": True}


def _write_store(storage: Path, key: str, version: tuple[int, int], data: dict[str, Any]) -> None:
    major, minor = version
    document = {"version": major, "minor_version": minor, "key": key, "data": data}
    (storage / key).write_text(json.dumps(document), encoding="utf-8")
