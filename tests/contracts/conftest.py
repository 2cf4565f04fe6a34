"""Fixtures of the store contract: every adapter in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from store_steps import Feed
from stores import ADAPTERS, OpenStore

from sentistream.storage.base import Store


@pytest.fixture(params=ADAPTERS.values(), ids=ADAPTERS.keys())
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
async def store(open_store: OpenStore, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path)
    yield opened
    assert await opened.ledger.findings() == []
    await opened.close()


@pytest.fixture
def feed(store: Store) -> Feed:
    return Feed(store)
