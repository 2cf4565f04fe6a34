"""deploy/backup.sh against a real server whose data folder is lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from places import DEPLOY
from scripts.servers.postgres import PostgresServer, wheel_binaries
from tests.integration.postgres_steps import NOW, a_post, numbered

from postgres_server import connect, own_server
from sentistream.storage.postgres.store import PostgresStore

SCRIPT = DEPLOY / "backup.sh"
SECONDS = 60


@pytest.fixture
def server() -> Any:
    with own_server() as found:
        yield found


@pytest.fixture
def backup(server: PostgresServer) -> Any:
    folder = Path(tempfile.mkdtemp(prefix="sentistream-backup-", dir="/var/tmp"))
    shutil.chown(folder, server.folder.owner(), server.folder.group())
    yield folder
    shutil.rmtree(folder)


def as_its_user(server: PostgresServer) -> dict[str, Any]:
    """Arguments of a process of the server's user, with the programs of its version."""
    binaries = os.environ.get("SENTISTREAM_TEST_POSTGRES_BINARIES") or wheel_binaries()
    named = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": server.user, "PGPASSWORD": server.password}
    return {"env": os.environ | named | {"PATH": f"{binaries}:{os.environ['PATH']}"}, "cwd": "/", **server.identity}


def run(server: PostgresServer, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, *arguments], capture_output=True, text=True, timeout=SECONDS, check=False, **as_its_user(server)
    )


@contextmanager
def following(server: PostgresServer, folder: Path) -> Iterator[None]:
    process = subprocess.Popen([SCRIPT, "follow", folder], **as_its_user(server))
    try:
        deadline = time.monotonic() + SECONDS
        while not list(folder.glob("log/*.partial")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(SECONDS)


def inside(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def administer(server: PostgresServer, *statements: str) -> None:
    connection = await connect(server.url())
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def recovered(server: PostgresServer) -> None:
    """Until it has read the whole log; it answers questions before."""
    connection = await connect(server.url())
    async with asyncio.timeout(SECONDS):
        while await connection.fetchval("SELECT pg_is_in_recovery()"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await connection.close()


@asynccontextmanager
async def opened(server: PostgresServer) -> AsyncIterator[PostgresStore]:
    store = PostgresStore(server.url())
    await store.migrate()
    yield store
    await store.close()


async def write(store: PostgresStore, first: int, count: int) -> None:
    """Each post in a transaction of its own."""
    for number in range(first, first + count):
        await store.write(numbered([a_post(number)], f"w{number}"), NOW)


async def test_a_commit_that_waits_for_the_backup_is_never_lost(server: PostgresServer, backup: Path) -> None:
    with following(server, backup):
        async with opened(server) as store:
            await write(store, 0, 5)
            assert run(server, "copy", backup).returncode == 0
            await write(store, 5, 5)
            await administer(
                server,
                "SELECT pg_switch_wal()",  # so that there is a whole file of the log, too
                "ALTER SYSTEM SET synchronous_standby_names = 'pg_receivewal'",
                "SELECT pg_reload_conf()",
            )
            await write(store, 10, 50)
        server.kill()
    shutil.rmtree(server.data)
    done = run(server, "restore", backup, server.data)
    assert done.returncode == 0, done.stderr
    server.start()
    await recovered(server)
    async with opened(server) as store:
        assert await store.posts.count() == 60
        assert await store.ledger.findings() == []
        await write(store, 60, 1)


async def test_two_copies_and_their_log_are_kept(server: PostgresServer, backup: Path) -> None:
    with following(server, backup):
        async with opened(server) as store:
            for number in range(3):
                await write(store, number, 1)
                await administer(server, "SELECT pg_switch_wal()")
                done = run(server, "copy", backup)
                assert done.returncode == 0, done.stderr
                if not number:
                    [first] = inside(backup / "copies")
                    before = inside(backup / "log")
    kept = inside(backup / "copies")
    assert len(kept) == 2
    assert first not in kept
    assert before - inside(backup / "log"), "nothing was dropped"
    for copy in kept:
        label = (backup / "copies" / copy / "backup_label").read_text()
        needed = label.partition("(file ")[2].partition(")")[0]
        assert any(name.startswith(needed) for name in inside(backup / "log"))


def test_it_restores_into_an_empty_folder_only(server: PostgresServer, backup: Path) -> None:
    (backup / "copies" / "20260302T120000Z").mkdir(parents=True)
    refused = run(server, "restore", backup, server.data)
    assert refused.returncode == 1
    assert "is not empty" in refused.stderr


def test_a_copy_needs_the_log(server: PostgresServer, backup: Path) -> None:
    refused = run(server, "copy", backup)
    assert refused.returncode == 1
    assert "nobody follows" in refused.stderr


def test_it_says_how_it_is_called(server: PostgresServer) -> None:
    done = run(server, "help")
    assert done.returncode == 2
    assert "backup.sh restore FOLDER DATA" in done.stderr
