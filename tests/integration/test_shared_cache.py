"""Two API processes on one Redis and one PostgreSQL: they share answers, and none is ever too old."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
from postgres_steps import delivered
from redis_steps import eventually, redis
from scripts.servers.valkey import ValkeyServer
from websockets.asyncio.client import connect

from postgres_server import migrated_database, name_for
from redis_server import own_server
from running import Running, running
from sentistream.domain.post import Entry, Post, Tombstone
from sentistream.storage.postgres.store import PostgresStore

END = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1)
CREATED = END - timedelta(minutes=30)
RANGE = f"start_date={END - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}&end_date={END:%Y-%m-%dT%H:%M:%SZ}"
"""Of the past, so that answers are kept for a minute."""


@dataclass
class Team:
    """Two replicas, and a writer that stands for the worker: what it has written is acknowledged."""

    apis: list[Running]
    store: PostgresStore
    redis: ValkeyServer
    numbers: Any

    async def write(self, *entries: Entry) -> None:
        now = datetime.now(UTC)
        await self.store.write([delivered(f"e:{next(self.numbers):016d}", entry) for entry in entries], now)

    def counted(self, name: str, **labels: str) -> list[float]:
        """A metric of each replica, summed over the labels that are not given."""
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        found = []
        for api in self.apis:
            lines = [
                line for line in api.http.get("/metrics").text.splitlines() if line.startswith(f"sentistream_{name}{{")
            ]
            found.append(sum(float(line.rpartition(" ")[2]) for line in lines if all(part in line for part in wanted)))
        return found


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    database = await migrated_database(name_for(tmp_path))
    with ExitStack() as stack:
        redis = stack.enter_context(own_server(tmp_path / "redis"))
        environment = {
            "DATABASE_URL": database,
            "SENTISTREAM_STREAM_URL": redis.url,
            "SENTISTREAM_LIVE_URL": redis.url,
            "SENTISTREAM_CACHE_URL": redis.url,
            # Generous: a busy machine is not the fault that is tested here.
            "SENTISTREAM_CACHE_TIMEOUT_SECONDS": "1",
        }
        apis = [
            stack.enter_context(running(tmp_path, "api", "--data-dir", tmp_path / name, **environment))
            for name in ("one", "two")
        ]
        for api in apis:
            await asyncio.to_thread(api.healthy, 60)
        store = PostgresStore(database)
        yield Team(apis, store, redis, count(1))
        await store.close()


def a_post(number: int, **changes: Any) -> Post:
    values: dict[str, Any] = {
        "post_id": f"p{number}",
        "source": "x",
        "content": f"text {number}",
        "created_at": CREATED,
    }
    return Post(**(values | changes))


async def test_one_replica_answers_with_what_the_other_computed(team: Team) -> None:
    await team.write(*(a_post(number) for number in range(3)))
    one, two = team.apis
    async with redis(team.redis.url) as client:
        for question, documented in (
            (f"sentiment/aggregate?period=minute&{RANGE}", "sentiment:aggregate:minute:2*:2*:*:*"),
            (f"sentiment/distribution?{RANGE}", "sentiment:distribution:1:2*:2*:*:*"),
            (f"posts?{RANGE}", "posts:page:*:*"),
        ):
            misses, hits = team.counted("cache_misses_total"), team.counted("cache_hits_total", place="redis")
            first = one.http.get(f"/api/v1/{question}")
            assert first.status_code == 200

            async def kept(documented: str = documented) -> bool:
                return len(await client.keys(documented)) == 1

            await eventually(kept)
            [key] = await client.keys(documented)
            assert 0 < await client.ttl(key) <= 60
            assert two.http.get(f"/api/v1/{question}").content == first.content  # as_of included
            computed, found = team.counted("cache_misses_total"), team.counted("cache_hits_total", place="redis")
            assert (computed, found) == ([misses[0] + 1, misses[1]], [hits[0], hits[1] + 1])


async def test_no_replica_gives_old_numbers_once_a_write_is_acknowledged(team: Team) -> None:
    """Each write is followed at once by questions whose old answers both replicas have just used."""
    await team.write(*(a_post(number) for number in range(20)))

    async def asked() -> list[tuple[int, list[str]]]:
        found = []
        for api in team.apis:
            distribution = await asyncio.to_thread(api.data, f"sentiment/distribution?{RANGE}")
            page = await asyncio.to_thread(api.data, f"posts?limit=1000&{RANGE}")
            found.append((distribution["total"], sorted(row["content"] for row in page)))
        return found

    texts = {f"p{number}": f"text {number}" for number in range(20)}
    for number in range(20):
        await asked()
        post = a_post(number)
        if number % 2:
            await team.write(Tombstone(post_id=post.post_id, source=post.source, deleted_at=datetime.now(UTC)))
            del texts[post.post_id]
        else:
            texts[post.post_id] = f"other {number}"
            await team.write(a_post(number, content=texts[post.post_id], edited_at=datetime.now(UTC)))
        expected = (len(texts), sorted(texts.values()))
        assert await asked() == [expected, expected], f"after write {number}"
    assert sum(team.counted("cache_hits_total")) >= 60  # they were cached, all the while


async def test_a_hundred_ask_both_replicas_and_each_computes_at_most_once(team: Team) -> None:
    await team.write(a_post(1))
    for api in team.apis:
        await asyncio.to_thread(api.data, "stats")  # the first request of a process is slow
    before = team.counted("cache_misses_total")
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        urls = [f"http://127.0.0.1:{api.port}/api/v1/sentiment/aggregate?{RANGE}" for api in team.apis] * 50
        answers = await asyncio.gather(*(http.get(url) for url in urls))
    assert {answer.status_code for answer in answers} == {200}
    computed = [after - once for after, once in zip(team.counted("cache_misses_total"), before, strict=True)]
    assert sum(computed) >= 1
    assert max(computed) <= 1


async def test_a_live_client_goes_on_at_the_other_replica(team: Team) -> None:
    one, two = (f"ws://127.0.0.1:{api.port}/ws/sentiment" for api in team.apis)
    async with connect(f"{one}?source=reddit&protocol=single", max_size=None) as socket:
        hello = json.loads(await socket.recv())
    async with redis(team.redis.url) as client:
        assert 3_500 < await client.ttl(f"session:{hello['session']}") <= 3_600
    await asyncio.to_thread(team.apis[0].kill)
    async with connect(f"{two}?session={hello['session']}", max_size=None) as socket:
        again = json.loads(await socket.recv())
    wanted = ("session", "protocol", "filters", "position")
    assert [again[name] for name in wanted] == [hello[name] for name in wanted]


@pytest.mark.crash
@pytest.mark.parametrize("fault", ["killed", "frozen"])
async def test_answers_go_on_while_redis_is_away(team: Team, fault: str) -> None:
    await team.write(a_post(1))
    question = f"/api/v1/sentiment/distribution?{RANGE}"
    for api in team.apis:
        assert api.http.get(question).status_code == 200
    if fault == "killed":
        team.redis.kill()
    else:
        team.redis.pause()
    try:
        slowest = 0.0
        for number in range(40):
            if number == 10:
                await team.write(a_post(2, created_at=CREATED), a_post(1, content="new", edited_at=datetime.now(UTC)))
            started = time.perf_counter()
            for api in team.apis:
                answer = api.http.get(question)
                assert answer.status_code == 200
                assert answer.json()["data"]["total"] == (1 if number < 10 else 2)
            slowest = max(slowest, time.perf_counter() - started)
        assert slowest < 25  # two time-outs of a second, and whatever else this machine does
        failed = team.counted("cache_failures_total", outcome="failed")
        assert min(failed) >= 3  # the fault fired
        assert min(team.counted("cache_failures_total", outcome="skipped")) > 0
        assert min(team.counted("cache_hits_total", place="memory")) > 0
    finally:
        if fault == "frozen":
            team.redis.resume()
