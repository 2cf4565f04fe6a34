"""What every stream must do, whichever adapter it is; its leases are in test_stream_leases.py."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from stream_adapters import GROUP, StreamRig
from stream_steps import WRITTEN, attempts, drain, numbers, post, posts, rig, take

from sentistream.domain.errors import DiskFull, Overloaded, SentiStreamError
from sentistream.domain.post import Correction, Entry, Invalid, Post, Tombstone
from sentistream.stream.base import Consumer, Stream

__all__ = ["rig"]  # pytest finds the fixture here


# Publishing


async def test_every_kind_of_entry_arrives_as_it_was(rig: StreamRig) -> None:
    stream = await rig.open()
    entries: list[Entry] = [
        post(1),
        Tombstone(post_id="2", source="reddit", deleted_at=WRITTEN, connector="reddit"),
        Correction(
            post_id="1",
            source="twitter",
            content_hash=b"\x00\xff" * 8,
            correction_id="c1",
            corrected_by="ana",
            corrected_at=WRITTEN,
            sentiment_label="negative",
        ),
        Invalid(raw='{"post_id": ', reason="not JSON", connector="file", position="line 12"),
    ]
    await stream.publish(entries)
    async with stream.consume(GROUP, 10, 0) as consumer:
        batch = await take(consumer)
    assert [delivered.entry for delivered in batch.entries] == entries
    assert attempts(batch) == [1, 1, 1, 1]


async def test_real_posts_arrive_in_order_with_ordered_ids(rig: StreamRig, test_data: Path) -> None:
    lines = (test_data / "airline" / "replay.jsonl").read_text(encoding="utf-8").splitlines()
    published: list[Entry] = [
        Post(
            post_id=row["post_id"],
            source=row["source"],
            content=row["content"],
            created_at=datetime.fromisoformat(row["created_at"]),
            author=row["author"],
            location=row["location"],
        )
        for row in map(json.loads, lines)
    ]
    assert len(published) > 10_000
    stream = await rig.open()
    for start in range(0, len(published), 1_000):
        await stream.publish(published[start : start + 1_000])
    arrived: list[Entry] = []
    ids: list[str] = []
    async with stream.consume(GROUP, 500, 0) as consumer:
        while len(arrived) < len(published):
            batch = await take(consumer)
            assert len(batch.entries) <= 500
            arrived += [delivered.entry for delivered in batch.entries]
            ids += [delivered.entry_id for delivered in batch.entries]
            await consumer.ack(batch)
    assert arrived == published
    assert ids == sorted(set(ids))
    assert (await stream.lag(GROUP)).entries == 0


async def test_publishing_nothing_is_nothing(rig: StreamRig) -> None:
    stream = await rig.open()
    await stream.publish([])
    assert (await stream.counts(GROUP)).received == {}


async def test_what_was_published_is_there_after_reopening(rig: StreamRig) -> None:
    stream = await rig.open()
    await stream.publish(posts(0, 10))
    async with stream.consume(GROUP, 4, 0) as consumer:
        await consumer.ack(first := await take(consumer))
    await stream.close()

    stream = await rig.open()
    await stream.publish(posts(10, 2))
    async with stream.consume(GROUP, 100, 0) as consumer:
        rest = await take(consumer)
    assert numbers(first) == [0, 1, 2, 3]
    assert numbers(rest) == [4, 5, 6, 7, 8, 9, 10, 11]
    assert first.entries[-1].entry_id < rest.entries[0].entry_id
    assert first.entries[0].entry_id.split(":")[0] == rest.entries[0].entry_id.split(":")[0]


async def test_publishing_after_close_is_an_error(rig: StreamRig) -> None:
    stream = await rig.open()
    await stream.close()
    with pytest.raises(SentiStreamError, match="closed"):
        await stream.publish(posts(0, 1))


@pytest.mark.crash
async def test_kill_9_while_publishing_loses_nothing_and_halves_nothing(rig: StreamRig) -> None:
    batch_size, rounds = 50, 3
    promised = 0
    for round_ in range(rounds):
        process = await rig.run(
            f"""
