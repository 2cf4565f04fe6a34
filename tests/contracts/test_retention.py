"""Old posts go while others are written, and every number still adds up."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from store_steps import NOW, Feed, a_post, total

from sentistream.domain.errors import LeaseLost
from sentistream.domain.post import Tombstone
from sentistream.domain.query import Filters, PageRequest
from sentistream.pipeline.retention import LEAST_PAUSE, Retention
from sentistream.pipeline.tenure import Tenure
from sentistream.storage.base import Store
from sentistream.telemetry.metrics import Metrics

DAYS = 30
OLD, YOUNG = 900, 100
SPAN: dict[str, datetime] = {"start": NOW - timedelta(days=90), "end": NOW + timedelta(hours=1)}


def retention(store: Store, step: int = 50, pauses: list[float] | None = None) -> tuple[Retention, Metrics]:
    metrics = Metrics()

    async def sleep(seconds: float) -> None:
        if pauses is not None:
            pauses.append(seconds)
        await asyncio.sleep(0)

    return Retention(store=store, metrics=metrics, clock=lambda: NOW, days=DAYS, step=step, sleep=sleep), metrics


def tenure(store: Store) -> Tenure:
    return Tenure(store.leases, "retention", clock=lambda: NOW, seconds=600)


async def filled(feed: Feed) -> None:
    old = [a_post(f"old-{n}", created_at=NOW - timedelta(days=DAYS + 1 + n % 9, minutes=n % 600)) for n in range(OLD)]
    young = [a_post(f"young-{n}", created_at=NOW - timedelta(days=n % DAYS)) for n in range(YOUNG)]
    await feed.write(*old, *young)


async def test_old_posts_go_in_steps_with_pauses(store: Store, feed: Feed) -> None:
    await filled(feed)
    pauses: list[float] = []
    made, metrics = retention(store, pauses=pauses)
    mine = tenure(store)
    assert await made.expire(mine) == OLD
    assert len(pauses) == OLD / 50
    assert min(pauses) >= LEAST_PAUSE
    assert metrics.registry.get_sample_value("sentistream_posts_expired_total") == OLD
    assert (await store.posts.count(), await store.ledger.expired()) == (YOUNG, OLD)
    assert (await total(store, **SPAN)).posts == OLD + YOUNG
    assert await made.expire(mine) == 0


async def test_posts_are_written_edited_and_deleted_meanwhile(store: Store, feed: Feed) -> None:
    await filled(feed)
    made, _ = retention(store, step=20)
    mine = tenure(store)
    expiring = asyncio.create_task(made.expire(mine))
    written = 0
    while not expiring.done():
        ids = range(written, written + 5)
        await feed.write(
            *(a_post(f"new-{n}") for n in ids),
            *(a_post(f"old-{OLD - 1 - n % OLD}", content=f"edit {n}", edited_at=NOW,
                     created_at=NOW - timedelta(days=DAYS + 1, minutes=n % 600)) for n in ids),
            Tombstone(post_id=f"old-{written * 3 % OLD}", source="twitter", deleted_at=NOW),
        )  # fmt: skip
        written += 5
    await expiring
    assert written > 5
    await made.expire(mine)  # what a writer held at the time
    page = await store.posts.page(Filters(end=NOW - timedelta(days=DAYS + 1)), PageRequest(with_total=True))
    assert page.total == 0
    assert await store.posts.count() == YOUNG + written
    account = (await store.ledger.accounts())["http"]
    assert account.created - account.deleted - await store.ledger.expired() == YOUNG + written


async def test_who_lost_the_lease_deletes_no_more(store: Store, feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    await filled(feed)
    mine = Tenure(store.leases, "retention", clock=lambda: NOW, seconds=600, elapsed=lambda: elapsed)
    elapsed = 0.0
    steps = 0
    expire = store.expire

    async def once(*arguments: Any) -> int:
        nonlocal elapsed, steps
        steps += 1
        elapsed += 700  # frozen after the first step, and somebody else goes on
        await store.leases.release("retention", mine.holder)
        assert await store.leases.hold("retention", "another", 600, NOW)
        return await expire(*arguments)

    made, _ = retention(store)
    monkeypatch.setattr(store, "expire", once)
    with pytest.raises(LeaseLost):
        await made.expire(mine)
    assert steps == 1
    assert await store.posts.count() == OLD + YOUNG - 50
