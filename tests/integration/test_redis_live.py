"""What only the live feed on Redis has: several processes, outside listeners, restarts, flushes and failovers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis_steps import eventually, redis
from structlog.testing import capture_logs

from redis_server import own_server
from sentistream.domain.errors import PositionLost
from sentistream.domain.event import DeletedEvent, Event, Position, PostEvent, PostView
from sentistream.domain.post import EPOCH
from sentistream.live.base import Slice
from sentistream.live.redis.live import RedisLive
from sentistream.settings import LiveSettings

NAME = "processed_posts_stream"


@pytest.fixture(scope="module")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with own_server(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


@pytest.fixture
async def url(server_url: str) -> str:
    """An empty server."""
    async with redis(server_url) as client:
        await client.flushall()
    return server_url


@asynccontextmanager
async def opened(url: str, history: int = 100) -> AsyncIterator[RedisLive]:
    live = RedisLive(url, LiveSettings(history=history))
    await live.open()
    try:
        yield live
    finally:
        await live.close()


def events(first: int, count: int) -> list[Event]:
    return [
        DeletedEvent(id=str(number), post_key=f"key {number}", source="twitter", post_id=str(number))
        for number in range(first, first + count)
    ]


def post_event(content: str) -> PostEvent:
    given: dict[str, Any] = dict.fromkeys(PostView.__struct_fields__)
    given |= {"id": "k", "post_id": "7", "source": "twitter", "connector": "http", "content": content, "extra": {}}
    given |= {"created_at": EPOCH, "edited_at": EPOCH, "ingested_at": EPOCH, "simulated": False, "tier": "fast"}
    given |= {"sentiment_label": "positive", "sentiment_score": 0.5, "confidence_score": 0.75, "emotion": "joy"}
    return PostEvent(id="e", change="created", post=PostView(**given))


async def collect(subscription: AsyncIterator[Slice], count: int) -> list[int]:
    """`count` events, checked to be contiguous."""
    taken: list[int] = []
    position: Position | None = None
    async with asyncio.timeout(30):
        while len(taken) < count:
            piece = await anext(subscription)
            assert position is None or piece.start == position
            position = piece.end
            taken += [int(event.id) for event in piece.events]
    return taken


async def test_a_client_may_move_from_one_process_to_another(url: str) -> None:
    async with opened(url) as writer, opened(url) as here, opened(url) as there:
        feed = here.subscribe(None)
        await writer.publish(events(0, 10))
        piece = await anext(feed)
        position = Position.parse(str(piece.end))
        await writer.publish(events(10, 5))
        known = len(piece.events)
        assert await collect(there.subscribe(position), 15 - known) == list(range(known, 15))
        # Who reads may be behind another process; a position from there is waited for, and not called lost.
        ahead = here.subscribe(await writer.position())
        await writer.publish(events(15, 2))
        assert await collect(ahead, 2) == [15, 16]


async def test_everybody_publishes_and_nobody_misses_anything(url: str) -> None:
    async with opened(url, 2_000) as here, opened(url, 2_000) as there:
        feeds = [here.subscribe(None), there.subscribe(None)]

        async def publish(live: RedisLive, first: int) -> None:
            for start in range(first, first + 500, 10):
                await live.publish(events(start, 10))

        reading = [asyncio.create_task(collect(feed, 1_000)) for feed in feeds]
        await asyncio.gather(publish(here, 0), publish(there, 1_000))
        one, two = await asyncio.gather(*reading)
        assert one == two
        assert sorted(one) == [*range(500), *range(1_000, 1_500)]


async def test_others_hear_of_each_post(url: str) -> None:
    async with opened(url) as live, redis(url) as client, client.pubsub() as listener:
        await listener.subscribe("sentiment_updates")
        assert (await listener.get_message(timeout=10))["type"] == "subscribe"
        await live.publish([post_event("x" * 500), *events(0, 1)])
        message = await listener.get_message(timeout=10)
        told = json.loads(message["data"])
        assert told.pop("content") == "x" * 199 + "…"
        assert told == {
            "post_id": "7",
            "source": "twitter",
            "sentiment_label": "positive",
            "confidence_score": 0.75,
            "emotion": "joy",
            "timestamp": "1970-01-01T00:00:00Z",
        }
        assert await listener.get_message(timeout=0.1) is None  # a deletion has nothing to preview
        [(_, fields), _] = await client.xrange(NAME)
        assert msgspec.json.decode(fields["event"], type=Event) == post_event("x" * 500)  # the whole post


async def test_what_is_kept_is_bounded(url: str) -> None:
    async with opened(url) as live, redis(url) as client:
        for start in range(0, 1_000, 50):
            await live.publish(events(start, 50))
        assert await client.xlen(NAME) == 100


@pytest.mark.crash
async def test_the_feed_goes_on_after_a_restart_without_a_gap(tmp_path: Path) -> None:
    with own_server(tmp_path / "redis") as server:
        async with opened(server.url) as writer, opened(server.url) as reader:
            feed = reader.subscribe(None)
            await writer.publish(events(0, 5))
            taken = await collect(feed, 5)
            with capture_logs() as said:
                await asyncio.to_thread(server.kill)
                publishing = asyncio.create_task(writer.publish(events(5, 5)))
                await eventually(lambda: warned(said))
                assert await reader.position() == Position((await epoch(reader)), 5)  # as far as it knows
                await asyncio.to_thread(server.start)
                async with asyncio.timeout(30):
                    await publishing
            taken += await collect(feed, 5)
            assert taken == list(range(10))


async def warned(said: list[Any]) -> bool:
    return {"nothing is published", "nothing is read"} <= {line.get("so") for line in said}


async def epoch(live: RedisLive) -> str:
    return (await live.position()).epoch


async def test_a_flush_begins_another_epoch_and_subscribers_are_told(url: str) -> None:
    async with opened(url) as writer, opened(url) as reader, redis(url) as client:
        feed = reader.subscribe(None)
        await writer.publish(events(0, 5))
        await collect(feed, 5)
        before = await reader.position()
        await client.flushall()
        await writer.publish(events(5, 1))
        with pytest.raises(PositionLost, match="anew"):
            async with asyncio.timeout(30):
                await anext(feed)
        after = await reader.position()
        assert (after.epoch != before.epoch, after.offset) == (True, 1)
        again = reader.subscribe(after)
        await writer.publish(events(6, 2))
        assert await collect(again, 2) == [6, 7]
        with pytest.raises(PositionLost, match="anew"):
            await collect(writer.subscribe(before), 1)


async def test_a_feed_that_lost_its_end_begins_another_epoch(url: str) -> None:
    """As after a failover to a replica that had not heard of the last events."""
    async with opened(url) as reader, redis(url) as client:
        feed = reader.subscribe(None)
        await reader.publish(events(0, 5))
        await collect(feed, 5)
        before = await epoch(reader)
        async with client.pipeline() as pipeline:
            pipeline.delete(NAME)
            for number in range(1, 4):
                pipeline.xadd(NAME, {"event": msgspec.json.encode(events(number - 1, 1)[0])}, id=f"{number}-0")
            await pipeline.execute()
        with pytest.raises(PositionLost, match="anew"):
            async with asyncio.timeout(30):
                await anext(feed)
        assert await epoch(reader) != before


async def test_what_is_no_event_is_told_and_not_taken_for_one(url: str) -> None:
    async with opened(url) as reader, opened(url) as writer, redis(url) as client:
        feed = reader.subscribe(None)
        await writer.publish(events(0, 2))
        assert await collect(feed, 2) == [0, 1]
        with capture_logs() as said:
            await client.xadd(NAME, {"event": "nonsense"}, id="3-0")
            await writer.publish(events(3, 1))
            with pytest.raises(PositionLost):
                await collect(feed, 1)
        assert any(line["event"] == "live_entry_unreadable" for line in said)
        again = reader.subscribe(await writer.position())
        await writer.publish(events(4, 1))
        assert await collect(again, 1) == [4]
