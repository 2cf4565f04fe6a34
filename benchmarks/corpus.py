"""Posts to measure with: the synthetic source's, the same on every run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from sentistream.domain.post import Post
from sentistream.sources.synthetic_posts import Author

SEED = 7


def posts(count: int, *, days: float = 30, first: int = 0, end: datetime | None = None) -> Iterator[Post]:
    """`count` posts spread evenly over the `days` before `end`, oldest first."""
    author = Author(SEED)
    end = end or datetime.now(UTC) - timedelta(minutes=1)
    step = timedelta(days=days) / count
    start = end - timedelta(days=days)
    for n in range(count):
        yield author.write(first + n, start + n * step)


def items(count: int, **spread: Any) -> list[dict[str, Any]]:
    """The same as items of POST /api/v1/posts."""
    found = [msgspec.to_builtins(post) for post in posts(count, **spread)]
    for item in found:
        item.pop("kind", None)
        item.pop("connector", None)
    return found
