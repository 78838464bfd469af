"""From what the configuration calls a source to the thing that delivers frames."""

from pathlib import Path

from pi_agent.capture import DemoSource, FileSource, FrameSource
from pi_agent.errors import ConfigurationError


def create_source(text: str) -> FrameSource:
    """The source that `text` names; nothing is opened yet. ConfigurationError for an unknown one."""
    if text == "demo":
        return DemoSource()
    if "://" in text:
        raise ConfigurationError(f'source: {text!r} is no video file; name a file, or "demo"')
    return FileSource(Path(text))
