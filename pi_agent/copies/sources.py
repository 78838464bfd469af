"""What is copied: a picture or a document in memory, a clip on the disk."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


class MemorySource:
    """Bytes that are in memory anyhow."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self._data)

    async def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, at most `length`."""
        return self._data[offset : offset + length]


class FileSource:
    """An open file that does not change; it may lose its name meanwhile."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self._size

    async def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, at most `length`. Raises OSError."""
        return await asyncio.to_thread(os.pread, self._descriptor, length, offset)


@asynccontextmanager
async def open_file(path: Path) -> AsyncIterator[FileSource]:
    """The file, open while the block runs. Raises OSError."""
    descriptor = await asyncio.to_thread(os.open, path, os.O_RDONLY)
    try:
        yield FileSource(descriptor)
    finally:
        os.close(descriptor)
