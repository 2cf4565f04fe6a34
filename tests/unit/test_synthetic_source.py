"""The live synthetic source and the backfill: pace, rhythm, and resuming without a changed post."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from sentistream.domain.errors import SettingsError
from sentistream.domain.post import Entry, Post
from sentistream.sources.base import SourceBatch
from sentistream.sources.synthetic import LATE, TICK, SyntheticSource
from sentistream.sources.synthetic_backfill import BackfillSource, interleaved
from sentistream.sources.synthetic_posts import BACKFILL_FROM
from sentistream.sources.synthetic_rhythm import Schedule, activity, day, incidents, minute_volumes

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock:
    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += timedelta(seconds=seconds)


def live(clock: Clock, per_minute: float = 60, seed: int = 1) -> SyntheticSource:
    return SyntheticSource(posts_per_minute=per_minute, seed=seed, clock=clock, sleep=clock.sleep)


async def take(source: Any, cursor: Any, clock: Clock, until: datetime) -> list[tuple[datetime, SourceBatch]]:
    """Batches, with when they came, until the clock passes `until`."""
    found = []
    batches: AsyncIterator[SourceBatch] = source.batches(None if cursor is None else json.loads(json.dumps(cursor)))
    async for batch in batches:
        if clock.now > until:
            break
        found.append((clock.now, batch))
    return found


def posts_of(found: list[tuple[datetime, SourceBatch]]) -> list[Post]:
    return [entry for _, batch in found for entry in batch.entries if isinstance(entry, Post)]


async def test_bringing_a_batch_slowly_makes_the_next_one_no_smaller() -> None:
    clock = Clock()
    began = []
    async for batch in live(clock, per_minute=30_000).batches(None):
        if clock.now > START + timedelta(seconds=20):
            break
        if batch.entries:
            began.append(clock.now)
        clock.now += timedelta(seconds=0.02)
    gaps = [(after - before).total_seconds() for before, after in pairwise(began)]
    assert len(gaps) > 100
    assert min(gaps) >= TICK


async def test_posts_come_when_they_are_written() -> None:
    clock = Clock()
    found = await take(live(clock), None, clock, START + timedelta(minutes=30))
    assert list(found[0][1].entries) == []
    posts = posts_of(found)
    assert [post.post_id for post in posts] == [f"synthetic-1-{n}" for n in range(len(posts))]
    moments = [post.created_at for post in posts]
    assert moments == sorted(moments)
    assert len(set(moments)) == len(moments)
    for at, batch in found:
        for entry in batch.entries:
            assert isinstance(entry, Post)
            assert 0 <= (at - entry.created_at).total_seconds() <= 0.06
    expected = Schedule(1, START, 0, 60).count_until(START + timedelta(minutes=30))
    assert abs(len(posts) - expected) <= 1


async def test_a_high_rate_comes_in_batches() -> None:
    clock = Clock()
    found = await take(live(clock, 60_000), None, clock, START + timedelta(seconds=2))
    sizes = [len(batch.entries) for _, batch in found if batch.entries]
    assert sum(sizes) > 1_000
    assert 20 < max(sizes) <= 1_000


def test_the_average_is_what_was_asked_for() -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    for seed in (1, 2):
        schedule = Schedule(seed, midnight, 0, 60)
        for days in (1, 3):
            assert schedule.count_until(midnight + timedelta(days=days)) == pytest.approx(86_400 * days, rel=0.001)


def test_day_and_night_are_smooth() -> None:
    hours = [activity(hour / 4) for hour in range(96)]
    assert min(hours) > 0
    assert 2 <= hours.index(min(hours)) / 4 <= 5
    assert 14 <= hours.index(max(hours)) / 4 <= 21
    assert max(hours) / min(hours) > 5
    number = (START - EPOCH).days
    volumes = minute_volumes(1, number)
    busy = {
        minute
        for incident in incidents(1, number)
        for minute in range(
            int((incident.start - EPOCH).total_seconds() // 60 % 1440) - 1,
            int((incident.end - EPOCH).total_seconds() // 60 % 1440) + 2,
        )
    }
    calm = [minute for minute in range(1439) if minute not in busy and minute + 1 not in busy]
    assert max(abs(volumes[minute + 1] / volumes[minute] - 1) for minute in calm) < 0.01
    assert max(volumes[minute] for minute in calm) / min(volumes[minute] for minute in calm) > 1.8
    assert sum(volumes) / len(volumes) == pytest.approx(1)


def test_who_is_awake_writes() -> None:
    """At 6 in the morning UTC hardly anybody in Los Angeles is, at 2 nobody in Berlin."""
    from sentistream.sources.synthetic_world import load_world

    cities = [city.name for city in load_world().cities]

    def share(name: str, hour: int) -> float:
        shares = day().city_shares[hour * 4]
        place = cities.index(name)
        return shares[place] - (shares[place - 1] if place else 0)

    assert share("Berlin", 2) < 0.35 * share("Berlin", 15)
    assert share("Los Angeles", 11) < 0.35 * share("Los Angeles", 0)


def test_an_incident_is_louder() -> None:
    number = (START - EPOCH).days
    incident = next(found for found in incidents(1, number) if found.kind == "outage")
    minute = int((incident.start - EPOCH).total_seconds() // 60 % 1440)
    volumes = minute_volumes(1, number)
    assert volumes[minute + 5] > 1.7 * volumes[minute - 2]


async def test_resuming_at_every_boundary_gives_the_same() -> None:
    """Killed after publishing and before saving, at any batch: what comes again is an exact duplicate."""
    clock = Clock()
    found = await take(live(clock, 600), None, clock, START + timedelta(seconds=20))
    everything = {post.post_id: post for post in posts_of(found)}
    assert len(everything) > 50
    for pause in (timedelta(seconds=1), timedelta(hours=9)):
        for (at, batch), (published_at, published) in pairwise(found):
            later = Clock(max(at, published_at) + pause)
            source = live(later, 600)
            again = await take(source, batch.cursor, later, later.now + timedelta(seconds=3))
            posts = posts_of(again)
            by_id = {post.post_id: post for post in posts}
            assert len(by_id) == len(posts)
            assert posts[0].post_id == f"synthetic-1-{batch.cursor['next']}"
            for entry in published.entries:
                assert isinstance(entry, Post)
                assert by_id[entry.post_id] == entry
            numbers = [int(post.post_id.rsplit("-", 1)[1]) for post in posts]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_no_flood_after_a_pause() -> None:
    clock = Clock()
    found = await take(live(clock), None, clock, START + timedelta(minutes=1))
    cursor = found[-1][1].cursor
    later = Clock(START + timedelta(hours=8))
    again = await take(live(later), cursor, later, later.now + timedelta(minutes=1))
    old = [post for post in posts_of(again) if post.created_at < START + timedelta(hours=7)]
    assert len(old) <= 8
    assert len(posts_of(again)) - len(old) < 200
    anchors = [batch for _, batch in again if not batch.entries]
    assert len(anchors) == 1
    assert anchors[0].cursor["anchor"]["at"] == "2026-03-02T17:00:00Z"
    assert anchors[0].cursor["next"] == cursor["next"] + len(old)


async def test_a_short_stop_changes_nothing() -> None:
    clock = Clock()
    straight = posts_of(await take(live(clock), None, clock, START + timedelta(minutes=3)))
    clock = Clock()
    first = await take(live(clock), None, clock, START + timedelta(minutes=1))
    clock.now += timedelta(seconds=LATE.total_seconds() / 2)
    rest = await take(live(clock), first[-1][1].cursor, clock, START + timedelta(minutes=3))
    assert posts_of(first) + posts_of(rest) == straight


async def test_a_stalled_stream_makes_no_flood_either() -> None:
    clock = Clock()
    batches = live(clock).batches(None)
    counts = []
    async for batch in batches:
        counts.append(len(batch.entries))
        if len(counts) == 5:
            clock.now += timedelta(hours=2)  # the publisher waited that long
        if clock.now > START + timedelta(hours=2, minutes=1):
            break
    assert sum(counts) < 200
    assert counts[5:].count(0) == 1


async def test_another_seed_or_rate() -> None:
    clock = Clock()
    found = await take(live(clock), None, clock, START + timedelta(minutes=1))
    cursor = found[-1][1].cursor
    later = Clock(clock.now)
    again = posts_of(await take(live(later, seed=2), cursor, later, later.now + timedelta(seconds=30)))
    assert again[0].post_id == "synthetic-2-0"
    later = Clock(clock.now)
    faster = await take(live(later, 6_000), cursor, later, later.now + timedelta(seconds=30))
    assert posts_of(faster)[0].post_id == f"synthetic-1-{cursor['next']}"
    assert len(posts_of(faster)) > 1_000


@pytest.mark.parametrize("rate", [0, -1, 600_001, float("nan")])
def test_rates_have_bounds(rate: float) -> None:
    with pytest.raises(SettingsError):
        SyntheticSource(posts_per_minute=rate, seed=1, clock=Clock())
    with pytest.raises(SettingsError):
        BackfillSource(hours=1, posts_per_minute=rate, seed=1, clock=Clock())


# The past.


def backfill(clock: Clock, hours: float = 24, per_minute: float = 6, size: int = 1_000) -> BackfillSource:
    return BackfillSource(hours=hours, posts_per_minute=per_minute, seed=1, clock=clock, batch_size=size)


async def collect(source: BackfillSource, cursor: Any = None) -> list[SourceBatch]:
    return [batch async for batch in source.batches(None if cursor is None else json.loads(json.dumps(cursor)))]


async def test_backfill_covers_the_time_and_ends() -> None:
    source = backfill(Clock())
    assert source.total == 8_640
    batches = await collect(source)
    assert list(batches[0].entries) == []
    posts = [entry for batch in batches for entry in batch.entries if isinstance(entry, Post)]
    assert len(posts) == 8_640
    assert len({post.post_id for post in posts}) == 8_640
    assert {post.connector for post in posts} == {"backfill"}
    assert all(post.simulated for post in posts)
    assert min(post.created_at for post in posts) >= START - timedelta(hours=24)
    assert max(post.created_at for post in posts) <= START
    hours = Counter((START - post.created_at) // timedelta(hours=1) for post in posts)
    assert set(hours) == set(range(24))
    assert max(hours.values()) > 1.7 * min(hours.values())  # day and night
    assert int(posts[0].post_id.rsplit("-", 1)[1]) >= BACKFILL_FROM


async def test_backfill_is_coarse_first() -> None:
    """A 64th of it already shows every half hour; half of it every two minutes."""
    batches = await collect(backfill(Clock(), per_minute=6))
    posts = [entry for batch in batches for entry in batch.entries if isinstance(entry, Post)]

    def gaps(count: int) -> timedelta:
        moments = sorted([START - timedelta(hours=24), START, *(post.created_at for post in posts[:count])])
        return max(later - earlier for earlier, later in pairwise(moments))

    assert gaps(8_640 // 64) < timedelta(minutes=30)
    assert gaps(8_640 // 2) < timedelta(minutes=3)


async def test_backfill_resumes_at_every_boundary() -> None:
    batches = await collect(backfill(Clock(), hours=2, per_minute=5, size=70))
    everything: list[Entry] = [entry for batch in batches for entry in batch.entries]
    assert len(everything) == 600
    done = 0
    for batch in batches:
        done += len(batch.entries)
        later = Clock(START + timedelta(days=1))
        # Settings may have changed since: the past that was begun is finished as it was.
        source = backfill(later, hours=7, per_minute=60, size=70)
        rest = await collect(source, batch.cursor)
        assert [entry for part in rest for entry in part.entries] == everything[done:]
        assert source.total == 600


@pytest.mark.parametrize("total", [0, 1, 2, 31, 32, 33, 63, 64, 65, 1_000])
def test_every_post_of_the_past_comes_once(total: int) -> None:
    assert sorted(interleaved(place, total) for place in range(total)) == list(range(total))


async def test_no_hours_no_posts() -> None:
    assert [len(batch.entries) for batch in await collect(backfill(Clock(), hours=0))] == [0]
