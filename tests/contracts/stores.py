"""Every store adapter under test, by a readable id; a new adapter adds one entry to ADAPTERS."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, delete

from postgres_server import kinds, migrated_database, name_for
from sentistream.storage.postgres.store import PostgresStore
from sentistream.storage.sqlite import SqliteStore
from sentistream.storage.store import SqlStore
from sentistream.storage.tables import facts, metadata
from sqlite_files import prepare

OpenStore = Callable[[Path], Awaitable[SqlStore]]
"""Opens, and migrates, the store that lives in a folder; opening it again gives the same data."""


async def open_sqlite(folder: Path) -> SqlStore:
    path = folder / "store.db"
    prepare(path)
    store = SqliteStore(path, readers=2)
    await store.migrate()
    return store


async def open_postgres(folder: Path, kind: str) -> SqlStore:
    store = PostgresStore(await migrated_database(name_for(folder), kind), readers=2, writers=2)
    await store.migrate()
    return store


async def empty(store: SqlStore) -> None:
    """Leave it without rows, as a store is that was just opened; what its statements compile to is kept."""

    def forget(connection: Connection) -> None:
        for table in reversed(metadata.sorted_tables):
            if table is not facts:
                connection.execute(delete(table))
        connection.execute(delete(facts).where(facts.c.name.not_in(("epoch", "churn_threshold"))))

    await store.change(forget)


ADAPTERS: dict[str, OpenStore] = {
    "sqlite": open_sqlite,
    **{f"postgres{kind and '-'}{kind}": partial(open_postgres, kind=kind) for kind in kinds()},
}
