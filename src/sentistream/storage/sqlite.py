"""The embedded store: one SQLite file in WAL mode, one writer thread, a few readers."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from sentistream.domain.errors import DiskFull, SentiStreamError, StorageUnavailable
from sentistream.storage.filters import RARE
from sentistream.storage.leases import SqlLeases
from sentistream.storage.liveness import Liveness
from sentistream.storage.store import SqlStore
from sentistream.storage.words import fts5_query

T = TypeVar("T")

CACHE_KIB = 32 * 1024
"""Page cache of each connection, filled only as it is used."""


class SqliteStore(SqlStore):
    """`Store` on a SQLite file.

    Everything runs on the store's own threads, never on the event loop: writes one at a time on a
    single thread in BEGIN IMMEDIATE, so that other processes on the same file take turns, and
    reads on `readers` threads, each in one snapshot.
    """

    def __init__(
        self, path: Path, *, churn_threshold: float = 0.5, readers: int = 4, busy_seconds: float = 30.0
    ) -> None:
        super().__init__(churn_threshold, _Search())
        self.path = path
        self._write_engine = _engine(path, 1, busy_seconds, "IMMEDIATE")
        self._read_engine = _engine(path, readers, busy_seconds, "DEFERRED")
        # Leases need not outlive a power cut, so renewing them costs no sync of the disk.
        self._lease_engine = _engine(path, 1, busy_seconds, "IMMEDIATE", synchronous="NORMAL")
        self._liveness = Liveness(path)
        self.leases = SqlLeases(self.read, self._change_lightly, self._liveness)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store-write")
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="store-read")

    async def read(self, question: Callable[[Connection], T]) -> T:
        """Run `question` in one read snapshot on a reader thread."""
        return await self._run(self._readers, self._read_engine, question)

    async def change(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one write transaction on the writer thread."""
        return await self._run(self._writer, self._write_engine, work)

    async def _change_lightly(self, work: Callable[[Connection], T]) -> T:
        return await self._run(self._writer, self._lease_engine, work)

    async def _run(self, threads: ThreadPoolExecutor, engine: Engine, work: Callable[[Connection], T]) -> T:
        def call() -> T:
            with _explained(self.path), engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(threads, call)

    async def close(self) -> None:
        """See `Store.close`."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._writer.shutdown)
        await loop.run_in_executor(None, self._readers.shutdown)
        for engine in (self._read_engine, self._lease_engine, self._write_engine):
            engine.dispose()
        self._liveness.close()

    def pool(self) -> tuple[int, int]:
        """(connections in use, connections at most) of the readers, for metrics."""
        pool = self._read_engine.pool
        assert isinstance(pool, QueuePool)
        return pool.checkedout(), pool.size()


class _Search:
    """`TextSearch` by FTS5."""

    def condition(self, q: str, *, walk: bool) -> Any:
        """See `TextSearch.condition`."""
        # A unary plus keeps SQLite from looking up every match by its row id.
        post = "+social_media_posts.id" if walk else "social_media_posts.id"
        found = f"{post} IN (SELECT rowid FROM posts_text WHERE posts_text MATCH :words)"
        return text(found).bindparams(words=fts5_query(q))

    def rare(self, connection: Connection, q: str) -> bool:
        """See `TextSearch.rare`."""
        found = text("SELECT count(*) FROM (SELECT 1 FROM posts_text WHERE posts_text MATCH :words LIMIT :limit)")
        return bool(connection.execute(found, {"words": fts5_query(q), "limit": RARE}).scalar_one() < RARE)


def _engine(path: Path, size: int, busy_seconds: float, begin: str, synchronous: str = "FULL") -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": busy_seconds, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            f"cache_size=-{CACHE_KIB}",
            "temp_store=MEMORY",
            "foreign_keys=ON",
            "mmap_size=1073741824",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {begin}")

    return engine


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn the driver's errors into ours, with what to do."""
    try:
        yield
    except OperationalError as error:
        raise explain(error, path) from error
    except DatabaseError as error:
        if "malformed" in str(error.orig) or "not a database" in str(error.orig):
            raise explain(error, path) from error
        raise  # a statement or a value was refused: not the database's fault, and waiting will not help


def explain(error: DatabaseError, path: Path) -> SentiStreamError:
    """The error of our tree that says what happened to the database at `path`."""
    message = str(error.orig)
    if "disk is full" in message:
        return DiskFull(f"no room left for the database {path}: free some disk space", retry_after=5.0)
    if "readonly" in message:
        return StorageUnavailable(f"the database {path} is read-only: make the file and its folder writable")
    if "unable to open" in message:
        return StorageUnavailable(f"cannot open the database {path}: check that its folder exists and is writable")
    if "locked" in message:
        return StorageUnavailable(f"the database {path} is busy: another process holds its write lock")
    if "malformed" in message or "not a database" in message:
        return StorageUnavailable(f"the database {path} is damaged ({message}): restore it from a backup")
    return StorageUnavailable(f"the database {path} failed: {message}")
