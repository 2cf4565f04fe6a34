"""The hours of the week: whatever answers, rollups or rows, every hour of the range is in exactly one of them."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from store_steps import Feed, a_post, a_reading

from sentistream.domain.errors import InvalidParameter
from sentistream.domain.query import Filters, NumbersQuery
from sentistream.domain.rollup import WeekHour
from sentistream.storage.base import Store

END = datetime(2026, 4, 6, tzinfo=UTC)
START = END - timedelta(days=14)
"""Two weeks around the clock change of Europe."""


async def week(store: Store, start: datetime = START, end: datetime = END, **query: Any) -> list[WeekHour]:
    return await store.numbers.week(NumbersQuery(start=start, end=end, **query))


@pytest.mark.parametrize("tz", ["UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"])
@pytest.mark.parametrize("filters", [Filters(), Filters(source=("twitter",)), Filters(author=("ann",))])
async def test_every_post_is_in_the_hour_that_the_clock_on_the_wall_showed(
    store: Store, feed: Feed, tz: str, filters: Filters
) -> None:
    chance = random.Random(7)
    moments = [START + timedelta(minutes=chance.randrange(14 * 24 * 60)) for _ in range(300)]
    posts = [a_post(str(number), created_at=moment) for number, moment in enumerate(moments)]
    for own, reading in ((posts[::2], a_reading("negative", -0.75)), (posts[1::2], a_reading("positive", 0.25))):
        await feed.write(*own, reading=reading, now=END)
    found = await week(store, tz=tz, filters=filters)
    assert [(one.weekday, one.hour) for one in found] == [(day, hour) for day in range(1, 8) for hour in range(24)]
    zone = ZoneInfo(tz)
    expected = Counter((local.isoweekday(), local.hour) for local in (moment.astimezone(zone) for moment in moments))
    assert {(one.weekday, one.hour): one.numbers.posts for one in found if one.numbers.posts} == expected
    assert sum(one.numbers.negative for one in found) == 150
    assert sum(one.hours for one in found) == pytest.approx(14 * 24)
    for one in found:
        if one.numbers.posts:
            mean = (0.25 * one.numbers.positive - 0.75 * one.numbers.negative) / one.numbers.posts
            assert one.numbers.average_sentiment == pytest.approx(mean, abs=1e-4)
        else:
            assert one.numbers.average_sentiment is None


async def test_a_clock_change_repeats_and_skips_an_hour(store: Store, feed: Feed) -> None:
    autumn = datetime(2026, 10, 25, tzinfo=UTC)  # 03:00 becomes 02:00 in Berlin, at 01:00Z
    await feed.write(
        *(a_post(str(n), created_at=autumn + timedelta(minutes=30 * n)) for n in range(4)),
        now=autumn + timedelta(days=1),
    )
    found = await week(store, autumn, autumn + timedelta(hours=2), tz="Europe/Berlin")
    assert [(one.weekday, one.hour, one.hours, one.numbers.posts) for one in found if one.hours] == [(7, 2, 2.0, 4)]
    spring = datetime(2026, 3, 29, tzinfo=UTC)
    found = await week(store, spring, spring + timedelta(hours=2), tz="Europe/Berlin")
    assert [(one.hour, one.hours) for one in found if one.hours] == [(1, 1.0), (3, 1.0)]


async def test_a_range_may_begin_and_end_within_an_hour_and_last_a_year(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1", created_at=START + timedelta(minutes=20)), now=END)
    found = await week(store, START + timedelta(minutes=15), START + timedelta(minutes=75))
    assert [(one.hour, one.hours, one.numbers.posts) for one in found if one.hours] == [(0, 0.75, 1), (1, 0.25, 0)]
    found = await week(store, END - timedelta(days=366), END, tz="Asia/Kolkata")
    assert (sum(one.numbers.posts for one in found), sum(one.hours for one in found)) == (1, 366 * 24)
    with pytest.raises(InvalidParameter):
        await week(store, END - timedelta(days=400), END)
