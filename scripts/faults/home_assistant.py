"""The Home Assistant that is tormented: its archive switched on, its bus written down."""

import json
import shutil
from pathlib import Path

from scripts.stage import INTEGRATION, HomeAssistant, HomeAssistantApi, eventually
from scripts.stage.home_assistant_config import write_configuration
from scripts.stage.integration import DOMAIN

from .history import BusRecord

_RECORDER = Path(__file__).parent / "bus_recorder"
_FILE = "bus.jsonl"


class TormentedHome:
    """Home Assistant in `directory`, and what it told."""

    def __init__(self, directory: Path) -> None:
        """Nothing runs yet; the directory is made."""
        self.program = HomeAssistant(directory, integration=INTEGRATION)
        self._directory = directory
        write_configuration(directory, port=self.program.port, integration=INTEGRATION)
        shutil.copytree(_RECORDER, directory / "custom_components" / _RECORDER.name)
        with (directory / "configuration.yaml").open("a", encoding="utf-8") as file:
            file.write(f"{_RECORDER.name}:\n")

    def bus(self) -> BusRecord:
        """What its bus said so far."""
        return BusRecord.parse((self._directory / _FILE).read_text(encoding="utf-8"))

    def archived(self) -> frozenset[str]:
        """The ids of the events whose picture is in the archive."""
        folder = self._directory / "media" / DOMAIN
        return frozenset(path.stem.rpartition("_")[2] for path in folder.rglob("*.jpg"))

    async def until_heard_live(self, *, after: int, within_seconds: float) -> None:
        """Return when the bus tells of a new event as it happens; StageError if it does not.

        `after`: how many things it had told before.
        """

        async def look() -> bool | None:
            new = self.bus().told[after:]
            return any(told.type == "started" and not told.replayed for told in new) or None

        what = "A new event on Home Assistant's bus"
        await eventually(what, look, within_seconds=within_seconds)


async def archive_everything(api: HomeAssistantApi, entry: str) -> None:
    """Switch the archive on, as a user does in the options."""
    flows = "/api/config/config_entries/options/flow"
    flow = await api.post(flows, {"handler": entry})
    done = await api.post(f"{flows}/{flow['flow_id']}", {"archive": True, "archive_days": 30})
    assert done["type"] == "create_entry", json.dumps(done)  # noqa: S101  (a defect of this script)
