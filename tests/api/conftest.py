"""Fixtures of the API's tests."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from house import House, at, opened, served
from sockets import Feed

from fakes import MovableClock


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(at("12:00:30"))


@pytest.fixture
async def build(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Callable[..., House]]:
    """Makes houses over one pair of files, with the settings a test needs."""
    houses: list[House] = []
    async with opened(tmp_path, clock) as (store, stream):

        def make(**options: Any) -> House:
            houses.append(House(store, stream, clock, **options))
            return houses[-1]

        yield make
        for one in houses:
            await one.close()


@pytest.fixture
async def house(build: Callable[..., House]) -> House:
    return build()


@pytest.fixture
async def start(build: Callable[..., House]) -> AsyncIterator[Callable[..., Any]]:
    """Serves houses with the settings a test needs."""
    async with contextlib.AsyncExitStack() as stack:

        async def starting(**options: Any) -> Feed:
            house = build(**options)
            return Feed(house, await stack.enter_async_context(served(house.app)))

        yield starting


@pytest.fixture
async def feed(start: Callable[..., Any]) -> Feed:
    found: Feed = await start()
    return found
