"""Every event reaches the second machine, whatever breaks in between; a real OpenSSH server."""

import asyncio
import hashlib
import json
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pi_agent.copies import sftp_target
from pi_agent.copies.ssh_keys import authorized_line
from pi_agent.errors import StorageError
from pi_agent.protocol import EventState
from pi_agent.storage import CopyProgress, MediaDigests
from tests.small_disk import small_disk
from tests.ssh_server import SshServer, network

from .conftest import ALL, Studio, all_copied, jpeg, names, until

BIG = os.urandom(5_000_000)


async def test_snapshot_clip_and_event_are_copied_as_they_appear(
    studio: Studio, server: SshServer
) -> None:
    async with studio.copying() as copier:
        await studio.event(1, clip=None, state=EventState.STARTED, clip_error=None)
        copier.nudge()
        await until(lambda: server.files() == names(1, ".jpg"))
        await studio.event(1)
        copier.nudge()
        await all_copied(copier)
        assert copier.copied_files == 3
    assert server.files() == names(1, *ALL)
    picture, document, clip = (server.home / name for name in names(1, *ALL))
    assert (picture.read_bytes(), clip.read_bytes()) == (jpeg(1), b"movie")
    told = json.loads(document.read_text())
    assert (told["id"], told["state"], told["clip"]) == ("event-0001", "ended", clip.name)
    assert told["sha256"] == {
        "snapshot": hashlib.sha256(jpeg(1)).hexdigest(),
        "clip": hashlib.sha256(b"movie").hexdigest(),
    }


async def test_what_changes_later_is_told_again_and_files_are_sent_once(
    studio: Studio, server: SshServer
) -> None:
    await studio.event(1)
    async with studio.copying() as copier:
        await all_copied(copier)
        await studio.events.amend("event-0001", lambda e: replace(e, keep=True))
        copier.nudge()
        await all_copied(copier)
        assert copier.copied_files == 4
    (document,) = names(1, ".json")
    assert json.loads((server.home / document).read_text())["keep"] is True


