"""What only one process does at a time: whatever the store is made of, a lease has one holder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stores import OpenStore

from sentistream.domain.errors import LeaseLost
from sentistream.storage.base import Store

LONG, SHORT = 600.0, 0.2


def now() -> datetime:
    """Stores with a clock of their own go by the real time, so here all do."""
    return datetime.now(UTC)


@pytest.fixture
async def stores(open_store: OpenStore, tmp_path: Path) -> AsyncIterator[list[Store]]:
    """One store as three processes see it."""
    opened = [await open_store(tmp_path) for _ in range(3)]
    yield opened
    for store in opened:
        await store.close()


async def test_a_lease_has_one_holder(stores: list[Store]) -> None:
    first, second, _ = stores
    assert await first.leases.hold("source:a", "ann", LONG, now())
    assert not await second.leases.hold("source:a", "bo", LONG, now())
    assert not await first.leases.hold("source:a", "bo", LONG, now())
    assert await first.leases.hold("source:a", "ann", LONG, now())
    assert await second.leases.hold("source:b", "bo", LONG, now())
    assert [(one.name, one.holder) for one in await second.leases.all(now())] == [
        ("source:a", "ann"),
        ("source:b", "bo"),
    ]


async def test_a_renewal_prolongs_and_says_how_the_work_goes(stores: list[Store]) -> None:
    assert await stores[0].leases.hold("watch", "ann", LONG, now(), {"posts": 1})
    [before] = await stores[1].leases.all(now())
    assert await stores[0].leases.hold("watch", "ann", 2 * LONG, now(), {"posts": 2})
    [after] = await stores[1].leases.all(now())
    assert (before.note, after.note) == ({"posts": 1}, {"posts": 2})
    assert after.taken_at == before.taken_at
    assert after.expires_at > before.expires_at
    assert timedelta(seconds=LONG) - timedelta(seconds=30) < before.expires_at - now() <= timedelta(seconds=LONG)


async def test_who_releases_lets_another_in_at_once(stores: list[Store]) -> None:
    first, second, _ = stores
    assert await first.leases.hold("watch", "ann", LONG, now())
    await second.leases.release("watch", "bo")
    assert not await second.leases.hold("watch", "bo", LONG, now())
    await first.leases.release("watch", "ann")
    assert await first.leases.all(now()) == []
    assert await second.leases.hold("watch", "bo", LONG, now())
    await first.leases.release("watch", "ann")
    assert [one.holder for one in await first.leases.all(now())] == ["bo"]


async def test_who_is_silent_loses_it(stores: list[Store]) -> None:
    """Its store stays open: to the others it is frozen, not gone."""
    first, second, third = stores
    assert await first.leases.hold("watch", "ann", SHORT, now())
    async with asyncio.timeout(30):
        while not await second.leases.hold("watch", "bo", LONG, now()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert not await first.leases.hold("watch", "ann", LONG, now())
    [lease] = await third.leases.all(now())
    assert lease.holder == "bo"


async def test_who_was_silent_and_not_missed_goes_on(stores: list[Store]) -> None:
    first, second, _ = stores
    assert await first.leases.hold("watch", "ann", SHORT, now())
    async with asyncio.timeout(30):
        while await second.leases.all(now()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await first.leases.hold("watch", "ann", LONG, now())
    assert not await second.leases.hold("watch", "bo", LONG, now())


async def test_of_those_who_race_one_wins(stores: list[Store]) -> None:
    for n in range(20):
        name = f"race:{n % 4}"  # free at first, then released, in turns
        holders = [f"{n}-{k}" for k in range(len(stores))]
        won = await asyncio.gather(
            *(store.leases.hold(name, holder, LONG, now()) for store, holder in zip(stores, holders, strict=True))
        )
        assert sum(won) == 1
        [winner] = [holder for holder, has in zip(holders, won, strict=True) if has]
        assert winner in {one.holder for one in await stores[0].leases.all(now())}
        await stores[0].leases.release(name, winner)


async def test_only_the_holder_moves_the_cursor(stores: list[Store]) -> None:
    first, second, _ = stores
    with pytest.raises(LeaseLost):
        await first.cursors.save("a", {"next": 1}, now(), "ann")
    assert await first.leases.hold("source:a", "ann", SHORT, now())
    await first.cursors.save("a", {"next": 1}, now(), "ann")
    async with asyncio.timeout(30):
        while not await second.leases.hold("source:a", "bo", LONG, now()):
            await first.cursors.save("a", {"next": 2}, now(), "ann")  # late, but nobody has taken it yet
            await asyncio.sleep(0.01)
    with pytest.raises(LeaseLost):
        await first.cursors.save("a", {"next": 3}, now(), "ann")
    await second.cursors.save("a", {"next": 4}, now(), "bo")
    assert await first.cursors.load("a") == {"next": 4}
