"""Redis killed, frozen and replaced under a running stream, and workers killed under Redis."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest
from redis_steps import GROUP, NAME, drain, eventually, numbers, opened, posts, redis, take
from structlog.testing import capture_logs

from fakes import until
from redis_server import own_sentinel, own_server
from sentistream.domain.errors import StorageUnavailable
from sentistream.stream.redis.log import RedisLog

pytestmark = pytest.mark.crash


async def test_kill_9_of_redis_amid_batches_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Publisher and consumer go on by themselves; a batch that was in hand stays in hand."""
    with own_server(tmp_path / "redis") as server:
        async with opened(server.url) as stream:
            taken: list[int] = []
            attempts: set[int] = set()

            async def publish() -> None:
                for start in range(0, 2_000, 20):
                    await stream.publish(posts(start, 20))

            async def consume() -> None:
                async with stream.consume(GROUP, 50, 0.01) as consumer:
                    async for batch in consumer.batches():
                        await consumer.ack(batch)
                        assert not batch.lost
                        taken.extend(numbers(batch.entries))
                        attempts.update(one.attempt for one in batch.entries)

            with capture_logs() as said:
                tasks = [asyncio.create_task(publish()), asyncio.create_task(consume())]
                for goal in (300, 900):
                    await until(lambda goal=goal: len(taken) >= goal, 60)  # type: ignore[misc]
                    await asyncio.to_thread(server.kill)
                    await asyncio.sleep(0.1)
                    await asyncio.to_thread(server.start)
                await until(lambda: len(taken) == 2_000, 60)
                tasks[1].cancel()
                await asyncio.wait(tasks)
            assert any(line["event"] == "stream_unavailable" for line in said)  # the fault fired
            assert taken == list(range(2_000))
            assert attempts == {1}
            counts = await stream.counts(GROUP)
            assert (counts.received, counts.waiting, counts.delivered) == ({"http": 2_000}, {}, [])


async def test_an_outage_longer_than_the_lease_costs_nobody_its_batch(tmp_path: Path) -> None:
    with own_server(tmp_path / "redis") as server:
        async with opened(server.url, lease_seconds=0.6) as here, opened(server.url, lease_seconds=0.6) as there:
            await here.publish(posts(0, 3))
            async with here.consume(GROUP, 3, 0) as holder, there.consume(GROUP, 3, 0) as eager:
                batch = await take(holder)
                waiting = asyncio.create_task(take(eager))
                await asyncio.to_thread(server.kill)
                await asyncio.sleep(1.2)
                await asyncio.to_thread(server.start)
                await asyncio.wait([waiting], timeout=2)  # several leases
                assert not waiting.done()
                assert not batch.lost
                await holder.ack(batch)
                assert (await here.lag(GROUP)).entries == 0
                waiting.cancel()
                await asyncio.wait([waiting])


async def test_a_killed_worker_is_replaced_within_seconds(tmp_path: Path) -> None:
    """With the settings that people get who set nothing."""
    with own_server(tmp_path / "redis") as server:
        async with opened(server.url) as stream:
            await stream.publish(posts(0, 5))
            worker = await asyncio.create_subprocess_exec(
                sys.executable, "-c", WORKER, server.url, stdout=asyncio.subprocess.PIPE
            )
            assert worker.stdout is not None
            async with asyncio.timeout(60):
                assert int(await worker.stdout.readline()) == 5
            worker.kill()
            killed = time.monotonic()
            async with stream.consume(GROUP, 5, 0) as consumer:
                batch = await take(consumer)
                assert time.monotonic() - killed < 30
                assert (numbers(batch.entries), batch.entries[0].attempt) == ([0], 2)
            await worker.communicate()


