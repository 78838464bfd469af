"""The page's files: what is served, how, and that nothing else is."""

import gzip
import re

from pi_agent.server.page_files import page_files

from .conftest import Api

_MOST_BYTES = 150_000  # in all, as they go over the wire without being packed


async def test_the_page_is_for_everybody(stranger: Api) -> None:
    async with stranger.request("GET", "/") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "<!doctype html>" in (await answer.text()).lower()


async def test_every_file_comes_with_the_headers_that_guard_it(stranger: Api) -> None:
    for path in page_files():
        async with stranger.request("GET", path) as answer:
            assert answer.status == 200
            headers = answer.headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        wanted = "no-cache" if path == "/" else "public, max-age=31536000, immutable"
        assert headers["Cache-Control"] == wanted


async def test_a_file_that_is_known_is_not_sent_again(stranger: Api) -> None:
    async with stranger.request("GET", "/") as answer:
        etag = answer.headers["ETag"]
    async with stranger.request("GET", "/", headers={"If-None-Match": etag}) as answer:
        assert answer.status == 304
        assert await answer.read() == b""
        assert "frame-ancestors" in answer.headers["Content-Security-Policy"]


async def test_files_are_packed_for_who_takes_them_so(stranger: Api) -> None:
    plain = {"Accept-Encoding": "identity"}
    async with stranger.request("GET", "/", headers=plain) as answer:
        assert "Content-Encoding" not in answer.headers
        body = await answer.read()
        etag = answer.headers["ETag"]
    async with stranger.request("GET", "/", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert await answer.read() == body
        assert answer.headers["ETag"] != etag
        assert answer.headers["Vary"] == "Accept-Encoding"


def test_the_whole_page_is_light() -> None:
    visit = {path: file for path, file in page_files().items() if path.startswith("/")}
    languages = {path: len(file.body) for path, file in visit.items() if "/languages/" in path}
    one_language = max(languages.values())
    total = sum(len(file.body) for path, file in visit.items() if path not in languages)
    assert len(languages) == 3
    assert total + one_language < _MOST_BYTES
    assert all(gzip.decompress(file.packed) == file.body for file in page_files().values())


def test_everything_that_the_index_names_is_served() -> None:
    index = page_files()["/"].body.decode()
    named = re.findall(r'(?:href|src)="(/[^"]+)"', index)
    assert named
    assert not [path for path in named if path not in page_files()]


def test_modules_import_files_that_are_served() -> None:
    files = page_files()
    for path, file in files.items():
        if path.endswith(".js"):
            imports = re.findall(r'(?:from|import)\s*\(?\s*"(\./[^"]+)"', file.body.decode())
            folder = path.rpartition("/")[0]
            missing = [name for name in imports if f"{folder}/{name[2:]}" not in files]
            assert not missing, path


def test_nothing_in_the_page_asks_another_host() -> None:
    allowed = ("http://www.w3.org/", "https://my.home-assistant.io/")
    for path, file in page_files().items():
        addresses = re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}/?[^\s\"'`)]*", file.body.decode())
        assert not [a for a in addresses if not a.startswith(allowed)], path


async def test_there_is_no_other_file(stranger: Api) -> None:
    for path in (
        *("/page/", "/page/app.js", "/page/../../etc/passwd", "/page/%2e%2e/app.py"),
        *("/index.html", "//etc/passwd", "/pi_agent/app.py"),
    ):
        status, error = await stranger.error("GET", path)
        assert (status, error["code"]) == (401, "unauthorized"), path


async def test_the_page_cannot_be_changed(stranger: Api) -> None:
    status, _ = await stranger.error("POST", "/")
    assert status == 405


async def test_no_answer_is_taken_for_something_else(api: Api) -> None:
    for path in ("/", "/api/v1/info", "/api/v1/events/x", "/api/v1/cameras/porch/stream.mjpg"):
        async with api.request("GET", path) as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