async def test_an_event_that_only_goes_on_costs_the_card_no_write(
    studio: Studio, server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[int] = []
    save = CopyProgress.save

    async def _noted(progress: CopyProgress, revision: int) -> None:
        saved.append(revision)
        await save(progress, revision)

    monkeypatch.setattr(CopyProgress, "save", _noted)
    async with studio.copying() as copier:

        def _is_done(revision: int) -> Callable[[], bool]:
            return lambda: copier._done == revision

        for revision in (1, 2, 3):
            await studio.event(1, clip=None, clip_error=None, state=EventState.UPDATED)
            copier.nudge()
            await until(_is_done(revision))
        assert saved == [1]
        await studio.event(1)
        copier.nudge()
        await all_copied(copier)
    assert saved[-1] == 5


async def test_nothing_to_copy_means_no_connection(studio: Studio, server: SshServer) -> None:
    server.stop()
    async with studio.copying() as copier:
        await asyncio.sleep(0.2)
        assert copier.problem is None


async def test_an_outage_loses_nothing_and_is_told_once(
    studio: Studio, server: SshServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "pi_agent.runtime")
    server.stop()
    for number in range(25):  # more than are taken at once
        await studio.event(number)
    async with studio.copying() as copier:
        await until(lambda: copier.problem)
        assert copier.problem == f"{studio.place.machine} cannot be reached: Connection refused"
        assert await copier.waiting() == 25
        await asyncio.sleep(0.3)
        server.start()
        await all_copied(copier)
    assert server.files() == sorted(name for n in range(25) for name in names(n, *ALL))
    levels = [r.levelname for r in caplog.records if "waits" in r.message]
    assert levels[0] == "WARNING"
    assert set(levels[1:]) == {"DEBUG"}


async def test_the_other_machine_goes_while_an_idle_connection_is_open(
    studio: Studio, server: SshServer
) -> None:
    async with studio.copying() as copier:
        await studio.event(1)
        copier.nudge()
        await all_copied(copier)
        server.stop()
        server.start()
        await studio.event(2)
        copier.nudge()
        await until(lambda: len(server.files()) == 6)
        await all_copied(copier)


async def test_a_connection_cut_in_the_middle_of_a_clip_is_gone_on_with(
    studio: Studio, server: SshServer
) -> None:
    await studio.event(1, clip=BIG)
    (clip,) = names(1, ".mp4")
    async with network(server.port) as between:
        place = replace(studio.place, port=between.port)
        line = studio.place.known_hosts.read_text().replace(str(server.port), str(between.port))
        studio.place.known_hosts.write_text(line)
        between.cut_after = 3_000_000
        async with studio.copying(place) as copier:
            await until(lambda: copier.problem)
            (part,) = server.files("*.part")
            assert part == f"{clip}.part"
            assert clip not in server.files()
            assert 0 < (server.home / part).stat().st_size < len(BIG)
            await all_copied(copier)
        assert between.passed < 1.4 * len(BIG)
    assert (server.home / clip).read_bytes() == BIG
    assert not server.files("*.part")


async def test_a_restart_in_the_middle_goes_on_where_it_was(
    studio: Studio, server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await studio.event(1)
    await studio.event(2, clip=BIG)
    monkeypatch.setattr(sftp_target, "_BLOCK_BYTES", 50_000)
    async with studio.copying():
        await until(lambda: names(2, ".mp4.part")[0] in server.files())
    assert names(1, ".mp4")[0] in server.files()
    assert names(2, ".mp4")[0] not in server.files()
    assert await CopyProgress(studio.database, studio.place.url).load() == 2
    async with studio.copying() as copier:
        await all_copied(copier)
        assert copier.copied_files == 2  # the clip that was under way, and its event
    assert (server.home / names(2, ".mp4")[0]).read_bytes() == BIG
    assert not server.files("*.part")


async def test_a_machine_that_hangs_is_left_and_tried_again(
    studio: Studio, server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sftp_target, "_ANSWER_SECONDS", 0.5)
    async with studio.copying() as copier:
        await studio.event(1)
        copier.nudge()
        await all_copied(copier)
        with server.hanging():  # with the connection that is still open
            await studio.event(2)
            copier.nudge()
            await until(lambda: copier.problem)
            assert copier.problem == f"{studio.place.machine} does not answer any more"
            await until(lambda: len(server.files()) == 6)  # by a connection of its own
        monkeypatch.setattr(sftp_target, "_ANSWER_SECONDS", 60.0)
        await all_copied(copier)


async def test_a_part_that_is_something_else_is_begun_anew(
    studio: Studio, server: SshServer
) -> None:
    """The other machine's power was cut: zeros where the last blocks should be."""
    await studio.event(1, clip=BIG)
    (clip,) = names(1, ".mp4")
    part = server.home / f"{clip}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(BIG[:1_000_000] + bytes(1_000_000))
    problems: list[str] = []
    async with studio.copying() as copier:
        await until(lambda: copier.problem)
        problems.append(str(copier.problem))
        await all_copied(copier)
    assert "differs from what was sent" in problems[0]
    assert (server.home / clip).read_bytes() == BIG


async def test_a_full_disk_at_the_other_side_is_told_and_waited_for(
    studio: Studio, server: SshServer
) -> None:
    with small_disk(server.home / "pi", megabytes=4) as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(2_000_000))
        await studio.event(1, clip=BIG[:3_000_000])
        async with studio.copying() as copier:
            await until(lambda: copier.problem)
            assert "is its disk full?" in str(copier.problem)
            assert names(1, ".mp4")[0] not in server.files()
            ballast.unlink()
            await all_copied(copier)
        assert (server.home / names(1, ".mp4")[0]).read_bytes() == BIG[:3_000_000]


async def test_a_directory_that_may_not_be_written_is_told(
    studio: Studio, server: SshServer
) -> None:
    server.authorize(authorized_line(studio.place), sftp_options="-R")
    await studio.event(1)
    async with studio.copying() as copier:
        await until(lambda: copier.problem)
        assert "give that user the directory" in str(copier.problem)
        server.authorize(authorized_line(studio.place))
        await all_copied(copier)


async def test_a_key_that_may_only_add_files_is_enough(studio: Studio, server: SshServer) -> None:
    """The line that `pi-agent copy key` prints."""
    server.authorize(authorized_line(studio.place))
    await studio.event(1, clip=BIG)
    (clip,) = names(1, ".mp4")
    async with network(server.port) as between:
        place = replace(studio.place, port=between.port)
        line = studio.place.known_hosts.read_text().replace(str(server.port), str(between.port))
        studio.place.known_hosts.write_text(line)
        between.cut_after = 2_000_000
        async with studio.copying(place) as copier:
            await all_copied(copier)
            await studio.events.amend("event-0001", lambda e: replace(e, keep=True))
            copier.nudge()
            await all_copied(copier)
    assert (server.home / clip).read_bytes() == BIG
    assert not server.files("*.part")
    (document,) = names(1, ".json")  # the first stands: nothing may be replaced
    assert json.loads((server.home / document).read_text())["keep"] is False


async def test_such_a_key_reads_lists_and_deletes_nothing(
    studio: Studio, server: SshServer
) -> None:
    import asyncssh

    from pi_agent.copies.ssh_connection import connect

    await studio.event(1)
    async with studio.copying() as copier:
        await all_copied(copier)
    server.authorize(authorized_line(studio.place))
    picture, clip, other = (str(server.home / name) for name in names(1, ".jpg", ".mp4", ".other"))
    async with connect(studio.place) as connection, connection.start_sftp_client() as sftp:
        for refused in (
            sftp.listdir(studio.place.directory),
            sftp.remove(clip),
            sftp.rmdir(studio.place.directory),
            sftp.chmod(clip, 0o777),
            sftp.symlink(clip, other),
        ):
            with pytest.raises(asyncssh.SFTPPermissionDenied):
                await refused
        async with sftp.open(clip, "rb") as file:
            with pytest.raises(asyncssh.SFTPPermissionDenied):
                await file.read()
        with pytest.raises(asyncssh.SFTPOpUnsupported):
            await sftp.posix_rename(clip, other)
        with pytest.raises(asyncssh.SFTPFailure):
            await sftp.rename(picture, clip)
    assert Path(clip).read_bytes() == b"movie"


async def test_a_file_that_was_removed_by_hand_is_left_out_and_holds_up_nothing(
    studio: Studio, server: SshServer, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (1, 2):
        await studio.event(number)
    event = await studio.events.find("event-0001")
    assert event is not None
    studio.media.clip_path(event).unlink()
    async with studio.copying() as copier:
        await all_copied(copier)
        assert copier.left_out_files == 1
    assert server.files() == sorted([*names(1, ".jpg", ".json"), *names(2, *ALL)])
    assert "cannot be copied: No such file" in caplog.text


async def test_events_that_were_deleted_before_they_were_copied_are_told(
    studio: Studio, server: SshServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with studio.copying() as copier:
        await studio.event(1)
        copier.nudge()
        await all_copied(copier)
    for number in (2, 3):
        await studio.event(number)
    await studio.events.delete("event-0002")
    async with studio.copying() as copier:
        await all_copied(copier)
    assert server.files() == sorted([*names(1, *ALL), *names(3, *ALL)])
    assert "deleted here before" in caplog.text


async def test_a_card_that_takes_nothing_any_more_is_copied_all_the_same(
    studio: Studio, server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def _refuse(_progress: CopyProgress, _revision: int) -> None:
        raise StorageError("the disk is read-only")

    for number in range(25):  # more than are taken at once
        await studio.event(number)
    with monkeypatch.context() as patch:
        patch.setattr(CopyProgress, "save", _refuse)
        async with studio.copying() as copier:
            await all_copied(copier)
            assert copier.copied_files == 75
    async with studio.copying() as copier:  # the next start sees that all of it is there
        await all_copied(copier)
        assert copier.copied_files == 25  # the documents are told anew


async def test_an_event_that_is_deleted_while_it_waits_its_turn_is_skipped(
    studio: Studio, server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        await studio.event(number)
    listed = studio.events.changed_after

    async def _then_delete(revision: int, *, limit: int | None = None) -> object:
        events = await listed(revision, limit=limit)
        await studio.events.delete("event-0001")
        return events

    monkeypatch.setattr(studio.events, "changed_after", _then_delete)
    async with studio.copying() as copier:
        await all_copied(copier)
        assert copier.left_out_files == 0
    assert server.files() == names(2, *ALL)


async def test_an_older_file_of_that_name_is_replaced(studio: Studio, server: SshServer) -> None:
    await studio.event(1)
    (clip,) = names(1, ".mp4")
    (server.home / clip).parent.mkdir(parents=True)
    (server.home / clip).write_bytes(b"half")
    async with studio.copying() as copier:
        await all_copied(copier)
    assert (server.home / clip).read_bytes() == b"movie"


async def test_a_database_that_was_begun_anew_is_copied_from_its_beginning(
    studio: Studio, server: SshServer
) -> None:
    await CopyProgress(studio.database, studio.place.url).save(999)
    await studio.event(1)
    copier = studio.copier()
    copier.start()
    await until(lambda: server.files() == names(1, *ALL))
    await all_copied(copier)
    await copier.close()
    await copier.close()
    assert await CopyProgress(studio.database, studio.place.url).load() == 2


@pytest.mark.logs_errors
async def test_a_mistake_of_ours_ends_nothing(
    studio: Studio, server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await studio.event(1)
    digests, failures = studio.events.digests, [ValueError("a mistake")]

    async def _sometimes(event_id: str) -> MediaDigests:
        if failures:
            raise failures.pop()
        return await digests(event_id)

    monkeypatch.setattr(studio.events, "digests", _sometimes)
    async with studio.copying() as copier:
        await until(lambda: server.files() == names(1, *ALL))
        await all_copied(copier)