WORKER = """
import asyncio, sys
from sentistream.settings import StreamSettings
from sentistream.stream.redis.stream import RedisStream

async def main():
    stream = RedisStream(sys.argv[1], StreamSettings())
    await stream.open()
    async with stream.consume("sentiment_workers", 5, 0) as consumer:
        async for batch in consumer.batches():
            print(len(batch.entries), flush=True)
            await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_lost_answer_to_a_claim_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entries are leased to a consumer that never heard of it: it gives them back to itself."""
    with own_server(tmp_path / "redis") as server:
        async with opened(server.url) as stream:
            await stream.publish(posts(0, 4))
            claim = RedisLog.claim
            lost = 0

            async def answer_lost(*arguments: object, **options: object) -> object:
                nonlocal lost
                found = await claim(*arguments, **options)  # type: ignore[arg-type]
                if lost == 0:
                    lost += 1
                    raise StorageUnavailable("the connection broke while the answer was on its way")
                return found

            async with stream.consume(GROUP, 2, 0) as consumer:
                held = await take(consumer)
                monkeypatch.setattr(RedisLog, "claim", answer_lost)
                again = await take(consumer)
                assert lost == 1
                assert numbers(held.entries + again.entries) == [0, 1, 2, 3]
                assert {one.attempt for one in again.entries} == {1}
                await consumer.ack(held)
                await consumer.ack(again)
            assert (await stream.lag(GROUP)).entries == 0


async def test_a_redis_that_stays_away_is_told_and_nothing_hangs(tmp_path: Path) -> None:
    with own_server(tmp_path / "redis") as server:
        async with opened(f"{server.url}?socket_timeout=0.3") as stream:
            await stream.publish(posts(0, 1))
            waits: list[float] = []

            async def sleep(seconds: float) -> None:
                waits.append(seconds)

            stream._sleep = sleep
            await asyncio.to_thread(server.pause)
            try:
                with pytest.raises(StorageUnavailable, match="does not answer"):
                    await stream.publish(posts(1, 1))
                with pytest.raises(StorageUnavailable, match="does not answer"):
                    await stream.lag(GROUP)
            finally:
                server.resume()
            assert waits == [1.0, 2.0, 4.0]

            # It was frozen, not away: what it had heard four times it does once.
            async def received() -> bool:
                return (await stream.counts(GROUP)).received == {"http": 2}

            await eventually(received)
            assert numbers(await drain(stream)) == [0, 1]
    with pytest.raises(StorageUnavailable, match="does not answer"):
        async with opened(server.url):
            pytest.fail("nobody is there")


async def test_a_replica_takes_over_behind_sentinels(tmp_path: Path) -> None:
    with own_server(tmp_path / "master") as master:
        replica = own_server(tmp_path / "replica", replicaof=f"127.0.0.1 {master.port}")
        sentinel = own_sentinel(tmp_path / "sentinel", master)
        with replica, sentinel:
            async with opened(sentinel.url) as stream:
                await stream.publish(posts(0, 10))
                async with redis(f"redis://127.0.0.1:{sentinel.port}") as client:
                    # Without a replica that it has heard of there is nobody to promote.
                    await eventually(lambda: client.execute_command("SENTINEL", "REPLICAS", sentinel.service))
                async with stream.consume(GROUP, 4, 0) as consumer:
                    batch = await take(consumer)
                    async with redis(replica.url) as client:

                        async def followed() -> bool:
                            groups = await client.xinfo_groups(NAME) if await client.exists(NAME) else []
                            return await client.xlen(NAME) == 10 and [one["pending"] for one in groups] == [4]

                        await eventually(followed)
                    await asyncio.to_thread(master.kill)
                    async with asyncio.timeout(60):
                        await consumer.ack(batch)  # which waits for the new master
                    assert not batch.lost
                    rest = await take(consumer, 60)
                    assert numbers(rest.entries) == [4, 5, 6, 7]
                    await consumer.ack(rest)
                await stream.publish(posts(10, 1))
                assert numbers(await drain(stream)) == [8, 9, 10]
                async with redis(replica.url) as client:
                    assert (await client.info("replication"))["role"] == "master"
