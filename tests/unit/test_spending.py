"""The day's budget: never passed, kept over restarts, shared, new at midnight UTC."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fakes import MovableClock
from sentistream.analysis.spending import Spending


@pytest.fixture
def spending(tmp_path: Path, clock: MovableClock) -> Spending:
    return Spending(tmp_path / "llm.db", 1.0, clock)


async def test_what_is_set_aside_counts_until_it_is_put_right(spending: Spending) -> None:
    first = await spending.reserve(0.6)
    assert first is not None
    assert await spending.reserve(0.6) is None
    await spending.settle(first, 0.1)
    assert await spending.spent() == pytest.approx(0.1)
    assert await spending.reserve(0.6) is not None


async def test_the_last_cent_can_be_spent_and_nothing_more(spending: Spending) -> None:
    assert await spending.reserve(1.0) is not None
    assert await spending.reserve(1e-9) is None
    assert await spending.spent() == pytest.approx(1.0)


async def test_requests_at_the_same_time_never_pass_the_cap(spending: Spending) -> None:
    taken = await asyncio.gather(*(spending.reserve(0.09) for _ in range(30)))
    assert sum(one is not None for one in taken) == 11


async def test_a_restart_does_not_begin_anew(spending: Spending, tmp_path: Path, clock: MovableClock) -> None:
    assert await spending.reserve(0.7) is not None
    again = Spending(tmp_path / "llm.db", 1.0, clock)
    assert await again.reserve(0.7) is None
    assert await again.spent() == pytest.approx(0.7)


async def test_a_day_ends_at_midnight_utc(spending: Spending, clock: MovableClock) -> None:
    late = await spending.reserve(0.9)
    assert late is not None
    clock.advance(12 * 3600)
    assert await spending.spent() == 0
    assert await spending.reserve(0.9) is not None
    # Its answer comes after midnight, and belongs to the day it was asked on.
    await spending.settle(late, 0.0)
    assert await spending.spent() == pytest.approx(0.9)


async def test_thousands_of_cheap_requests_add_up_exactly(spending: Spending) -> None:
    for _ in range(30):
        reservation = await spending.reserve(0.01)
        assert reservation is not None
        await spending.settle(reservation, 0.000_123_4)
    assert await spending.spent() == pytest.approx(30 * 0.000_123_4, abs=1e-12)
