"""`pi-agent models`: install, choose and try what finds objects."""

import argparse
import asyncio
from pathlib import Path

import aiohttp

from pi_agent.app import MODELS
from pi_agent.common_options import add_common_options, configuration_of
from pi_agent.configuration import ObjectsConfiguration
from pi_agent.errors import AgentError
from pi_agent.objects import CATALOGUE, CatalogueModel, ModelFolder
from pi_agent.objects.model_error import ModelError
from pi_agent.objects.model_folder import catalogue_model
from pi_agent.objects.open_model import Model, open_model

_FETCH_SECONDS = 300.0
_NONE, _IN_USE = "none", "in use"


class FetchError(AgentError):
    """A model could not be fetched; says why and what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`models install NAME...`, `models use NAME...`; alone it lists."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    text = "fetch a model from its authors, checked bit for bit, and use it"
    install = commands.add_parser("install", help=text, description=text)
    install.set_defaults(command=install_models)
    install.add_argument("names", nargs="+", metavar="NAME", help=", ".join(CATALOGUE))
    install.add_argument("--from", dest="origin", metavar="URL-OR-FILE", help="get it from there")
    add_common_options(install, inherited=True)
    text = f"look for objects with these models from now on; `{_NONE}` stops it"
    use = commands.add_parser("use", help=text, description=text)
    use.set_defaults(command=use_models)
    use.add_argument("names", nargs="+", metavar="NAME", help="an installed model, or a .onnx file")
    add_common_options(use, inherited=True)


def list_models(options: argparse.Namespace) -> int:
    """Print each model, whether it is installed, what it finds, what computes it where in use."""
    objects, folder = configuration_of(options).objects, _folder(options)
    in_use = folder.in_use
    own = [name for name in (*folder.installed, *in_use) if name not in CATALOGUE]
    for name in dict.fromkeys((*CATALOGUE, *own)):
        known = CATALOGUE.get(name)
        finds = f"{known.finds}; {known.licence}" if known else "your own"
        state = _state(folder, name, in_use)
        engine = f"; {_engine(folder.file_of(name), objects)}" if state == _IN_USE else ""
        print(f"{state:13}  {name}: {finds}{engine}")
    return 0


def install_models(options: argparse.Namespace) -> int:
    """Fetch, check, keep and use them; the running agent takes them over at once."""
    objects, folder = configuration_of(options).objects, _folder(options)
    for name in options.names:
        model = catalogue_model(name)
        path = folder.put(model, asyncio.run(_fetch(model, options.origin)))
        runtime = _opened(path, objects).runtime
        print(f"{name}: {runtime}, finds {model.finds}; {model.licence}")
    _use(folder, (*folder.in_use, *options.names))
    return 0


def use_models(options: argparse.Namespace) -> int:
    """Choose among what is there; each is tried before."""
    objects, folder = configuration_of(options).objects, _folder(options)
    names = () if options.names == [_NONE] else tuple(map(_own_path, options.names))
    for name in names:
        if folder.file_of(name).is_file():
            model = _opened(folder.file_of(name), objects)
            print(f"{name}: {model.runtime}, finds {', '.join(model.labels)}")
    _use(folder, names)
    return 0


def _use(folder: ModelFolder, names: tuple[str, ...]) -> None:
    folder.choose(names)
    if folder.fixed is not None:
        print("The configuration names others under [objects] models; it goes before this choice.")


def _own_path(name: str) -> str:
    """A file of the user's own as its full path: the agent runs elsewhere."""
    return str(Path(name).resolve()) if name.endswith(".onnx") else name


def _folder(options: argparse.Namespace) -> ModelFolder:
    configuration = configuration_of(options)
    return ModelFolder(configuration.data_dir / MODELS, fixed=configuration.objects.models)


def _opened(path: Path, objects: ObjectsConfiguration) -> Model:
    """As the agent opens it."""
    return open_model(path, threads=objects.threads, runtime=objects.runtime)


def _engine(path: Path, objects: ObjectsConfiguration) -> str:
    try:
        return f"by {_opened(path, objects).runtime}"
    except ModelError as error:
        return f"cannot be used: {error}"


def _state(folder: ModelFolder, name: str, in_use: tuple[str, ...]) -> str:
    if not folder.file_of(name).is_file():
        return "missing" if name in in_use else "not installed"
    return _IN_USE if name in in_use else "installed"


async def _fetch(model: CatalogueModel, origin: str | None) -> bytes:
    origin = origin or model.url
    try:
        if "://" not in origin:
            return await asyncio.to_thread(Path(origin).read_bytes)
        timeout = aiohttp.ClientTimeout(total=_FETCH_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout, raise_for_status=True) as session,
            session.get(origin) as answer,
        ):
            return await _read(answer, most=model.size + 1)  # one more tells that it is another
    except (OSError, TimeoutError, aiohttp.ClientError) as error:
        raise FetchError(
            f"{model.name} cannot be fetched from {origin}: {error or type(error).__name__}; "
            "try again, or get the file another way and install it with --from FILE"
        ) from error


async def _read(answer: aiohttp.ClientResponse, *, most: int) -> bytes:
    data = bytearray()
    async for part in answer.content.iter_any():
        data += part
        if len(data) >= most:
            break
    return bytes(data[:most])
