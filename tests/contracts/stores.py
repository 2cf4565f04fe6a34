"""Every store adapter under test, by a readable id; a new adapter adds one entry to ADAPTERS."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from postgres_server import kinds, migrated_database, name_for
from sentistream.storage.base import Store
from sentistream.storage.postgres.store import PostgresStore
from sentistream.storage.sqlite import SqliteStore

OpenStore = Callable[[Path], Awaitable[Store]]
"""Opens, and migrates, the store that lives in a folder; opening it again gives the same data."""


async def open_sqlite(folder: Path) -> Store:
    store = SqliteStore(folder / "store.db", readers=2)
    await store.migrate()
    return store


async def open_postgres(folder: Path, kind: str) -> Store:
    store = PostgresStore(await migrated_database(name_for(folder), kind), readers=2, writers=2)
    await store.migrate()
    return store


ADAPTERS: dict[str, OpenStore] = {
    "sqlite": open_sqlite,
    **{f"postgres{kind and '-'}{kind}": partial(open_postgres, kind=kind) for kind in kinds()},
}
