"""Fixtures of the store contract: every adapter in turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from store_steps import Feed
from stores import ADAPTERS, OpenStore, empty

from sentistream.storage.base import Store
from sentistream.storage.store import SqlStore


@pytest.fixture(params=ADAPTERS.values(), ids=ADAPTERS.keys())
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def opened() -> Iterator[dict[OpenStore, SqlStore]]:
    """One store of each adapter, for all tests: a new one compiles every statement anew."""
    stores: dict[OpenStore, SqlStore] = {}
    yield stores
    for store in stores.values():
        asyncio.run(store.close())


@pytest.fixture
async def store(
    open_store: OpenStore, opened: dict[OpenStore, SqlStore], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Store]:
    """A store without rows."""
    if open_store in opened:
        await empty(opened[open_store])
    else:
        opened[open_store] = await open_store(tmp_path_factory.mktemp("store"))
    yield opened[open_store]
    assert await opened[open_store].ledger.findings() == []


@pytest.fixture
def feed(store: Store) -> Feed:
    return Feed(store)
