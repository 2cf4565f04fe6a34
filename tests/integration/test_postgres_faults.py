"""A PostgreSQL that dies and comes back, between and within batches: the store goes on, nothing counts twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from postgres_steps import NOW, a_post, counted, numbered
from scripts.servers.postgres import PostgresServer
from sqlalchemy.ext.asyncio import AsyncConnection

from postgres_server import own_server
from sentistream.domain.errors import StorageUnavailable
from sentistream.domain.ledger import Account
from sentistream.domain.post import Entry
from sentistream.storage import sql
from sentistream.storage.postgres.store import PostgresStore

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

POSTS: list[Entry] = [a_post(n) for n in range(20)]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with own_server() as started:
        yield started


@pytest.fixture
async def store(server: PostgresServer) -> AsyncIterator[PostgresStore]:
    opened = PostgresStore(server.url())
    await opened.change(lambda connection: connection.exec_driver_sql("DROP SCHEMA public CASCADE"))
    await opened.change(lambda connection: connection.exec_driver_sql("CREATE SCHEMA public"))
    await opened.migrate()
    yield opened
    assert await opened.ledger.accounts() == {"http": Account(connector="http", created=len(POSTS))}
    assert (await opened.posts.count(), await counted(opened)) == (len(POSTS), len(POSTS))
    assert await opened.ledger.findings() == []
    await opened.close()


async def test_killed_and_restarted_between_batches(server: PostgresServer, store: PostgresStore) -> None:
    items = numbered(POSTS)
    await asyncio.gather(store.write(items[:5], NOW), store.write(items[5:10], NOW))
    await asyncio.to_thread(server.restart)
    await asyncio.gather(store.write(items[10:15], NOW), store.write(items[15:], NOW))


async def test_away_it_says_so_and_back_it_works(server: PostgresServer, store: PostgresStore) -> None:
    items = numbered(POSTS)
    await store.write(items[:10], NOW)
    await asyncio.to_thread(server.kill)
    for call in (store.write(items[10:], NOW), store.ping(), store.posts.count(), store.migrate()):
        with pytest.raises(StorageUnavailable, match="does not answer"):
            await call
    await asyncio.to_thread(server.start)
    await store.ping()
    await store.write(items[10:], NOW)


async def test_killed_and_restarted_within_a_batch(
    server: PostgresServer, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fired = []

    def rollup_rows(*arguments: Any) -> Any:
        if not fired:
            fired.append(arguments)
            server.restart()
        return original(*arguments)

    original = sql.rollup_rows
    monkeypatch.setattr(sql, "rollup_rows", rollup_rows)
    settled = await store.write(numbered(POSTS), NOW)
    assert len(fired) == 1
    assert settled.repeated == 0


@pytest.mark.parametrize("committed", [False, True])
async def test_killed_in_the_commit(
    server: PostgresServer, store: PostgresStore, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    """Whether it happened cannot be known: the caller is told, and the batch can be written again."""
    fired = []

    async def commit(connection: AsyncConnection) -> None:
        if fired:
            await original(connection)
            return
        fired.append(connection)
        if committed:
            await original(connection)
        server.restart()
        if committed:
            raise ConnectionResetError("the answer never came")
        await original(connection)

    original = AsyncConnection.commit
    monkeypatch.setattr(AsyncConnection, "commit", commit)
    items = numbered(POSTS)
    with pytest.raises(StorageUnavailable, match="does not answer"):
        await store.write(items, NOW)
    settled = await store.write(items, NOW)
    assert len(fired) == 1
    assert settled.repeated == (len(POSTS) if committed else 0)
    assert set(settled.outcomes.values()) == {"created"}
    assert len(settled.events) == len(POSTS)
