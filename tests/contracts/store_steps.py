"""Entries, readings and a hand to write them, for the contract of stores."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sentistream.domain.analysis import Reading, Tier
from sentistream.domain.ledger import Outcome
from sentistream.domain.post import Entry, Post
from sentistream.domain.query import NumbersQuery
from sentistream.domain.rollup import Numbers
from sentistream.storage.base import Settled, Settling, Store

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
RANGE = {"start": NOW - timedelta(days=2), "end": NOW + timedelta(hours=1)}


def a_post(post_id: str = "1", **changes: Any) -> Post:
    values: dict[str, Any] = {
        "post_id": post_id,
        "source": "twitter",
        "content": f"text of {post_id}",
        "author": "ann",
        "created_at": NOW - timedelta(minutes=10),
        "product": "Aero",
    }
    return Post(**(values | changes))


def a_reading(
    label: str = "negative", score: float = -0.5, tier: Tier = "fast", model: str = "m", **changes: Any
) -> Reading:
    values: dict[str, Any] = {
        "sentiment_label": label,
        "sentiment_score": score,
        "confidence_score": 0.75,
        "model_name": model,
        "model_version": "1",
        "tier": tier,
        "language": "en",
    }
    return Reading(**(values | changes))


class Feed:
    """Numbers entries like a stream does."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.ids = (f"epoch:{n:016d}" for n in itertools.count(1))

    async def write(self, *entries: Entry, reading: Reading | None = None, now: datetime = NOW) -> list[Outcome]:
        settled = await self.settle(self.items(entries, reading), now)
        return list(settled.outcomes.values())

    def items(self, entries: Sequence[Entry], reading: Reading | None = None) -> list[Settling]:
        return [
            Settling(
                entry_id=next(self.ids),
                entry=entry,
                reading=(reading or a_reading()) if isinstance(entry, Post) else None,
            )
            for entry in entries
        ]

    async def settle(self, items: list[Settling], now: datetime = NOW) -> Settled:
        return await self.store.write(items, now)


async def total(store: Store, **query: Any) -> Numbers:
    cells = await store.numbers.cells(NumbersQuery(**(RANGE | query)))
    return cells[0].numbers if cells else Numbers()
