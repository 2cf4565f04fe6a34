"""How much is lost when the disk of the database is, and how long is it until posts are stored again?

A worker stores posts while `deploy/backup.sh` follows. The server is killed, its data folder deleted and restored, and
the worker goes on trying. What is lost is counted from the last post committed before; the clock stops at the first one
stored after. `--folder FOLDER` takes the database of team_queries, to which some thousand posts are added.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
from scripts.servers.postgres import PostgresServer, wheel_binaries

from benchmarks.measure import Answer, below
from benchmarks.millions import write
from benchmarks.team import postgres, team
from sentistream.storage.postgres.store import PostgresStore
from sentistream.storage.rows import micros

SCRIPT = Path(__file__).parents[1] / "deploy" / "backup.sh"
RATE = 200
SECONDS = 20
PATIENCE = 300


class Stored(NamedTuple):
    """Posts stored until a moment, when the last was ingested (microseconds since 1970), and whether more will come."""

    posts: int
    last: int
    recovering: bool


def run(folder: Path | None = None) -> list[Answer]:
    """What one disaster costs."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres(folder))
        asyncio.run(_filled(database.url()))
        backup = Path(tempfile.mkdtemp(prefix="sentistream-backup-", dir="/var/tmp"))
        stack.callback(shutil.rmtree, backup, ignore_errors=True)
        shutil.chown(backup, database.folder.owner(), database.folder.group())
        running = stack.enter_context(team("fast", database))
        with _following(database, backup):
            copying = _script(database, "copy", backup)
            whole = _stored(database)
            running.start("worker")
            running.start("ingest", "--source", "synthetic", "--posts-per-minute", RATE * 60)
            before = _await(database, lambda found: found.posts > whole.posts + RATE * SECONDS)
            database.kill()
            killed, killed_at = time.perf_counter(), micros(datetime.now(UTC))
        shutil.rmtree(database.data)
        _script(database, "restore", backup, database.data)
        database.start(PATIENCE)
        _await(database, lambda found: not found.recovering)
        after = _stored(database, until=killed_at)
        _await(database, lambda found: found.last > killed_at)
        recovered = time.perf_counter() - killed
    size = f"one disaster, {whole.posts:,} posts, of which a copy takes {copying:.1f} s"
    lost = f"{before.posts - after.posts:,} posts of {RATE} a second were lost; {size}"
    return [
        below(
            "database lost: posts missing after the restore (RPO)", [(before.last - after.last) / 1e6], "s", 60, lost
        ),
        below("database lost: until a worker stores again (RTO)", [recovered], "s", 300, size),
    ]


@contextmanager
def _following(database: PostgresServer, backup: Path) -> Iterator[None]:
    process = subprocess.Popen([SCRIPT, "follow", backup], **_as_its_user(database))
    try:
        deadline = time.monotonic() + PATIENCE
        while not list(backup.glob("log/*.partial")):
            assert time.monotonic() < deadline, "the log is not received"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _script(database: PostgresServer, *arguments: object) -> float:
    """Run it to its end; returns how many seconds that took."""
    started = time.perf_counter()
    subprocess.run([SCRIPT, *arguments], check=True, **_as_its_user(database))
    return time.perf_counter() - started


def _as_its_user(database: PostgresServer) -> dict[str, Any]:
    """Arguments of a process that uses `database` as its own user does, with the programs of its version."""
    named = {"PGHOST": "127.0.0.1", "PGPORT": str(database.port), "PGUSER": database.user}
    path = f"{wheel_binaries()}:{os.environ['PATH']}"
    return {
        "env": os.environ | named | {"PGPASSWORD": database.password, "PATH": path},
        "cwd": "/",
        **database.identity,
    }


def _stored(database: PostgresServer, until: int = 2**62) -> Stored:
    return asyncio.run(_ask(database, until))


async def _ask(database: PostgresServer, until: int) -> Stored:
    connection = await asyncpg.connect(database.url().replace("+asyncpg", ""))
    try:
        last = "SELECT coalesce(max(changed_at), 0) FROM social_media_posts WHERE changed_at <= $1"
        created = """SELECT coalesce(sum(count), 0) - (SELECT count(*) FROM social_media_posts WHERE changed_at > $1)
            FROM ledger WHERE outcome = 'created'"""
        recovering = await connection.fetchval("SELECT pg_is_in_recovery()")
        posts, newest = [await connection.fetchval(question, until) for question in (created, last)]
        return Stored(int(posts), int(newest), recovering)
    finally:
        await connection.close()


def _await(database: PostgresServer, enough: Callable[[Stored], bool]) -> Stored:
    deadline = time.monotonic() + PATIENCE
    while not enough(found := _stored(database)):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


async def _filled(url: str) -> None:
    store = PostgresStore(url, statement_seconds=0)
    await store.migrate()
    if await store.posts.count() == 0:
        await write(store, datetime.now(UTC))
    await store.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    for answer in run(parser.parse_args().folder):
        print(answer.row(), flush=True)
