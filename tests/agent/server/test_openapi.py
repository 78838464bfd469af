"""The OpenAPI document is that of the routes, and the agent keeps it when attacked from it."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any, Self

import hypothesis
import pytest

from pi_agent.app import Agent
from pi_agent.configuration import CameraConfiguration, Configuration, ServerConfiguration
from pi_agent.protocol import CameraSettings, routes
from pi_agent.server.application import ROUTES
from pi_agent.server.openapi import _OPERATIONS, openapi_document

_COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"
_NO_END = (routes.STREAM, routes.WEBSOCKET, routes.LOOKS)
# The first ends the attacker's own token, the second needs HTTPS: test_sessions.py has both.
_NO_MORE = (routes.LOGOUT, routes.PAIRING_CODES)
_EXAMPLES = 40  # for each operation, with values that may be and that may not


def test_the_committed_document_is_current() -> None:
    mend = "run: .venv-agent/bin/python -m pi_agent.server.openapi > docs/openapi.json"
    assert json.loads(_COMMITTED.read_text()) == openapi_document(), mend


def test_every_route_is_described() -> None:
    assert {(method, path) for method, path, _ in ROUTES} == _OPERATIONS.keys()
    for operations in openapi_document()["paths"].values():
        for operation in operations.values():
            assert operation["summary"]


def test_every_setting_is_described_with_its_bounds() -> None:
    settings = openapi_document()["components"]["schemas"]["CameraSettings"]["properties"]
    assert settings.keys() == {field.name for field in fields(CameraSettings)}
    assert settings["sensitivity"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "default": 50,
    }


class LiveAgent:
    """A real agent in a thread of its own, for clients that know no event loop."""

    def __init__(self, data_dir: Path) -> None:
        self._configuration = Configuration(
            data_dir=data_dir,
            # Certificates are other tests' matter.
            server=ServerConfiguration(host="127.0.0.1", port=0, tls=False),
            cameras=(CameraConfiguration(id="porch", name="Porch", source="demo"),),
        )
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="live-agent")
        self._agent = Agent(self._configuration)

    def __enter__(self) -> Self:
        self._thread.start()
        self.call(self._agent.__aenter__())
        self.token: str = self.call(self._agent.access.create_token("schemathesis"))
        self.address = f"http://127.0.0.1:{self._agent.server.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self.call(self._agent.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def call(self, coroutine: Any) -> Any:
        """Run a coroutine on the agent's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveAgent]:
    with LiveAgent(tmp_path) as live:
        yield live


def test_no_request_that_the_document_allows_or_forbids_breaks_the_agent(live: LiveAgent) -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="it is installed on 3.11 alone")
    openapi_checks = import_module("schemathesis.specs.openapi.checks")
    checks = import_module("schemathesis.checks").CHECKS.get_all()

    def attack(case: Any) -> None:
        case.call_and_validate(
            base_url=live.address,
            headers={"Authorization": f"Bearer {live.token}"},
            checks=checks,
            excluded_checks=[
                # A schema cannot say that a code is well made, or that names of zones must differ.
                openapi_checks.positive_data_acceptance,
                # What is not known is skipped, so that either side may be newer.
                openapi_checks.negative_data_rejection,
            ],
            timeout=20,
        )

    settings = hypothesis.settings(
        max_examples=_EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    document = openapi_document()
    schema = schemathesis.openapi.from_dict(document).exclude(path=[*_NO_END, *_NO_MORE])
    attacked = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        attacked.add((operation.method.upper(), operation.path))
        described = document["paths"][operation.path][operation.method]
        takes_something = described["parameters"] or "requestBody" in described
        for mode in list(schemathesis.GenerationMode)[: 2 if takes_something else 1]:
            strategy = operation.as_strategy(generation_mode=mode)
            given: Any = hypothesis.given(strategy)
            settings(given(attack))()
    assert attacked == {(m, path) for m, path, _ in ROUTES if path not in _NO_END + _NO_MORE}
