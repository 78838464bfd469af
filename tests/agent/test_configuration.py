"""The configuration file: every mistake at once, each with its mend."""

from pathlib import Path

import pytest

from pi_agent import configuration
from pi_agent.configuration import (
    CameraConfiguration,
    Configuration,
    ServerConfiguration,
    load_configuration,
)
from pi_agent.errors import ConfigurationError


def load(tmp_path: Path, text: str) -> Configuration:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return load_configuration(path)


def mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, text)
    first, *lines = str(caught.value).splitlines()
    assert first == f"{tmp_path / 'config.toml'}:"
    return [line.strip() for line in lines]


def test_a_copy_to_a_second_machine_has_its_files_in_the_data_directory(tmp_path: Path) -> None:
    text = '[copy]\nhost = "nas.local"\nuser = "pi-copies"\n'
    copy = load(tmp_path, text).copy
    assert copy is not None
    place = copy.destination(Path("/srv/agent"))
    assert (place.host, place.port, place.user, place.directory) == (
        *("nas.local", 22, "pi-copies"),
        "pi-motion-camera",
    )
    assert place.key == Path("/srv/agent/copy_key")
    assert place.known_hosts == Path("/srv/agent/copy_known_hosts")
    assert place.url == "sftp://pi-copies@nas.local:22/pi-motion-camera"
    text += 'port = 2222\ndirectory = "/srv/front-garden/"\nkey = "/k"\nknown_hosts = "/h"\n'
    copy = load(tmp_path, text).copy
    assert copy is not None
    place = copy.destination(Path("/srv/agent"))
    assert (place.machine, place.directory) == ("nas.local:2222", "/srv/front-garden")
    assert (place.key, place.known_hosts) == (Path("/k"), Path("/h"))


def test_every_mistake_in_a_copy_is_named(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        """
        [copy]
        host = "-oProxyCommand=x"
        port = 0
        directory = "a/../../b"
        derictory = "x"
        """,
    )
    assert sorted(found) == [
        "copy.derictory: is not known; did you mean directory?",
        "copy.directory: must be a directory on that machine, without .., such as front-garden",
        "copy.host: must be the name or address of a machine, such as nas.local",
        "copy.port: must be a whole number from 1 to 65535",
        "copy.user: is missing",
    ]


def test_a_whole_configuration_is_read(tmp_path: Path) -> None:
    configuration = load(
        tmp_path,
        """
        name = "Porch Pi"
        data_dir = "/srv/agent"
        [server]
        host = "127.0.0.1"
        port = 9000
        tls = false
        [[cameras]]
        id = "front_door"
        source = "demo"
        [[cameras]]
        id = "garden"
        name = "The garden"
        source = "/srv/garden.mp4"
        """,
    )
    assert configuration == Configuration(
        name="Porch Pi",
        data_dir=Path("/srv/agent"),
        server=ServerConfiguration(host="127.0.0.1", port=9000, tls=False),
        cameras=(
            CameraConfiguration(id="front_door", name="Front door", source="demo"),
            CameraConfiguration(id="garden", name="The garden", source="/srv/garden.mp4"),
        ),
    )


def test_three_mistakes_are_all_named_with_the_nearest_right_key(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        """
        [server]
        prot = 8788
        tls = "yes"
        [[cameras]]
        id = "Front Door"
        sorce = "demo"
        """,
    )
    assert sorted(found) == [
        "cameras[1].id: must be made of small letters, digits and _, such as front_door",
        "cameras[1].sorce: is not known; did you mean source?",
        "cameras[1].source: is missing",
        "server.prot: is not known; did you mean port?",
        "server.tls: must be true or false",
    ]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            "zzzz = 1",
            f"zzzz: is not known; known are {', '.join(map(str, configuration._FILE))}",
        ),
        (
            "[objects]\nmodels = 3",
            'objects.models: must be a list of names or files, such as ["yolox-nano"]; [] for none',
        ),
        ("[objects]\nthreads = 0", "objects.threads: must be a whole number from 1 to 8"),
        (
            "[objects]\nruntime = 'tflite'",
            "objects.runtime: must be one of onnxruntime, opencv",
        ),
        ("server = 3", "server: must be a table of its own: [server]"),
        ("name = 3", "name: must be a text that is not empty"),
        (f"name = '{'x' * 129}'", "name: must be a text of one line and at most 128 characters"),
        (
            "[[cameras]]\nid='a'\nsource='demo'\nname=\"a\\nb\"",
            "cameras[1].name: must be a text of one line and at most 128 characters",
        ),
        ("[server]\nport = 70000", "server.port: must be a whole number from 0 to 65535"),
        ("[server]\nport = true", "server.port: must be a whole number from 0 to 65535"),
        (
            "[cameras]\nid = 'a'",
            "cameras: must be a list: begin each camera with a line [[cameras]]",
        ),
        (
            "[[cameras]]\nid='a'\nsource='demo'\n[[cameras]]\nid='a'\nsource='demo'",
            "cameras: two have the id 'a'; ids must differ",
        ),
    ],
)
def test_a_mistake_names_its_field_and_its_mend(tmp_path: Path, text: str, mistake: str) -> None:
    assert mistakes(tmp_path, text) == [mistake]


def test_what_is_no_toml_is_told_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"config\.toml: is not valid TOML: .*line 1"):
        load(tmp_path, "name = = 3")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.toml: cannot be read"):
        load_configuration(tmp_path / "none.toml")


def test_who_may_not_write_where_the_service_does_has_a_data_directory_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(configuration, "DEFAULT_DATA_DIR", tmp_path / "not-there")
    assert configuration.default_data_dir() == tmp_path / "pi-agent"
    monkeypatch.setattr(configuration, "DEFAULT_DATA_DIR", tmp_path)
    assert configuration.default_data_dir() == tmp_path
