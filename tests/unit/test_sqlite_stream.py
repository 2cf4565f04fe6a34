"""The embedded stream's file: full disks, folders it may not write, files of others."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlite_stream_steps import GROUP, Opener, check, drain, opened, posts

from sentistream.domain.errors import DiskFull, StorageUnavailable
from sentistream.stream.sqlite_file import SCHEMA_VERSION

__all__ = ["opened"]  # pytest finds the fixture here


# A full disk


async def test_sqlite_running_out_of_pages_takes_nothing_and_recovers(opened: Opener, tmp_path: Path) -> None:
    path = tmp_path / "stream.db"
    async with opened(path) as stream:
        await stream.publish(posts(0, 10))
        limit = await stream._writer.run(
            lambda log: int(log._file.value("PRAGMA page_count")) and int(log._file.value("PRAGMA max_page_count = 20"))
        )
        assert limit == 20
        with pytest.raises(DiskFull, match="free some space") as refused:
            await stream.publish(posts(10, 1_000))
        assert isinstance(refused.value.__cause__, sqlite3.Error)
        assert refused.value.__cause__.sqlite_errorcode == sqlite3.SQLITE_FULL  # the fault was the disk's
        counts = await stream.counts(GROUP)
        assert (counts.received, counts.waiting) == ({"http": 10}, {"http": 10})
        await stream._writer.run(lambda log: log._file.value("PRAGMA max_page_count = 1000000"))
        await stream.publish(posts(10, 1_000))
        assert await drain(stream) == list(range(1_010))
    assert check(path) == "ok"


FULL_DISK = """
import asyncio, json, os, shutil, sys
from datetime import UTC, datetime
from pathlib import Path
from sentistream.domain.errors import DiskFull
from sentistream.domain.post import Post
from sentistream.settings import StreamSettings
from sentistream.stream.sqlite import SqliteStream

folder = Path(sys.argv[1])
ballast = folder / "ballast"

def fill(leave):
    with ballast.open("wb") as file:
        file.truncate(0)
        file.write(b"x" * (shutil.disk_usage(folder).free - leave))

def batch(first):
    return [
        Post(post_id=str(n), source="twitter", content="x" * 500, created_at=datetime(2026, 3, 1, tzinfo=UTC))
        for n in range(first, first + 100)
    ]

async def main():
    report = {}
    settings = StreamSettings(min_free_bytes=0)
    stream = SqliteStream(folder / "stream.db", settings, lambda: datetime.now(UTC))
    await stream.open()
    await stream.publish(batch(0))
    fill(leave=300_000)
    accepted = 1
    while True:
        try:
            await stream.publish(batch(accepted * 100))
        except DiskFull as error:
            report["cause"] = error.__cause__.sqlite_errorname
            report["free"] = shutil.disk_usage(folder).free
            break
        accepted += 1
    counts = await stream.counts("sentiment_workers")
    report["received"], report["waiting"] = counts.received["http"], counts.waiting["http"]
    report["accepted"] = accepted * 100
    ballast.unlink()
    await stream.publish(batch(accepted * 100))
    await stream.close()

    strict = SqliteStream(folder / "stream.db", StreamSettings(min_free_bytes=2**20), lambda: datetime.now(UTC))
    await strict.open()
    fill(leave=2**19)
    try:
        await strict.publish(batch(0))
    except DiskFull as error:
        report["strict"] = error.message
    ballast.unlink()
    await strict.publish(batch((accepted + 1) * 100))
    taken = []
    async with strict.consume("sentiment_workers", 500, 0) as consumer:
        while (await strict.lag("sentiment_workers")).entries:
            delivered = await anext(aiter(consumer.batches()))
            taken += [int(d.entry.post_id) for d in delivered.entries]
            await consumer.ack(delivered)
    report["taken"] = taken == list(range((accepted + 2) * 100))
    await strict.close()
    print(json.dumps(report))

