"""Waiting, always with a bound or with somebody who would notice that it is in vain."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Never

from .errors import StageError

_LOOK_EVERY_SECONDS = 0.1


async def eventually[T](
    what: str, look: Callable[[], Awaitable[T | None]], *, within_seconds: float
) -> T:
    """What `look` finds at last, None meanwhile; StageError names `what` if it never comes."""
    try:
        async with asyncio.timeout(within_seconds):
            while (found := await look()) is None:
                await asyncio.sleep(_LOOK_EVERY_SECONDS)
            return found
    except TimeoutError:
        raise StageError(f"{what}: not within {within_seconds:g} seconds") from None


async def unless[T](work: Coroutine[Any, Any, T], *failures: Coroutine[Any, Any, Never]) -> T:
    """The result of `work`, or the error of the first of `failures` that comes before it."""
    working = asyncio.ensure_future(work)
    failing = [asyncio.ensure_future(failure) for failure in failures]
    try:
        await asyncio.wait((working, *failing), return_when=asyncio.FIRST_COMPLETED)
        for failure in failing:
            if failure.done():
                failure.result()
        return await working
    finally:
        for task in (working, *failing):
            task.cancel()
        await asyncio.gather(working, *failing, return_exceptions=True)
