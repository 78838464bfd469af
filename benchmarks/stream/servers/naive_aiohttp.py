"""A coroutine for each viewer that builds and writes its own part: aiohttp used as it comes."""

import asyncio
import sys
import threading

from aiohttp import web

from .serving import announce, end_with_caller, paced, part_head, pictures_of


class Newest:
    """The newest picture, and an Event a frame for those who wait for it. Lives on the loop."""

    def __init__(self) -> None:
        self.picture = (b"", 0.0)
        self.came = asyncio.Event()

    def put(self, picture: tuple[bytes, float]) -> None:
        """Wake every viewer."""
        self.picture = picture
        self.came.set()
        self.came = asyncio.Event()


NEWEST = web.AppKey("newest", Newest)


async def stream(request: web.Request) -> web.StreamResponse:
    """Parts until the viewer leaves."""
    newest = request.app[NEWEST]
    response = web.StreamResponse(
        headers={"Content-Type": "multipart/x-mixed-replace; boundary=frame"}
    )
    await response.prepare(request)
    try:
        while True:
            await newest.came.wait()
            jpeg, captured_at = newest.picture
            await response.write(b"--frame\r\n" + part_head(jpeg, captured_at) + jpeg + b"\r\n")
    except ConnectionResetError:
        return response


async def serve(fps: float, pictures: list[bytes]) -> None:
    """Serve until the caller ends."""
    application = web.Application()
    newest = application[NEWEST] = Newest()
    application.router.add_get("/stream", stream)
    runner = web.AppRunner(application, access_log=None, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    loop = asyncio.get_running_loop()

    def capture() -> None:
        for picture in paced(pictures, fps):
            loop.call_soon_threadsafe(newest.put, picture)

    threading.Thread(target=capture, daemon=True).start()
    announce(runner.addresses[0][1])
    await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and serve."""
    fps, *paths = sys.argv[1:]
    end_with_caller()
    asyncio.run(serve(float(fps), pictures_of(paths)))


if __name__ == "__main__":
    main()
