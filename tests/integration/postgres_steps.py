"""Posts and stores for the tests of PostgreSQL's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sentistream.domain.analysis import Reading
from sentistream.domain.post import Entry, Post
from sentistream.domain.query import NumbersQuery
from sentistream.storage.base import Settling, Store

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_post(post_id: object = 1, **changes: Any) -> Post:
    values: dict[str, Any] = {
        "post_id": str(post_id),
        "source": "x",
        "content": f"text {post_id}",
        "created_at": NOW - timedelta(minutes=10),
    }
    return Post(**(values | changes))


def delivered(entry_id: str, entry: Entry) -> Settling:
    """One entry as the stream delivers it, read where it is a post."""
    reading = Reading(
        sentiment_label="negative", sentiment_score=-0.5, confidence_score=0.75, churn_risk=0.6, toxicity=0.25,
        model_name="m", model_version="1", tier="full", language="en",
    )  # fmt: skip
    return Settling(entry_id=entry_id, entry=entry, reading=reading if isinstance(entry, Post) else None)


def numbered(entries: list[Entry], name: str = "e") -> list[Settling]:
    return [delivered(f"{name}:{n:016d}", entry) for n, entry in enumerate(entries)]


async def counted(store: Store) -> int:
    """Posts by the rollups of everything."""
    cells = await store.numbers.cells(NumbersQuery(start=NOW - timedelta(days=30), end=NOW + timedelta(days=1)))
    return cells[0].numbers.posts if cells else 0
