"""What every stream must do when consumers are slow, leave, freeze or die."""

from __future__ import annotations

import asyncio
import json

from stream_adapters import GROUP, StreamRig
from stream_steps import attempts, nothing_to_take, numbers, posts, rig, take

from fakes import until

__all__ = ["rig"]  # pytest finds the fixture here


async def test_the_batch_of_a_dead_process_is_taken_over_one_by_one(rig: StreamRig) -> None:
    stream = await rig.open(lease_seconds=10)
    await stream.publish(posts(0, 3))
    process = await rig.run(
        """
async with stream.consume(GROUP, 3, 0) as consumer:
    async for batch in consumer.batches():
        print(len(batch.entries), flush=True)
        await asyncio.sleep(60)
"""
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        assert int(await process.stdout.readline()) == 3
    process.kill()
    await process.wait()
    assert await nothing_to_take(stream)  # the lease still runs

    await stream.publish(posts(3, 2))
    rig.elapse(11)
    async with stream.consume(GROUP, 100, 0) as consumer:
        for number in range(3):  # before what is new
            batch = await take(consumer)
            assert (numbers(batch), attempts(batch)) == ([number], [2])
            await consumer.ack(batch)
        batch = await take(consumer)
        assert (numbers(batch), attempts(batch)) == ([3, 4], [1, 1])
        await consumer.ack(batch)
    assert (await stream.lag(GROUP)).entries == 0


async def test_a_post_that_kills_condemns_only_itself(rig: StreamRig) -> None:
    stream = await rig.open(lease_seconds=10, max_attempts=3)
    await stream.publish(posts(0, 4))
    killed_at: list[int] = []
    done: list[int] = []
    for _ in range(4):
        process = await rig.run(
            """
async with stream.consume(GROUP, 4, 0) as consumer:
    async for batch in consumer.batches():
        print(json.dumps([{"number": d.entry.post_id, "attempt": d.attempt} for d in batch.entries]), flush=True)
        if any(d.entry.post_id == "1" for d in batch.entries):
            await asyncio.sleep(60)
        await consumer.ack(batch)
"""
        )
        assert process.stdout is not None
        async with asyncio.timeout(30):
            while True:
                line = (await process.stdout.readline()).decode()
                delivered = [(d["number"], d["attempt"]) for d in json.loads(line)]
                if any(number == "1" for number, _ in delivered):
                    break
                done += [int(number) for number, _ in delivered]
        killed_at.append(delivered[0][1])
        process.kill()
        await process.wait()
        rig.elapse(11)
    assert killed_at == [1, 2, 3, 4]  # the first time with its batch, then alone; past max_attempts too
    assert done == [0]

    async with stream.consume(GROUP, 4, 0) as consumer:
        rest = []
        for _ in range(3):
            rest.append(batch := await take(consumer))
            await consumer.ack(batch)
    assert [(numbers(batch), attempts(batch)) for batch in rest] == [([1], [5]), ([2], [2]), ([3], [2])]


async def test_a_heartbeat_keeps_a_slow_batch(rig: StreamRig) -> None:
    slow, other = await rig.open(lease_seconds=0.3), await rig.open(lease_seconds=0.3)
    await slow.publish(posts(0, 3))
    async with slow.consume(GROUP, 3, 0) as consumer:
        batch = await take(consumer)
        for _ in range(5):  # far longer than one lease
            rig.elapse(0.2)
            await rig.heartbeat()
        assert await nothing_to_take(other)
        assert not batch.lost
        await consumer.ack(batch)
    assert (await other.lag(GROUP)).entries == 0


async def test_a_batch_says_when_it_is_lost_and_its_ack_changes_nothing(rig: StreamRig) -> None:
    frozen, ahead = await rig.open(lease_seconds=0.3), await rig.open(lease_seconds=0.3, ahead=1000)
    await frozen.publish(posts(0, 2))
    async with frozen.consume(GROUP, 2, 0) as first, ahead.consume(GROUP, 2, 0) as second:
        batch = await take(first)
        assert not batch.lost
        stolen = await take(second)
        assert (numbers(stolen), attempts(stolen)) == ([0], [2])
        await until(lambda: batch.lost)  # which its next heartbeat finds out
        await first.ack(batch)
        assert not stolen.lost
        assert (await frozen.lag(GROUP)).entries == 2
        await second.ack(stolen)
        assert (await frozen.lag(GROUP)).entries == 1
    async with ahead.consume(GROUP, 2, 0) as consumer:
        rest = await take(consumer)
        assert (numbers(rest), attempts(rest)) == ([1], [2])


async def test_leaving_gives_back_at_once_without_counting_an_attempt(rig: StreamRig) -> None:
    stream = await rig.open()
    await stream.publish(posts(0, 5))
    async with stream.consume(GROUP, 5, 0) as consumer:
        left = await take(consumer)
    await consumer.ack(left)  # too late: it was given back
    async with stream.consume(GROUP, 3, 0) as consumer:
        first, second = await take(consumer), await take(consumer)
    assert (numbers(first), attempts(first)) == ([0, 1, 2], [1, 1, 1])
    assert (numbers(second), attempts(second)) == ([3, 4], [1, 1])

    rig.elapse(3600)  # what nobody holds cannot run out
    async with stream.consume(GROUP, 5, 0) as consumer:
        assert set(attempts(await take(consumer))) == {1}


async def test_giving_back_a_later_attempt_keeps_its_number(rig: StreamRig) -> None:
    stream, ahead = await rig.open(), await rig.open(ahead=1000)
    await stream.publish(posts(0, 2))
    async with stream.consume(GROUP, 2, 0) as dead:
        await take(dead)
        async with ahead.consume(GROUP, 2, 0) as consumer:
            assert attempts(await take(consumer)) == [2]
        async with stream.consume(GROUP, 2, 0) as consumer:
            batch = await take(consumer)
            assert (numbers(batch), attempts(batch)) == ([0], [2])


async def test_a_cancelled_consumer_gives_everything_back(rig: StreamRig) -> None:
    stream = await rig.open()
    await stream.publish(posts(0, 200))

    async def work() -> None:
        async with stream.consume(GROUP, 1, 0) as consumer:
            async for _ in consumer.batches():
                pass

    for steps in range(0, 40, 3):  # wherever the cancellation strikes
        worker = asyncio.create_task(work())
        for _ in range(steps):
            await asyncio.sleep(0.0005)
        worker.cancel()
        await asyncio.wait([worker])
        assert worker.cancelled()
    async with stream.consume(GROUP, 1, 0) as consumer:
        for number in range(200):
            batch = await take(consumer)
            assert (numbers(batch), attempts(batch)) == ([number], [1])
            await consumer.ack(batch)
