"""A directory on an SSH server. Imports the SSH library: import this only where it is needed."""

import asyncio
import hashlib
import posixpath
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import asyncssh
from asyncssh import SFTPClient, SFTPClientFile
from asyncssh.constants import FXF_CREAT, FXF_TRUNC, FXF_WRITE

from .destination import CopyError, Destination, Source
from .ssh_connection import connect

_BLOCK_BYTES = 256 * 1024
_ANSWER_SECONDS = 60.0  # a disk that spins up, not one that hangs


class SftpTarget:
    """Writes files below a directory of the other machine.

    A file is `NAME.part` until all of it is on that machine's disk, as long as it should be and,
    where our key may read there, read again with the same SHA-256. A part that a cut connection
    left is gone on with, where it can be read, and begun anew where not.
    """

    def __init__(self, sftp: SFTPClient, destination: Destination) -> None:
        self._sftp = sftp
        self._destination = destination
        self._folders: set[str] = set()
        self._may_read = True
        self._may_replace = True

    async def prepare(self) -> None:
        """Have the directory there."""
        with self._translated("the directory"):
            await self._make_folder(self._destination.directory)

    async def size_of(self, name: str) -> int | None:
        """The bytes of a file that has its name; None where there is none."""
        with self._translated(name):
            return await self._size_of(self._path(name))

    async def put(self, name: str, source: Source) -> bool:
        """Copy a file; False where an older one of that name may not be replaced."""
        path = self._path(name)
        part = f"{path}.part"
        with self._translated(name):
            if not self._may_replace and await self._size_of(path) is not None:
                return False
            await self._make_folder(posixpath.dirname(path))
            sha256 = await self._send(part, source)
            await self._check(part, source.size, sha256)
            return await self._give_name(part, path)

    def _path(self, name: str) -> str:
        return posixpath.join(self._destination.directory, name)

    async def _make_folder(self, path: str) -> None:
        if path in self._folders:
            return
        async with asyncio.timeout(_ANSWER_SECONDS):
            await self._sftp.makedirs(path, exist_ok=True)
        self._folders.add(path)

    async def _size_of(self, path: str) -> int | None:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return (await self._sftp.stat(path)).size
        except asyncssh.SFTPNoSuchFile:
            return None

    async def _send(self, part: str, source: Source) -> bytes:
        """Write what the part has not yet; the digest of the whole source."""
        done = await self._resumable_bytes(part, source.size)
        flags = FXF_WRITE | FXF_CREAT | (0 if done else FXF_TRUNC)
        sha256 = hashlib.sha256()
        async with asyncio.timeout(_ANSWER_SECONDS):
            file = await self._sftp.open(part, flags, encoding=None)
        async with _closing(file):
            offset = 0
            while block := await source.read(offset, _BLOCK_BYTES):
                sha256.update(block)
                if offset + len(block) > done:
                    async with asyncio.timeout(_ANSWER_SECONDS):
                        await file.write(block, offset)
                offset += len(block)
            await _sync(file)
        return sha256.digest()

    async def _resumable_bytes(self, part: str, size: int) -> int:
        """How much of the part can be kept: it will be read again as a whole."""
        if not self._may_read:
            return 0
        there = await self._size_of(part) or 0
        return there if there <= size and await self._is_readable(part, there) else 0

    async def _is_readable(self, part: str, size: int) -> bool:
        return size > 0 and await self._digest_of(part, most=1) is not None

    async def _check(self, part: str, size: int, sha256: bytes) -> None:
        there = await self._size_of(part)
        if there != size:
            await self._empty(part)
            raise CopyError(f"{there} of {size} bytes of {part} are at {self._machine}")
        found = await self._digest_of(part)
        if found is not None and found != sha256:
            await self._empty(part)
            raise CopyError(
                f"{part} differs from what was sent; look after the disk of {self._machine}"
            )

    async def _empty(self, part: str) -> None:
        """Begin it anew next time."""
        async with asyncio.timeout(_ANSWER_SECONDS):
            file = await self._sftp.open(part, FXF_WRITE | FXF_TRUNC, encoding=None)
            await file.close()

    async def _digest_of(self, part: str, most: int | None = None) -> bytes | None:
        """What is at the other side, read again; None where our key may only write."""
        if not self._may_read:
            return None
        sha256, offset = hashlib.sha256(), 0
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                file = await self._sftp.open(part, "rb")
            async with _closing(file):
                while block := await _read(file, most or _BLOCK_BYTES, offset):
                    sha256.update(block)
                    offset += len(block)
                    if offset == most:
                        break
        except asyncssh.SFTPPermissionDenied:
            self._may_read = False
            return None
        return sha256.digest()

    async def _give_name(self, part: str, path: str) -> bool:
        async with asyncio.timeout(_ANSWER_SECONDS):
            try:
                await self._sftp.posix_rename(part, path)
            except asyncssh.SFTPOpUnsupported:
                self._may_replace = False
                return await self._rename_once(part, path)
        return True

    async def _rename_once(self, part: str, path: str) -> bool:
        """The rename of old, which replaces nothing; whether there was nothing to replace."""
        try:
            await self._sftp.rename(part, path)
        except asyncssh.SFTPError:
            if await self._size_of(path) is None:
                raise
            with suppress(asyncssh.SFTPError):  # our key may not be allowed to delete
                await self._sftp.remove(part)
            return False
        return True

    @property
    def _machine(self) -> str:
        return self._destination.machine

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        where = f"{self._destination.directory or '.'} on {self._machine}"
        try:
            yield
        except asyncssh.SFTPPermissionDenied as error:
            raise CopyError(
                f"{self._destination.user} may not write {what} to {where}; give that user the "
                "directory"
            ) from error
        except asyncssh.SFTPConnectionLost as error:
            raise CopyError(f"the connection to {self._machine} was lost") from error
        except asyncssh.SFTPError as error:
            raise CopyError(
                f"{what} cannot be written to {where} ({error.reason}); is its disk full?"
            ) from error
        except asyncssh.Error as error:
            raise CopyError(f"the connection to {self._machine} was lost: {error}") from error
        except TimeoutError as error:
            raise CopyError(f"{self._machine} does not answer any more") from error


@asynccontextmanager
async def connected(destination: Destination) -> AsyncIterator[SftpTarget]:
    """A connection to the other machine. Raises CopyError, and ConfigurationError for the key."""
    async with connect(destination) as connection:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                sftp = await connection.start_sftp_client()
        except (asyncssh.Error, TimeoutError) as error:
            raise CopyError(
                f"{destination.machine} offers no SFTP ({error}); see its sshd_config: "
                "Subsystem sftp internal-sftp"
            ) from error
        try:
            yield SftpTarget(sftp, destination)
        finally:
            sftp.exit()  # does not wait for the other side: it may hang


@asynccontextmanager
async def _closing(file: SFTPClientFile) -> AsyncIterator[None]:
    """Close the file, but do not wait for a connection that is gone."""
    try:
        yield
    except BaseException:
        with suppress(asyncssh.Error, TimeoutError):
            async with asyncio.timeout(1.0):
                await file.close()
        raise
    async with asyncio.timeout(_ANSWER_SECONDS):
        await file.close()


async def _read(file: SFTPClientFile, size: int, offset: int) -> bytes:
    async with asyncio.timeout(_ANSWER_SECONDS):
        block: bytes = await file.read(size, offset)
    return block


async def _sync(file: SFTPClientFile) -> None:
    """On the other machine's disk, for good, where it knows how."""
    with suppress(asyncssh.SFTPOpUnsupported):
        async with asyncio.timeout(_ANSWER_SECONDS):
            await file.fsync()
