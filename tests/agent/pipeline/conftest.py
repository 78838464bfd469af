"""A camera whose pictures a test decides."""

import pytest

from tests.scripted_source import ScriptedSource


@pytest.fixture
def source() -> ScriptedSource:
    return ScriptedSource()
