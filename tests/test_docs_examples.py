"""Examples of configuration in the documentation are right."""

import re
import tomllib
from pathlib import Path

import pytest

from pi_agent.configuration import check_configuration

DOCS = Path(__file__).parent.parent / "docs"
_CAMERA = '[[cameras]]\nid = "front_door"\nsource = "demo"\n'
EXAMPLES = [
    pytest.param(example, id=f"{page.stem}-{number}")
    for page in (DOCS / "connections.md", DOCS / "gpio.md")
    for number, example in enumerate(re.findall(r"```toml\n(.*?)```", page.read_text(), re.DOTALL))
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_taken_as_it_stands(example: str) -> None:
    filled = example.replace('"..."', '"0123456789abcdef"')
    configuration = check_configuration(tomllib.loads(filled + _CAMERA))
    parts = (configuration.mqtt, configuration.webhook, configuration.gpio)
    assert sum(part is not None for part in parts) == 1