asyncio.run(main())
"""


def test_a_disk_that_is_really_full_takes_nothing_and_recovers(tmp_path: Path) -> None:
    """On a file system of 8 MiB in a mount namespace of its own, which ends with the process."""
    mount = ["unshare", "--mount", "--map-root-user", "sh", "-ec", 'mount -t tmpfs -o size=8m none "$0"; exec "$@"']
    if (
        shutil.which("unshare") is None
        or subprocess.run([*mount, str(tmp_path), "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("this system lets nobody mount a small file system (unshare --mount --map-root-user)")
    result = subprocess.run(
        [*mount, str(tmp_path), sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["cause"] == "SQLITE_FULL"
    assert report["free"] < 100_000
    assert report["received"] == report["waiting"] == report["accepted"]
    assert "stream.min_free_bytes" in report["strict"]
    assert report["taken"] is True


# What may not be written


@pytest.fixture
def foreign_folder() -> Iterator[Path]:
    """A folder that the present user can be kept from writing to, outside of folders only root can enter."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def make_read_only() -> Iterator[Callable[[Path], None]]:
    """Take all rights to write a folder and its files, root's included: until the test ends we are nobody."""
    root = os.geteuid() == 0

    def forbid(folder: Path) -> None:
        for file in folder.iterdir():
            file.chmod(0o444)
        folder.chmod(0o555)
        if root:
            os.seteuid(65534)
        with pytest.raises(PermissionError):
            (folder / "probe").touch()

    yield forbid
    if root:
        os.seteuid(0)


async def test_a_read_only_folder_is_told_apart_and_left_alone(
    opened: Opener, foreign_folder: Path, make_read_only: Callable[[Path], None]
) -> None:
    path = foreign_folder / "stream.db"
    async with opened(path) as stream:
        await stream.publish(posts(0, 10))
    before = path.read_bytes()
    make_read_only(foreign_folder)
    new = foreign_folder / "new.db"
    with pytest.raises(StorageUnavailable, match=r"cannot write .*stream\.db .*writable for this user"):
        async with opened(path):
            pytest.fail("a stream that cannot be written must not open")
    with pytest.raises(StorageUnavailable, match="writable for this user"):
        async with opened(new):
            pytest.fail("a stream that cannot be created must not open")
    with pytest.raises(StorageUnavailable, match="cannot create the folder"):
        async with opened(foreign_folder / "folder" / "new.db"):
            pytest.fail("a folder that cannot be created must not open")
    assert path.read_bytes() == before
    assert not new.exists()


async def test_a_path_that_is_no_file_is_told(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(StorageUnavailable, match="cannot write"):
        async with opened(tmp_path / "folder.db"):
            pytest.fail("a folder is no stream")
    (tmp_path / "file").touch()
    with pytest.raises(StorageUnavailable, match="cannot create the folder"):
        async with opened(tmp_path / "file" / "stream.db"):
            pytest.fail("a file is no folder")


async def test_an_open_stream_that_may_not_write_any_more_says_so(opened: Opener, tmp_path: Path) -> None:
    async with opened(tmp_path / "stream.db") as stream:
        await stream.publish(posts(0, 1))
        await stream._writer.run(lambda log: log._file.db.execute("PRAGMA query_only = ON"))
        with pytest.raises(StorageUnavailable, match="attempt to write a readonly database"):
            await stream.publish(posts(1, 1))
        await stream._writer.run(lambda log: log._file.db.execute("PRAGMA query_only = OFF"))
        await stream.publish(posts(1, 1))
        assert await drain(stream) == [0, 1]


# Files of others


async def test_a_newer_file_is_refused_and_left_alone(opened: Opener, tmp_path: Path) -> None:
    path = tmp_path / "stream.db"
    async with opened(path):
        pass
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StorageUnavailable, match="newer version of SentiStream"):
        async with opened(path):
            pytest.fail("a newer file must not open")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [("sqlite", "something other than a stream"), ("text", "damaged or no stream")],
)
async def test_a_file_of_somebody_else_is_refused_and_left_alone(
    opened: Opener, tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "other.db"
    if content == "text":
        path.write_text("Dear diary, " * 1_000)
    else:
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE diary (page TEXT)")
        db.close()
    before = path.read_bytes()
    with pytest.raises(StorageUnavailable, match=message):
        async with opened(path):
            pytest.fail("a foreign file must not open")
    assert path.read_bytes() == before
