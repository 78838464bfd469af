"""Whatever stands in the configuration: a configuration, or an error that names what is wrong."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from hypothesis import example, given, settings, strategies as st

from pi_agent.configuration import Configuration, check_configuration, load_configuration
from pi_agent.errors import ConfigurationError

# What TOML can say.
VALUES = st.recursive(
    st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.datetimes()
    | st.sampled_from(["demo", "rtsp://u:p@h/x", "http://[", "/dev/video0", "picamera2:", "a\0b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        *(
            "name",
            "data_dir",
            "server",
            "storage",
            "cameras",
            "host",
            "port",
            "tls",
            "max_age_days",
        ),
        *("max_gigabytes", "min_free_gigabytes", "id", "source", "width", "height", "fps", "nme"),
        *(
            "verify_tls",
            "mqtt",
            "webhook",
            "user",
            "password",
            "ca_file",
            "prefix",
            "url",
            "secret",
        ),
    ]
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=5)
FILES = st.dictionaries(
    KEYS | st.text(max_size=8), VALUES | TABLES | st.lists(TABLES, max_size=3), max_size=5
)


def outcome(data: dict[str, Any]) -> Configuration | str:
    """The configuration, or the one kind of error that a user gets."""
    try:
        return check_configuration(data)
    except ConfigurationError as error:
        return str(error)


few = settings(max_examples=100, deadline=None)


@few
@given(FILES)
@example({"cameras": [{"id": "a", "source": "demo", "width": float("nan")}]})
@example({"cameras": [{"id": "a", "source": "demo"}, {"id": "a", "source": "demo"}]})
@example({"cameras": [{"id": [], "source": {}}]})
@example({"cameras": {"id": "porch"}})
@example({"0": 1})
@example({"server": []})
@example({"storage": {"max_age_days": float("inf")}})
@example({"data_dir": "a\0b"})
def test_any_file_is_taken_or_its_mistakes_are_named(data: dict[str, Any]) -> None:
    result = outcome(data)
    if isinstance(result, str):
        assert result.strip()
    else:
        assert set(data) <= {"name", "data_dir", "server", "storage", "cameras"}


@few
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@example(b"[[cameras]]\n[[cameras]]")
def test_any_bytes_are_a_configuration_or_a_sentence(text: bytes) -> None:
    with NamedTemporaryFile(suffix=".toml") as file:
        file.write(text)
        file.flush()
        try:
            load_configuration(Path(file.name))
        except ConfigurationError as error:
            sentence = str(error)
        else:
            sentence = file.name
    assert file.name in sentence
