"""A PostgreSQL for tests: the server that SENTISTREAM_TEST_POSTGRES_URL names, else one of our own for the whole run.

Tests that kill a server start theirs with `own_server`; SENTISTREAM_TEST_POSTGRES_BINARIES names another folder than
the wheel's, such as Debian's /usr/lib/postgresql/15/bin. Each test has a database of its own.
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


@contextmanager
def own_server() -> Iterator[PostgresServer]:
    """A running server that the test may kill."""
    # Root cannot run PostgreSQL and another user cannot enter root's temporary folders, hence this place.
    folder = Path(tempfile.mkdtemp(prefix="sentistream-postgres-", dir="/var/tmp"))
    named = os.environ.get("SENTISTREAM_TEST_POSTGRES_BINARIES")
    server = PostgresServer(folder, binaries=Path(named) if named else None, settings={"fsync": "off"})
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def server_url() -> str:
    """A server that tests share, each in databases of its own; started at the first call."""
    if url := os.environ.get("SENTISTREAM_TEST_POSTGRES_URL"):
        return url
    context = own_server()
    server = context.__enter__()
    atexit.register(context.__exit__, None, None, None)
    return server.url()


def database_url(name: str) -> str:
    """The address of a database on that server."""
    return make_url(server_url()).set(database=name).render_as_string(hide_password=False)


async def administer(*statements: str) -> None:
    """Run statements on the shared server, outside any transaction."""
    connection = await connect(server_url())
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def connect(url: str) -> asyncpg.Connection:
    """The bare driver, as another program would use it."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return await asyncpg.connect(plain, timeout=60)


_existing: set[str] = set()


async def empty_database(name: str) -> str:
    """The URL of a database without tables."""
    return await _database(name, "template1")


async def migrated_database(name: str) -> str:
    """The URL of a database at this version's schema, a copy of one; the same one for the same name."""
    template = f"sentistream_template_{os.getpid()}"
    if template not in _existing:
        store = PostgresStore(await empty_database(template))
        await store.migrate()
        await store.close()
    return await _database(name, template)


async def _database(name: str, template: str) -> str:
    if name not in _existing:
        await administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        _existing.add(name)
        if "SENTISTREAM_TEST_POSTGRES_URL" in os.environ:
            atexit.register(_drop, name)
    return database_url(name)


def _drop(name: str) -> None:
    asyncio.run(administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def name_for(folder: Path) -> str:
    """A database name that stands for a folder."""
    return f"t_{os.getpid()}_{hashlib.blake2b(str(folder).encode(), digest_size=8).hexdigest()}"
