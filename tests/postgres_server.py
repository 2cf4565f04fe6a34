"""A PostgreSQL for tests: the server that SENTISTREAM_TEST_POSTGRES_URL names, else one of our own for the whole run.

The contract holds for every kind of server that is found: the newest wheel's, and what Debian installs. All other tests
use the wheel's, or the folder that SENTISTREAM_TEST_POSTGRES_BINARIES names, such as /usr/lib/postgresql/15/bin. Each
test has a database of its own.
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from scripts.servers.postgres import PostgresServer
from sqlalchemy import make_url

from sentistream.storage.postgres.store import PostgresStore

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian puts servers, each below its version."""


def kinds() -> list[str]:
    """The kinds of server to hold the contract against: an empty one is what all other tests use."""
    if "SENTISTREAM_TEST_POSTGRES_URL" in os.environ or "SENTISTREAM_TEST_POSTGRES_BINARIES" in os.environ:
        return [""]
    return ["", *sorted(folder.parent.parent.name for folder in DEBIAN.glob("*/bin/postgres"))]


@contextmanager
def own_server(kind: str = "") -> Iterator[PostgresServer]:
    """A running server that the test may kill."""
    # Root cannot run PostgreSQL and another user cannot enter root's temporary folders, hence this place.
    folder = Path(tempfile.mkdtemp(prefix="sentistream-postgres-", dir="/var/tmp"))
    named = str(DEBIAN / kind / "bin") if kind else os.environ.get("SENTISTREAM_TEST_POSTGRES_BINARIES")
    server = PostgresServer(folder, binaries=Path(named) if named else None, settings={"fsync": "off"})
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def server_url(kind: str = "") -> str:
    """A server that tests share, each in databases of its own; started at the first call for its kind."""
    if url := os.environ.get("SENTISTREAM_TEST_POSTGRES_URL"):
        return url
    context = own_server(kind)
    server = context.__enter__()
    atexit.register(context.__exit__, None, None, None)
    return server.url()


def database_url(name: str, kind: str = "") -> str:
    """The address of a database on that server."""
    return make_url(server_url(kind)).set(database=name).render_as_string(hide_password=False)


async def administer(*statements: str, kind: str = "") -> None:
    """Run statements on the shared server, outside any transaction."""
    connection = await connect(server_url(kind))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def connect(url: str) -> asyncpg.Connection:
    """The bare driver, as another program would use it."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return await asyncpg.connect(plain, timeout=60)


_existing: set[tuple[str, str]] = set()


async def empty_database(name: str, kind: str = "") -> str:
    """The URL of a database without tables."""
    return await _database(name, "template1", kind)


async def migrated_database(name: str, kind: str = "") -> str:
    """The URL of a database at this version's schema, a copy of one; the same one for the same name."""
    template = f"sentistream_template_{os.getpid()}"
    if (kind, template) not in _existing:
        store = PostgresStore(await empty_database(template, kind))
        await store.migrate()
        await store.close()
    return await _database(name, template, kind)


async def _database(name: str, template: str, kind: str) -> str:
    if (kind, name) not in _existing:
        await administer(f"CREATE DATABASE {name} TEMPLATE {template}", kind=kind)
        _existing.add((kind, name))
        if "SENTISTREAM_TEST_POSTGRES_URL" in os.environ:
            atexit.register(_drop, name)
    return database_url(name, kind)


def _drop(name: str) -> None:
    asyncio.run(administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def name_for(folder: Path) -> str:
    """A database name that stands for a folder."""
    return f"t_{os.getpid()}_{hashlib.blake2b(str(folder).encode(), digest_size=8).hexdigest()}"
