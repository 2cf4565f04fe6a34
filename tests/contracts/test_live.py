"""What every live feed must do, whichever adapter it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import pytest
from redis.asyncio import Redis

from fakes import until
from redis_server import kinds, shared_url, unique
from sentistream.domain.errors import PositionLost
from sentistream.domain.event import DeletedEvent, Event, Position
from sentistream.live.base import Live, Slice
from sentistream.live.memory import MemoryLive
from sentistream.live.redis.live import RedisLive
from sentistream.settings import LiveSettings


class LiveRig(Protocol):
    """A live feed under test: another adapter is a class here and a line in ADAPTERS."""

    async def open(self, history: int = 100) -> Live:
        """A feed that keeps `history` events; each has an epoch of its own."""

    async def close(self) -> None:
        """Close every feed that was opened."""


@dataclass
class MemoryRig:
    feeds: list[MemoryLive] = field(default_factory=list)

    async def open(self, history: int = 100) -> Live:
        self.feeds.append(MemoryLive(history, f"epoch{len(self.feeds)}"))
        return self.feeds[-1]

    async def close(self) -> None:
        for feed in self.feeds:
            await feed.close()


@dataclass
class RedisRig:
    kind: str = ""
    feeds: list[RedisLive] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    async def open(self, history: int = 100) -> Live:
        url = await asyncio.to_thread(shared_url, self.kind)
        self.names.append(unique("live"))
        live = RedisLive(url, LiveSettings(name=self.names[-1], channel=unique("channel"), history=history))
        await live.open()
        self.feeds.append(live)
        return live

    async def close(self) -> None:
        for feed in self.feeds:
            await feed.close()
        async with Redis.from_url(shared_url(self.kind)) as client:
            await client.delete(*self.names, *(f"{name}:epoch" for name in self.names))


ADAPTERS: dict[str, Callable[[], LiveRig]] = {
    "memory": MemoryRig,
    **{kind or "redis": partial(RedisRig, kind) for kind in kinds()},
}


@pytest.fixture(params=ADAPTERS)
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[LiveRig]:
    rig = ADAPTERS[request.param]()
    yield rig
    await rig.close()


def events(first: int, count: int) -> list[Event]:
    return [
        DeletedEvent(id=str(number), post_key=f"key {number}", source="twitter", post_id=str(number))
        for number in range(first, first + count)
    ]


def ids(piece: Slice) -> list[int]:
    return [int(event.id) for event in piece.events]


async def first(subscription: AsyncIterator[Slice]) -> Slice:
    async with asyncio.timeout(5):
        return await anext(subscription)


async def collect(subscription: AsyncIterator[Slice], count: int) -> list[int]:
    """`count` events, checked to be contiguous."""
    taken: list[int] = []
    position: Position | None = None
    while len(taken) < count:
        piece = await first(subscription)
        assert position is None or piece.start == position
        assert piece.end.offset - piece.start.offset == len(piece.events) > 0
        position = piece.end
        taken += ids(piece)
    return taken


async def test_a_subscriber_gets_what_is_published_after_it_subscribed(rig: LiveRig) -> None:
    live = await rig.open()
    await live.publish(events(0, 3))
    subscription = live.subscribe(None)
    await live.publish(events(3, 2))  # before the first look, and yet after the call
    piece = await first(subscription)
    assert ids(piece) == [3, 4]
    assert piece.end == await live.position()
    assert piece.events == events(3, 2)


async def test_a_subscriber_that_waits_is_woken(rig: LiveRig) -> None:
    live = await rig.open()
    subscription = live.subscribe(None)
    waiting = asyncio.create_task(first(subscription))
    await asyncio.sleep(0)
    assert not waiting.done()
    await live.publish(events(0, 1))
    assert ids(await waiting) == [0]


async def test_publishing_nothing_moves_nothing(rig: LiveRig) -> None:
    live = await rig.open()
    before = await live.position()
    await live.publish([])
    assert await live.position() == before


async def test_who_comes_back_gets_exactly_what_it_missed(rig: LiveRig) -> None:
    live = await rig.open()
    await live.publish(events(0, 4))
    seen = await first(live.subscribe(Position((await live.position()).epoch, 0)))
    assert ids(seen) == [0, 1, 2, 3]
    await live.publish(events(4, 3))
    back = live.subscribe(Position.parse(str(seen.end)))
    await live.publish(events(7, 2))
    assert await collect(back, 5) == [4, 5, 6, 7, 8]


@pytest.mark.parametrize("published", [1, 99, 100, 101, 250, 399, 400, 1_234])
async def test_every_position_the_ring_holds_is_good_and_no_other(rig: LiveRig, published: int) -> None:
    live = await rig.open(history=100)
    for start in range(0, published, 7):
        await live.publish(events(start, min(7, published - start)))
    position = await live.position()
    oldest = max(0, published - 100)
    for missed in range(1, min(100, published) + 1):
        since = Position(position.epoch, position.offset - missed)
        assert await collect(live.subscribe(since), missed) == list(range(published - missed, published))
    if oldest:
        with pytest.raises(PositionLost, match="dropped"):
            await first(live.subscribe(Position(position.epoch, position.offset - 101)))
    with pytest.raises(PositionLost, match="not reached"):
        await first(live.subscribe(Position(position.epoch, position.offset + 1)))


async def test_a_batch_longer_than_the_ring_keeps_the_newest(rig: LiveRig) -> None:
    live = await rig.open(history=100)
    late = live.subscribe(None)
    await live.publish(events(0, 250))
    position = await live.position()
    assert await collect(live.subscribe(Position(position.epoch, position.offset - 100)), 100) == list(range(150, 250))
    with pytest.raises(PositionLost):
        await first(late)


async def test_a_position_of_another_epoch_is_lost(rig: LiveRig) -> None:
    before, after = await rig.open(), await rig.open()
    await before.publish(events(0, 5))
    await after.publish(events(0, 9))
    with pytest.raises(PositionLost, match="anew"):
        await first(after.subscribe(await before.position()))


async def test_who_falls_behind_is_told_and_holds_up_nobody(rig: LiveRig) -> None:
    live = await rig.open(history=100)
    slow, quick = live.subscribe(None), live.subscribe(None)
    await live.publish(events(0, 10))
    assert ids(await first(slow)) == list(range(10))
    taken = await collect(quick, 10)
    for start in range(10, 310, 50):
        await live.publish(events(start, 50))
        taken += await collect(quick, 50)
    assert taken == list(range(310))
    with pytest.raises(PositionLost, match="dropped"):
        await first(slow)


async def test_many_subscribers_all_see_everything_and_are_idle_in_between(rig: LiveRig) -> None:
    live = await rig.open(history=1_000)
    subscriptions = [live.subscribe(None) for _ in range(200)]
    readers = [asyncio.create_task(collect(subscription, 500)) for subscription in subscriptions]
    for start in range(0, 500, 10):
        await live.publish(events(start, 10))
        await asyncio.sleep(0)
    async with asyncio.timeout(20):
        for taken in await asyncio.gather(*readers):
            assert taken == list(range(500))

    waiting = [asyncio.create_task(first(subscription)) for subscription in subscriptions]
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    calls = 0
    call_soon = loop.call_soon

    def counted(*arguments: object, **keywords: object) -> asyncio.Handle:
        nonlocal calls
        calls += 1
        return call_soon(*arguments, **keywords)  # type: ignore[arg-type]

    loop.call_soon = counted  # type: ignore[method-assign]
    try:
        await asyncio.sleep(0.2)
    finally:
        loop.call_soon = call_soon  # type: ignore[method-assign]
    assert calls < 20  # 200 subscribers that polled would show
    assert not any(task.done() for task in waiting)
    await live.close()
    await asyncio.wait(waiting)
    assert all(isinstance(task.exception(), StopAsyncIteration) for task in waiting)


async def test_closing_ends_subscriptions_after_what_they_have_not_read(rig: LiveRig) -> None:
    live = await rig.open()
    unread = live.subscribe(None)
    await live.publish(events(0, 2))

    async def follow(subscription: AsyncIterator[Slice]) -> list[int]:
        return [number async for piece in subscription for number in ids(piece)]

    waiting = asyncio.create_task(follow(live.subscribe(None)))
    await asyncio.sleep(0)
    await live.close()
    async with asyncio.timeout(5):
        assert await waiting == []
        assert await follow(unread) == [0, 1]
    assert not waiting.cancelled()


async def test_a_cancelled_subscriber_leaves_the_others_alone(rig: LiveRig) -> None:
    live = await rig.open()
    gone = asyncio.create_task(first(live.subscribe(None)))
    stays = asyncio.create_task(first(live.subscribe(None)))
    await asyncio.sleep(0)
    gone.cancel()
    await until(gone.done)
    await live.publish(events(0, 1))
    assert ids(await stays) == [0]
