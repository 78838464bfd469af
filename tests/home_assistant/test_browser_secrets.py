"""A browser gets neither the agent's token nor its address, whatever it asks Home Assistant for."""

import json
from typing import Any

from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import Event, HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.pi_motion_camera.const import CONF_CERTIFICATE_SHA256
from tests.scripted_source import ScriptedSource

from .waiting import until

ROOT = "media-source://pi_motion_camera"


async def test_no_secret_reaches_a_browser(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    clip_path: str,
    hass_ws_client: WebSocketGenerator,
) -> None:
    for component in ("config", "media_source"):
        assert await async_setup_component(hass, component, {})
    fired: list[Event[Any]] = []
    hass.bus.async_listen("*", fired.append)
    source.walk(3)
    source.still(8)
    await until(lambda: any("motion" in json.dumps(e.as_dict(), default=str) for e in fired))
    client = await hass_ws_client(hass)

    async def ask(kind: str, **fields: Any) -> Any:
        await client.send_json_auto_id({"type": kind, **fields})
        answer = await client.receive_json()
        assert answer["success"], answer
        return answer["result"]

    camera = f"{ROOT}/{loaded.entry_id}/porch"
    days = await ask("media_source/browse_media", media_content_id=camera)
    day = days["children"][0]["media_content_id"]
    events = await ask("media_source/browse_media", media_content_id=day)
    playable = [child for child in events["children"] if child["can_play"]]
    told = {
        "states": await ask("get_states"),
        "entries": await ask("config_entries/get"),
        "devices": await ask("config/device_registry/list"),
        "entities": await ask("config/entity_registry/list"),
        "days": days,
        "events": events,
        "media": await ask(
            "media_source/resolve_media", media_content_id=playable[0]["media_content_id"]
        ),
        "live": await ask("camera/capabilities", entity_id="camera.porch_pi"),
        "bus": [event.as_dict() for event in fired],
        "clip": clip_path,
    }
    assert told["media"]["url"].startswith("/api/pi_motion_camera/")
    entry = loaded.data
    secrets = [entry[CONF_TOKEN], entry[CONF_CERTIFICATE_SHA256], entry[CONF_HOST]]
    secrets.append(f":{entry[CONF_PORT]}")
    leaks = [
        f"{secret} in {where}"
        for where, what in told.items()
        for secret in secrets
        if secret in json.dumps(what, default=str)
    ]
    assert leaks == []
