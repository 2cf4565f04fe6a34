"""The team profile's store."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from sentistream.domain.errors import StorageUnavailable
from sentistream.storage.postgres.pool import Limits, Pool, WorkThread
from sentistream.storage.postgres.search import TsvectorSearch
from sentistream.storage.postgres.tls import without_tls
from sentistream.storage.store import SqlStore

T = TypeVar("T")

ABANDONED_SECONDS = 4
"""A writer that stops in the middle of a transaction, as a frozen process does, loses it and its locks after this.

Less than a lease lasts, or who takes over would wait for the locks once the lease is free.
"""

SESSION = {
    "application_name": "sentistream",
    "timezone": "UTC",
    "jit": "off",  # compiling a question takes longer than answering it
    "idle_in_transaction_session_timeout": f"{ABANDONED_SECONDS}s",
    # A client whose machine is gone is noticed within half a minute.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}

PATIENT = {"idle_in_transaction_session_timeout": "60s"}
"""Examining and migrating may think between two statements, and who migrates holds nobody's lease."""

OLDEST = 14
"""PostgreSQL's oldest version that this works with."""

ASKING = {"plan_cache_mode": "force_custom_plan"}
"""The best plan of a question depends on its range; planning costs less than a wrong plan."""


class PostgresStore(SqlStore):
    """`Store` on a PostgreSQL database, 14 to 18, shared with any number of other processes.

    Everything runs on two threads of the store's own, never on the caller's event loop: changes, and
    questions. Questions about posts and numbers go to `read_url` where it is given, and may then be
    answered from a moment ago; what must not be late (ledger, alerts, cursors, keys) never does. How
    many writers get along is told in `storage.sql`.
    """

    def __init__(
        self,
        url: str | URL,
        read_url: str | URL | None = None,
        *,
        churn_threshold: float = 0.5,
        readers: int = 4,
        writers: int = 4,
        statement_seconds: float = 30.0,
        connect_seconds: float = 10.0,
    ) -> None:
        super().__init__(churn_threshold, TsvectorSearch())
        primary, copy = address(url), address(read_url or url)
        self._threads = [WorkThread("store-write"), WorkThread("store-read")]
        write, ask = self._threads
        quick = Limits(statement_seconds, connect_seconds)
        self._writing = Pool(write, primary, writers, quick, SESSION)
        self._asking = Pool(ask, copy, readers, quick, SESSION | ASKING, read_only=True)
        self._patient = Pool(write, primary, 0, Limits(0, connect_seconds), SESSION | PATIENT)
        self._has_copy = copy != primary

    async def read(self, question: Callable[[Connection], T]) -> T:
        """Run `question` in one read snapshot of the primary."""
        if self._has_copy:
            return await self._writing.run(question, snapshot=True)
        return await self._asking.run(question)

    async def ask(self, question: Callable[[Connection], T]) -> T:
        """Run `question` in one read snapshot, of the replica if there is one."""
        return await self._asking.run(question)

    async def examine(self, question: Callable[[Connection], T]) -> T:
        """Run `question` in one read snapshot of the primary, for as long as it takes."""
        return await self._patient.run(question, snapshot=True)

    async def change(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one write transaction of the primary."""
        return await self._writing.run(work)

    async def migrate(self) -> None:
        """See `Store.migrate`: of several starters one works, for as long as it takes, and the others wait for it."""
        await self._patient.run(_check_version)
        await self._patient.run(self._migrate)

    async def ping(self) -> None:
        """See `Store.ping`; asks the replica, too."""
        await super().ping()
        if self._has_copy:
            await self.ask(lambda connection: connection.exec_driver_sql("SELECT 1").scalar_one())

    async def close(self) -> None:
        """See `Store.close`."""
        for pool in (self._writing, self._asking, self._patient):
            await pool.close()
        for thread in self._threads:
            await thread.close()

    def pool(self) -> tuple[int, int]:
        """(connections in use, connections at most), for metrics."""
        return self._writing.in_use + self._asking.in_use, self._writing.size + self._asking.size


def _check_version(connection: Connection) -> None:
    version = int((connection.dialect.server_version_info or (OLDEST,))[0])
    if version < OLDEST:
        raise StorageUnavailable(f"the database is PostgreSQL {version}: {OLDEST} or newer is needed", lasting=True)


def address(url: str | URL, user: str = "", password: str = "", name: str = "") -> URL:
    """A URL as people write it (`postgres://`, `?sslmode=require`) in the form that the driver takes.

    user, password, name: for a URL that lacks them. Raises ValueError for what is no URL, and for files of TLS
    that are not there.
    """
    try:
        given = make_url(url).set(drivername="postgresql+asyncpg")
    except (ArgumentError, ValueError) as error:  # whose words may hold a part of the password
        raise ValueError("not a URL of a database") from error
    given = given.set(
        username=given.username or user or None,
        password=given.password or password or None,
        database=given.database or name or None,
    )
    without_tls(given)
    return given
