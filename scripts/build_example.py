"""Write examples/posts.jsonl, simulated posts to replay: `python -m scripts.build_example`.

The same version of the synthetic source gives the same bytes.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from sentistream.domain.post import Post
from sentistream.sources.synthetic_backfill import BackfillSource

TARGET = Path(__file__).parents[1] / "examples" / "posts.jsonl"
END = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOURS = 48.0
PER_MINUTE = 1.0
SEED = 7
FIELDS = ("post_id", "source", "content", "author", "created_at", "product", "channel", "location", "engagement")


async def posts() -> list[Post]:
    """Two days of them, oldest first."""
    source = BackfillSource(hours=HOURS, posts_per_minute=PER_MINUTE, seed=SEED, clock=lambda: END)
    found: list[Post] = []
    async for batch in source.batches(None):
        found += [entry for entry in batch.entries if isinstance(entry, Post)]
    return sorted(found, key=lambda post: (post.created_at, post.post_id))


def main() -> None:
    lines = []
    for post in asyncio.run(posts()):
        shown = {name: getattr(post, name) for name in FIELDS if getattr(post, name) is not None}
        created = post.created_at - timedelta(microseconds=post.created_at.microsecond)
        lines.append(msgspec.json.encode({**shown, "created_at": created, "simulated": True}).decode())
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
