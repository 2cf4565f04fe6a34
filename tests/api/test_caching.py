"""What is kept, for how long, and what makes it forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import time_machine
from house import BAD, House, at, post

from sentistream.api.caching import AnswerCache
from sentistream.cache.memory import MemoryCache
from sentistream.domain.errors import StorageUnavailable
from sentistream.settings import ApiSettings

PAST = "sentiment/aggregate?start=2026-11-22T10:00:00Z&end=2026-11-22T11:40:00Z"


def hits(house: House) -> tuple[float, float]:
    places = ("memory", "underway")
    return sum(house.counted("cache_hits_total", place=place) for place in places), house.counted(
        "cache_misses_total", place="memory"
    )


async def test_the_past_is_kept_a_minute_and_now_a_second(house: House) -> None:
    await house.fill([post(1)])
    with time_machine.travel(at("12:00:30"), tick=False) as wall:
        for path, seconds in ((PAST, 60), ("sentiment/distribution", 1), ("stats", 1), ("metrics/products", 1)):
            before = hits(house)
            first = await house.get(path)
            await house.get(path)
            assert hits(house) == (before[0] + 1, before[1] + 1), path
            wall.shift(seconds - 0.01)
            await house.get(path)
            assert hits(house) == (before[0] + 2, before[1] + 1), path
            wall.shift(0.02)
            assert (await house.get(path)).json()["data"] == first.json()["data"]
            assert hits(house) == (before[0] + 2, before[1] + 2), path


async def test_headers_and_etag(house: House) -> None:
    past = await house.get(PAST)
    now = await house.get("stats")
    assert past.headers["cache-control"] == "private, max-age=30"
    assert now.headers["cache-control"] == "private, no-cache"
    for answer, path in ((past, PAST), (now, "stats")):
        tag = answer.headers["etag"]
        assert tag.startswith('W/"')
        for held in (tag, tag.removeprefix("W/")):
            again = await house.get(path, headers={"If-None-Match": f'"other", {held}'})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert (await house.get(path, headers={"If-None-Match": '"other"'})).status_code == 200
    assert (await house.get("posts")).headers["cache-control"] == "private, no-cache"
    assert (await house.get("nothing")).headers["cache-control"] == "no-store"


async def test_every_parameter_is_part_of_the_key(house: House) -> None:
    await house.fill([post(1), post(2, content=BAD, source="reddit")])
    paths = [
        PAST,
        f"{PAST}&source=reddit",
        f"{PAST}&source=twitter",
        f"{PAST}&product=reddit",
        f"{PAST}&group_by=source",
        f"{PAST}&group_by=source&limit=1",
        f"{PAST}&tz=Asia/Tokyo",
        f"{PAST}&period=day",
        f"{PAST}&q=reddit",
        f"{PAST}&min_confidence=0.1",
        f"{PAST}&min_toxicity=0.1",
        f"{PAST}&min_churn_risk=0.1",
        "sentiment/distribution?hours=1",
        "sentiment/distribution?hours=2",
        "metrics/overall?hours=1",
        "metrics/geo?hours=1",
        "metrics/geo?hours=1&level=country",
        "metrics/platforms?hours=1",
        "metrics/platforms?hours=1&limit=1",
        "posts",
        "posts?limit=1",
        "posts?offset=1",
        "posts?sort=oldest",
        "posts?include_total=true",
        "posts?ingested_after=2026-11-22T10:00:00Z",
        "posts?end_date=2026-11-22T11:40:00Z",
        "posts/recent",
    ]
    for path in paths:
        assert (await house.get(path)).status_code == 200
    assert hits(house) == (0, len(paths))


async def test_an_edit_or_deletion_is_seen_at_once(house: House) -> None:
    await house.fill([post(1)])
    assert (await house.get(PAST)).json()["data"]["summary"]["positive"] == 1
    await house.fill([post(1, content=BAD, edited_at="2026-11-22T11:31:00Z")])
    summary = (await house.get(PAST)).json()["data"]["summary"]
    assert (summary["positive"], summary["negative"]) == (0, 1)
    await house.client.delete("/api/v1/posts/p1")
    await house.settle()
    assert (await house.get(PAST)).json()["data"]["summary"]["posts"] == 0


async def test_a_hundred_ask_and_one_computes(house: House, monkeypatch: Any) -> None:
    asked = 0
    cells = house.store.numbers.cells

    async def counting(query: Any) -> Any:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return await cells(query)

    monkeypatch.setattr(house.store.numbers, "cells", counting)
    answers = await asyncio.gather(*(house.get(PAST) for _ in range(100)))
    assert {answer.status_code for answer in answers} == {200}
    assert asked == 2  # the buckets and the summary
    assert hits(house) == (99, 1)


async def test_the_cache_can_be_turned_off(build: Callable[..., House]) -> None:
    house = build(api=ApiSettings(cache_seconds=0, cache_now_seconds=0))
    for _ in range(2):
        await house.get(PAST)
        await house.get("stats")
    assert hits(house) == (0, 0)  # nothing was even looked for


async def test_a_failure_is_told_to_all_who_wait_and_kept_for_nobody(house: House) -> None:
    kept = house.app.state.cache
    go = asyncio.Event()

    async def failing() -> bytes:
        await go.wait()
        raise ZeroDivisionError

    async def working() -> bytes:
        return b"fine"

    async def ask(compute: Callable[[], Awaitable[bytes]]) -> bytes:
        return await kept.body("key", None, compute)

    waiting = [asyncio.create_task(ask(failing)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    go.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert all(isinstance(result, ZeroDivisionError) for result in results[1:])
    assert await ask(working) == b"fine"
    with pytest.raises(ZeroDivisionError):
        await kept.body("other", None, failing)


async def test_a_page_of_posts_is_kept_until_anything_arrives(house: House) -> None:
    await house.fill([post(1)])
    for path in ("posts", "posts?end_date=2026-11-22T11:40:00Z"):
        before = hits(house)
        for _ in range(3):
            assert [row["post_id"] for row in (await house.get(path)).json()["data"]] == ["p1"]
        assert hits(house) == (before[0] + 2, before[1] + 1)
    await house.fill([post(2, created_at="2026-11-22T11:31:00Z")])
    for path in ("posts", "posts?end_date=2026-11-22T11:40:00Z"):
        assert [row["post_id"] for row in (await house.get(path)).json()["data"]] == ["p2", "p1"]
    await house.client.delete("/api/v1/posts/p1")
    await house.settle()
    for path in ("posts", "posts?end_date=2026-11-22T11:40:00Z"):
        assert [row["post_id"] for row in (await house.get(path)).json()["data"]] == ["p2"]


async def test_two_releases_share_no_answer(house: House) -> None:
    other = AnswerCache(
        house.services.caches, house.store, house.metrics, house.clock, seconds=60, now_seconds=1, version="1.2.4"
    )
    keys = [await cache.key("stats", "x") for cache in (house.app.state.cache, house.app.state.cache, other)]
    assert keys[0] == keys[1] != keys[2]


class Away(MemoryCache):
    """A shared cache that has gone away, and comes back when told to."""

    name = "redis"
    away = True

    async def get(self, key: str) -> bytes | None:
        if self.away:
            raise StorageUnavailable("away")
        return await super().get(key)

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        if self.away:
            raise StorageUnavailable("away")
        await super().put(key, value, seconds)


async def test_while_the_shared_cache_is_away_answers_are_kept_in_the_process(build: Callable[..., House]) -> None:
    shared = Away()
    house = build(cache=shared)
    await house.fill([post(1)])
    for _ in range(3):
        assert (await house.get(PAST)).json()["data"]["summary"]["positive"] == 1
    assert hits(house) == (2, 1)
    shared.away = False
    for _ in range(3):
        assert (await house.get(PAST)).json()["data"]["summary"]["positive"] == 1
    assert hits(house) == (2, 1)
    counted = [house.counted(f"cache_{what}_total", place="redis") for what in ("hits", "misses")]
    assert counted == [2, 1]