number = int(arguments[0])
while True:
    await stream.publish([post(n) for n in range(number, number + {batch_size})])
    number += {batch_size}
    print(number, flush=True)
""",
            str(round_ * 1_000_000),
        )
        assert process.stdout is not None
        acknowledged = 0
        async with asyncio.timeout(30):
            for _ in range(5 + 7 * round_):
                acknowledged = int(await process.stdout.readline())
        process.kill()
        rest, _ = await process.communicate()
        assert process.returncode == -9
        acknowledged = int((rest.decode().split() or [acknowledged])[-1])
        promised += acknowledged - round_ * 1_000_000

    stream = await rig.open()
    received = (await stream.counts(GROUP)).received["http"]
    assert received >= promised
    assert received <= promised + rounds * batch_size  # at most the batch in the air
    assert received % batch_size == 0
    arrived = await drain(stream, max_size=500)
    assert len(arrived) == received
    for round_ in range(rounds):
        mine = [number for number in arrived if number // 1_000_000 == round_]
        assert mine == list(range(round_ * 1_000_000, round_ * 1_000_000 + len(mine)))


# Groups and consumers


async def test_groups_start_at_the_beginning_and_are_independent(rig: StreamRig) -> None:
    stream = await rig.open(groups=(GROUP, "archive"))
    await stream.publish(posts(0, 5))
    assert await drain(stream) == [0, 1, 2, 3, 4]
    await stream.publish(posts(5, 2))
    assert await drain(stream, "archive") == [0, 1, 2, 3, 4, 5, 6]
    assert await drain(stream, "newcomer") == [0, 1, 2, 3, 4, 5, 6]
    assert await drain(stream) == [5, 6]


async def test_two_consumers_share_a_group_without_overlap(rig: StreamRig) -> None:
    here, there = await rig.open(), await rig.open()
    await here.publish(posts(0, 300))
    taken: dict[str, list[int]] = {"here": [], "there": []}

    both = asyncio.Barrier(2)  # neither may be so quick that nothing is left for the other

    async def work(name: str, stream: Stream) -> None:
        async with stream.consume(GROUP, 10, 0) as consumer:
            async for batch in consumer.batches():
                if not taken[name]:
                    await both.wait()
                taken[name] += numbers(batch)
                await consumer.ack(batch)
                if (await stream.lag(GROUP)).entries == 0:
                    return

    workers = {asyncio.create_task(work("here", here)), asyncio.create_task(work("there", there))}
    done, late = await asyncio.wait(workers, timeout=20, return_when=asyncio.FIRST_COMPLETED)
    for worker in late:  # it waits for more, as it should
        worker.cancel()
        await asyncio.wait([worker])
    assert done
    assert sorted(taken["here"] + taken["there"]) == list(range(300))
    assert taken["here"]
    assert taken["there"]


async def test_a_batch_comes_as_soon_as_it_is_full_and_else_when_it_has_waited(rig: StreamRig) -> None:
    stream = await rig.open()
    async with stream.consume(GROUP, 3, 3600) as patient:
        taking = asyncio.create_task(take(patient))
        await stream.publish(posts(0, 2))
        done, _ = await asyncio.wait([taking], timeout=0.3)
        assert not done
        await stream.publish(posts(2, 2))
        full = await taking
        assert numbers(full) == [0, 1, 2]
        await patient.ack(full)
    async with stream.consume(GROUP, 3, 0.05) as hasty:
        assert numbers(await take(hasty)) == [3]


async def test_another_process_is_heard(rig: StreamRig) -> None:
    here, there = await rig.open(), await rig.open()
    async with here.consume(GROUP, 10, 0) as consumer:
        taking = asyncio.create_task(take(consumer))
        assert not (await asyncio.wait([taking], timeout=0.05))[0]
        await there.publish(posts(7, 1))
        assert numbers(await taking) == [7]


async def test_batches_end_when_the_context_is_left_or_the_stream_closed(rig: StreamRig) -> None:
    stream = await rig.open()

    async def count(consumer: Consumer) -> int:
        return len([batch async for batch in consumer.batches()])

    async with stream.consume(GROUP, 10, 0) as consumer:
        left = asyncio.create_task(count(consumer))
        await asyncio.sleep(0)
    async with stream.consume(GROUP, 10, 0) as consumer:
        closed = asyncio.create_task(count(consumer))
        await asyncio.sleep(0)
        await stream.close()
    async with asyncio.timeout(5):
        assert await left == 0
        assert await closed == 0


# Room


async def test_a_full_stream_refuses_and_accepts_again(rig: StreamRig) -> None:
    stream = await rig.open(max_length=10, groups=(GROUP, "slow"))
    await stream.publish(posts(0, 6))
    with pytest.raises(Overloaded, match="full") as refused:
        await stream.publish(posts(6, 5))
    assert refused.value.retry_after == 1
    assert (await stream.counts(GROUP)).received == {"http": 6}
    await stream.publish(posts(6, 4))

    await drain(stream)
    with pytest.raises(Overloaded, match="slow"):  # the slowest group decides, and is named
        await stream.publish(posts(10, 1))
    async with stream.consume("slow", 10, 0) as consumer:
        batch = await take(consumer)
        with pytest.raises(Overloaded):  # delivered is not done
            await stream.publish(posts(10, 1))
        await consumer.ack(batch)
    await stream.publish(posts(10, 10))
    assert await drain(stream) == list(range(10, 20))


async def test_what_can_never_fit_is_refused_with_that_reason(rig: StreamRig) -> None:
    stream = await rig.open(max_length=10)
    with pytest.raises(Overloaded, match="never fit"):
        await stream.publish(posts(0, 11))
    await stream.publish(posts(0, 10))


async def test_a_nearly_full_disk_refuses(rig: StreamRig) -> None:
    stream = await rig.open(min_free_bytes=2**62)
    with pytest.raises(DiskFull, match="min_free_bytes"):
        await stream.publish(posts(0, 1))
    assert (await stream.counts(GROUP)).received == {}


async def test_trimming_spares_what_any_group_still_needs(rig: StreamRig) -> None:
    stream = await rig.open(groups=(GROUP, "archive"))
    await stream.publish(posts(0, 10))
    await drain(stream)
    async with stream.consume("archive", 4, 0) as consumer:
        first = await take(consumer)
        second = await take(consumer)
        await consumer.ack(second)  # out of order: the first still holds everything
        assert await stream.trim() == [first.entries[0].entry_id]
        await consumer.ack(first)
    [needed] = await stream.trim()
    assert needed > second.entries[-1].entry_id
    async with stream.consume("archive", 10, 0) as consumer:
        batch = await take(consumer)
        assert batch.entries[0].entry_id == needed
        assert numbers(batch) == [8, 9]
        await consumer.ack(batch)

    [nothing] = await stream.trim()
    assert nothing > batch.entries[-1].entry_id
    await stream.publish(posts(10, 1))
    assert await drain(stream, "newcomer") == [10]  # the beginning is what is left
    async with stream.consume(GROUP, 10, 0) as consumer:
        assert (await take(consumer)).entries[0].entry_id >= nothing  # ids are never used twice


# Numbers


async def test_lag_counts_what_is_not_done_and_its_age(rig: StreamRig) -> None:
    stream = await rig.open()
    assert (await stream.lag(GROUP)).entries == 0
    assert (await stream.lag(GROUP)).seconds == 0
    await stream.publish(posts(0, 3))
    rig.elapse(5)
    await stream.publish(posts(3, 1))
    rig.elapse(2)
    lag = await stream.lag(GROUP)
    assert (lag.entries, lag.seconds) == (4, pytest.approx(7, abs=0.5))
    async with stream.consume(GROUP, 3, 0) as consumer:
        batch = await take(consumer)
        assert (await stream.lag(GROUP)).entries == 4
        await consumer.ack(batch)
    lag = await stream.lag(GROUP)
    assert (lag.entries, lag.seconds) == (1, pytest.approx(2, abs=0.5))


async def test_counts_tell_waiting_from_delivered_by_connector(rig: StreamRig) -> None:
    stream = await rig.open()
    await stream.publish([*posts(0, 2, "file"), *posts(2, 1, "http"), *posts(3, 3, "file")])
    async with stream.consume(GROUP, 3, 0) as consumer:
        batch = await take(consumer)
        counts = await stream.counts(GROUP)
        assert counts.received == {"file": 5, "http": 1}
        assert counts.waiting == {"file": 3}
        assert counts.delivered == [(delivered.entry_id, delivered.entry.connector) for delivered in batch.entries]
        await consumer.ack(batch)
    counts = await stream.counts(GROUP)
    assert (counts.waiting, counts.delivered) == ({"file": 3}, [])
    await drain(stream)
    await stream.trim()
    assert (await stream.counts(GROUP)).received == {"file": 5, "http": 1}  # trimming forgets no number


async def test_every_count_adds_up_while_everything_moves(rig: StreamRig) -> None:
    here, there = await rig.open(), await rig.open()
    publishing = True
    acked: Counter[str] = Counter()
    total = 2_000

    async def publish(stream: Stream, connector: str) -> None:
        for start in range(0, total // 2, 20):
            await stream.publish(posts(start, 20, connector))

    async def consume(stream: Stream) -> None:
        async with stream.consume(GROUP, 30, 0.001) as consumer:
            async for batch in consumer.batches():
                await consumer.ack(batch)
                acked.update(delivered.entry.connector for delivered in batch.entries)
                await stream.trim()

    publishers = [asyncio.create_task(publish(here, "http")), asyncio.create_task(publish(there, "file"))]
    consumers = [asyncio.create_task(consume(stream)) for stream in (here, there)]
    moving = 0
    async with asyncio.timeout(30):
        while publishing or acked.total() < total:
            publishing = not all(task.done() for task in publishers)
            before = acked.copy()
            counts = await here.counts(GROUP)
            in_air = 2 * 30  # acknowledged in the stream, and the consumer about to note it
            delivered = Counter(connector for _, connector in counts.delivered)
            for connector, received in counts.received.items():
                settled = received - counts.waiting.get(connector, 0) - delivered[connector]
                assert before[connector] <= settled <= acked[connector] + in_air
            moving += bool(counts.delivered)
            assert len({entry_id for entry_id, _ in counts.delivered}) == len(counts.delivered)
    for task in consumers:
        task.cancel()
    await asyncio.gather(*publishers)
    await asyncio.wait(consumers)
    assert moving > 0  # some readings saw entries on their way
    final = await there.counts(GROUP)
    assert final.received == {"http": total // 2, "file": total // 2} == dict(acked)
    assert (final.waiting, final.delivered) == ({}, [])


# Poison


@pytest.mark.parametrize(
    "payload", [b"", b"\xc1", b"{}", b"\x80", b"\x81\xa4kind\xa4post", b"\xff" * 1_000, b"\x91" * 100_000]
)
async def test_what_cannot_be_decoded_is_delivered_as_invalid(rig: StreamRig, payload: bytes) -> None:
    stream = await rig.open()
    await stream.publish(posts(0, 1))
    await rig.inject(payload, "foreign")
    await stream.publish(posts(1, 1))
    async with stream.consume(GROUP, 10, 0) as consumer:
        batch = await take(consumer)
    poison = batch.entries[1].entry
    assert numbers(batch) == [0, 1]
    assert isinstance(poison, Invalid)
    assert poison.reason
    assert poison.connector == "foreign"  # so that the ledger's line of that connector adds up


async def test_what_cannot_be_encoded_spares_its_batch(rig: StreamRig) -> None:
    stream = await rig.open()
    bad = Post(post_id="bad", source="twitter", content="lone \ud800 half", created_at=WRITTEN, connector="c\udfff")
    await stream.publish([post(0), bad, post(1)])
    async with stream.consume(GROUP, 10, 0) as consumer:
        batch = await take(consumer)
    poison = batch.entries[1].entry
    assert numbers(batch) == [0, 1]
    assert isinstance(poison, Invalid)
    assert "surrogate" in poison.reason
    assert "lone \\ud800 half" in poison.raw
    assert (await stream.counts(GROUP)).received == {"http": 2, poison.connector: 1}
