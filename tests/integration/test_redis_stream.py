"""What only the Redis stream has: other programs that write, read, delete and flush beside us."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis_steps import GROUP, NAME, drain, numbers, opened, posts, redis, take
from structlog.testing import capture_logs

from redis_server import own_server
from sentistream.domain.errors import DiskFull, StorageUnavailable
from sentistream.domain.post import Invalid, Post


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


# Foreign producers


async def test_foreign_entries_become_posts_and_are_counted_when_they_are_read(url: str) -> None:
    flat = {
        "post_id": "a1",
        "source": "Twitter",
        "content": "fine",
        "author": "ann",
        "created_at": "2026-03-01T10:00:00Z",
    }
    async with opened(url, (GROUP, "archive")) as stream, redis(url) as client:
        await client.xadd(NAME, flat)
        await stream.publish(posts(1, 1))
        await client.xadd(NAME, {**flat, "post_id": "a2", "mood": "sunny", "engagement": "7"})
        await client.xadd(NAME, {"text": "no post at all"})
        assert (await stream.lag(GROUP)).entries == 4
        before = await stream.counts(GROUP)
        assert (before.received, before.waiting) == ({"http": 1}, {"http": 1})
        async with stream.consume(GROUP, 10, 0) as consumer:
            batch = await take(consumer)
            counts = await stream.counts(GROUP)
            assert counts.received == {"http": 1, "redis": 3}
            assert counts.waiting == {}
            assert [connector for _, connector in counts.delivered] == ["redis", "http", "redis", "redis"]
            # The other group has not read them, and they are not received a second time once it does.
            assert (await stream.counts("archive")).waiting == {"http": 1, "redis": 3}
            await consumer.ack(batch)
        assert len(await drain(stream, "archive")) == 4
        assert (await stream.counts("archive")).received == {"http": 1, "redis": 3}
    first, _, third, fourth = (one.entry for one in batch.entries)
    assert isinstance(first, Post)
    assert (first.post_id, first.source, first.author, first.connector) == ("a1", "twitter", "ann", "redis")
    assert first.created_at.isoformat() == "2026-03-01T10:00:00+00:00"
    assert isinstance(third, Post)
    assert (third.engagement, third.extra) == (7, {"mood": "sunny"})
    assert isinstance(fourth, Invalid)
    assert "post_id, source, content" in fourth.reason
    assert "no post at all" in fourth.raw


# Dead and foreign consumers


async def test_what_another_program_read_and_left_is_taken_over(url: str) -> None:
    async with opened(url, lease_seconds=0.3) as stream, redis(url) as client:
        await stream.publish(posts(0, 3))
        await client.xreadgroup(GROUP, "stranger", {NAME: ">"}, count=2)
        async with stream.consume(GROUP, 10, 0) as consumer:
            taken = []
            while len(taken) < 3:
                batch = await take(consumer)
                taken += [
                    (number, one.attempt) for number, one in zip(numbers(batch.entries), batch.entries, strict=True)
                ]
                await consumer.ack(batch)
            assert sorted(taken) == [(0, 2), (1, 2), (2, 1)]
            names = {one["name"] for one in await client.xinfo_consumers(NAME, GROUP)}
            assert "stranger" not in names


async def test_consumers_have_names_of_their_own_and_leave_none_behind(url: str) -> None:
    async with opened(url) as stream, redis(url) as client:
        await stream.publish(posts(0, 2))
        async with stream.consume(GROUP, 1, 0) as one, stream.consume(GROUP, 1, 0) as two:
            await take(one), await take(two)
            names = [one["name"] for one in await client.xinfo_consumers(NAME, GROUP)]
            assert len(set(names)) == len(names) == 2
        left = {one["name"]: one["pending"] for one in await client.xinfo_consumers(NAME, GROUP)}
        assert left == {"released": 2}  # nobody, whose entries are free


# Trimming


async def test_a_group_that_is_not_configured_holds_nothing_up(url: str) -> None:
    async with opened(url, max_length=10) as stream, redis(url) as client:
        await client.xgroup_create(NAME, "forgotten", id="0")
        await stream.publish(posts(0, 10))
        await drain(stream)
        await stream.publish(posts(10, 10))
        await stream.trim()
        assert await client.xlen(NAME) == 10
        assert numbers(await drain(stream)) == list(range(10, 20))


async def test_the_doctor_hears_of_forgotten_groups_and_settings_that_lose_data(url: str) -> None:
    async with opened(url) as stream, redis(url) as client:
        assert await stream.findings() == []
        await stream.publish(posts(0, 3))
        await client.xgroup_create(NAME, "forgotten", id="0")
        await client.config_set("appendfsync", "everysec")
        try:
            lax, forgotten = await stream.findings()
        finally:
            await client.config_set("appendfsync", "always")
    assert "appendfsync everysec, which may lose the last second" in lax
    assert "forgotten (3 entries behind)" in forgotten
    assert "stream.other_groups" in forgotten


async def test_entries_that_somebody_deleted_are_told_and_never_called_waiting(url: str) -> None:
    async with opened(url) as stream, redis(url) as client:
        await stream.publish(posts(0, 4))
        first, second, *_ = [id for id, _ in await client.xrange(NAME)]
        await client.xdel(NAME, second)
        assert (await stream.counts(GROUP)).waiting == {"http": 3}
        async with stream.consume(GROUP, 1, 0) as consumer:
            await take(consumer)
        await client.xdel(NAME, first)  # it was given back
        with capture_logs() as said:
            assert numbers(await drain(stream)) == [2, 3]
        assert [(line["event"], line["entries"]) for line in said] == [("entries_deleted_by_others", 1)]
        counts = await stream.counts(GROUP)
        assert (counts.received, counts.waiting, counts.delivered) == ({"http": 4}, {}, [])


# A flushed server


async def test_a_group_that_was_destroyed_is_made_anew_at_the_beginning(url: str) -> None:
    async with opened(url) as stream, redis(url) as client, stream.consume(GROUP, 2, 0) as consumer:
        await stream.publish(posts(0, 4))
        before = await take(consumer)
        await client.xgroup_destroy(NAME, GROUP)
        with capture_logs() as said:
            again = await take(consumer)
        assert any(line["event"] == "stream_group_gone" for line in said)
        assert before.lost
        assert [one.entry_id for one in again.entries] == [one.entry_id for one in before.entries]
        await consumer.ack(before)  # of a group that is gone: it changes nothing
        assert (await stream.lag(GROUP)).entries == 4
        await consumer.ack(again)
        assert numbers((await take(consumer)).entries) == [2, 3]


async def test_after_a_flush_everything_goes_on_in_another_epoch(url: str) -> None:
    async with opened(url) as stream, redis(url) as client, stream.consume(GROUP, 10, 0) as consumer:
        await stream.publish(posts(0, 2))
        before = await take(consumer)
        waiting = asyncio.create_task(take(consumer))
        await client.flushall()
        await stream.publish(posts(2, 2))
        after = await waiting
        assert numbers(after.entries) == [2, 3]
        assert before.lost
        assert after.entries[0].entry_id.partition(":")[0] != before.entries[0].entry_id.partition(":")[0]
        await consumer.ack(after)
        assert (await stream.counts(GROUP)).received == {"http": 2}


# Refusals


async def test_a_key_of_somebody_else_is_left_alone(url: str) -> None:
    async with redis(url) as client:
        await client.set(NAME, "mine")
        with pytest.raises(StorageUnavailable, match="something else under that name"):
            async with opened(url):
                pytest.fail("this is no stream")
        assert await client.get(NAME) == "mine"


async def test_a_wrong_password_is_told_without_repeating_it(url: str) -> None:
    with pytest.raises(StorageUnavailable, match="user or password") as refused:
        async with opened(url.replace("//", "//:wrong-secret@")):
            pytest.fail("nobody asked for a password")
    assert "wrong-secret" not in refused.value.message


async def test_a_full_memory_refuses_clearly_and_can_still_be_drained(tmp_path: Path) -> None:
    with own_server(tmp_path / "redis", maxmemory="12mb") as server:
        async with opened(server.url, min_free_bytes=0) as stream:
            published = 0

            async def publish() -> None:
                nonlocal published
                while True:
                    await stream.publish(posts(published, 100, size=1_000))
                    published += 100

            with pytest.raises(DiskFull, match="no memory left: raise its maxmemory"):
                await publish()
            assert (await stream.counts(GROUP)).received == {"http": published}
            assert published > 1_000
            # Taking, keeping and acknowledging need no room; trimming makes some.
            assert numbers(await drain(stream, max_size=500)) == list(range(published))
            await stream.trim()
            await stream.publish(posts(published, 100, size=1_000))
        async with opened(server.url) as strict:
            with pytest.raises(DiskFull, match=r"memory .* stream.min_free_bytes"):
                await strict.publish(posts(0, 1))


async def test_publishing_the_same_batch_once_more_adds_nothing(url: str) -> None:
    async with opened(url) as stream:
        for _ in range(2):  # as after an answer that was lost
            await stream._log.publish(posts(0, 3), "token", 100, (GROUP,))
        assert (await stream.counts(GROUP)).received == {"http": 3}
        assert numbers(await drain(stream)) == [0, 1, 2]
