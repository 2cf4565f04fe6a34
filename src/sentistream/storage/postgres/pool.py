"""Connections to one server, and the thread on which all their work is done."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from threading import Thread
from typing import Any, NamedTuple, TypeVar

import structlog
from sqlalchemy import URL, Connection, NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from sentistream.storage.bulk import Outrun
from sentistream.storage.postgres.errors import DRIVER_ERRORS, explain, remedy
from sentistream.storage.postgres.tls import without_tls

T = TypeVar("T")
log = structlog.get_logger(__name__)

TRIES = {"again": 20, "reconnect": 4}
"""How often the same work is begun, by what may help it."""

FIRST_WAIT = {"again": 0.005, "reconnect": 0.1}
"""Seconds before the second try; twice as long before each further one, give or take half."""

LONGEST_WAIT = 0.5

POOL_SECONDS = 30.0
"""How long to wait for a free connection."""

GRACE_SECONDS = 10.0
"""What the network may add to the time a statement may take, before the connection is given up."""


class Limits(NamedTuple):
    """Seconds: after which the server cancels a statement (0: never), and that a connection may take to open."""

    statement_seconds: float
    connect_seconds: float


class WorkThread:
    """An event loop on a thread of its own: decoding and encoding rows takes time that no other loop has."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`; who is cancelled meanwhile cancels it."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def close(self) -> None:
        """End the thread; nothing may be running on it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self._loop.close()


class Pool:
    """Up to `size` connections, each of its work in one transaction; none is kept where `size` is 0.

    Work that was outrun, was chosen to end a deadlock, or lost its connection before the commit is done
    again from its beginning, so it must change nothing but the database. StorageUnavailable or DiskFull
    once that does not help; a connection lost *in* the commit is the caller's to judge, since the commit
    may have happened: every batch can be written twice.

    settings: parameters of the session. read_only: everything in one snapshot that changes nothing.
    """

    def __init__(
        self,
        thread: WorkThread,
        url: URL,
        size: int,
        limits: Limits,
        settings: dict[str, str],
        *,
        read_only: bool = False,
    ) -> None:
        self.size = size
        self._thread = thread
        self._where = f"{url.host or 'localhost'}:{url.port or 5432}/{url.database or ''}"
        self._seconds = limits.statement_seconds
        session = settings | {"statement_timeout": str(round(self._seconds * 1_000))}
        pooling: dict[str, Any] = {"pool_size": size, "max_overflow": 0, "pool_timeout": POOL_SECONDS}
        url, tls = without_tls(url)
        self._engine = create_async_engine(
            url,
            isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
            execution_options={"postgresql_readonly": read_only},
            connect_args={
                "timeout": limits.connect_seconds,
                "command_timeout": self._seconds + GRACE_SECONDS if self._seconds else None,
                "server_settings": session,
                **tls,
            },
            **(pooling if size else {"poolclass": NullPool}),
        )

    @property
    def in_use(self) -> int:
        """Connections that are working."""
        return int(getattr(self._engine.pool, "checkedout", int)())

    async def run(self, work: Callable[[Connection], T], *, snapshot: bool = False) -> T:
        """What `work` returns, run in one transaction, or in one read-only snapshot."""
        return await self._thread.run(self._run(work, snapshot))

    async def close(self) -> None:
        """Close every connection."""
        await self._thread.run(self._engine.dispose())

    async def _run(self, work: Callable[[Connection], T], snapshot: bool) -> T:
        tries = 1
        while True:
            try:
                return await self._once(work, snapshot)
            except (Outrun, *DRIVER_ERRORS) as error:
                help_ = remedy(error)
                if tries >= TRIES.get(help_, 0):
                    explained = explain(error, self._where, self._seconds)
                    if explained is None:
                        raise
                    raise explained from error
                wait = min(LONGEST_WAIT, FIRST_WAIT[help_] * 2 ** (tries - 1)) * random.uniform(0.5, 1.5)
                log.debug("store_tries_again", reason=type(error).__name__, remedy=help_, wait_seconds=round(wait, 3))
            await asyncio.sleep(wait)
            tries += 1

    async def _once(self, work: Callable[[Connection], T], snapshot: bool) -> T:
        async with self._engine.connect() as connection:
            if snapshot:
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            result = await connection.run_sync(work)
            try:
                await connection.commit()
            except DRIVER_ERRORS as error:
                if remedy(error) != "reconnect":
                    raise
                explained = explain(error, self._where, self._seconds)
                assert explained is not None
                raise explained from error
            return result
